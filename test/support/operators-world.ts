import { nodeProcess } from "../../src/platform/index.ts";
import {
  type LedgerRecord,
  openLedger,
  type OperatorKeys,
  readKeyFile,
  readLedger,
} from "../../src/ledger/index.ts";
import { type CliWorld, cliWorld, type Ran } from "./cli-world.ts";
import { realClock } from "./clocks.ts";
import { allRecords, countingRandom, testIntent } from "./ledger-world.ts";
import { keyOf } from "./manifest-text.ts";
import type { MemoryFiles } from "./memory-files.ts";

const HOME = "/user/fleet";
export const KEY_FILE = `${HOME}/config/operator.json`;
export const LOCK_FILE = "lock";

/** An operator at a machine of their own, with a key and an empty ledger. */
export interface Person extends CliWorld {
  readonly name: string;
  readonly key: string;
  readonly seal: string;
  readonly feed: string;
}

/** Somebody who ran `fleet keygen`. */
export async function person(name: string): Promise<Person> {
  const user = cliWorld(undefined, undefined, name);
  const { out } = await user.run("keygen", "--json", "--name", name);
  const { key, seal, feed } = JSON.parse(out) as Pick<Person, "key" | "seal" | "feed">;
  return { ...user, name, key, seal, feed };
}

/** A person's line below `operators:`. */
function lineOf({ name, key, seal, feed }: Person, may = "plan, apply"): string {
  return `  ${name}: { key: "${key}", seal: "${seal}", feed: "${feed}", may: [${may}] }\n`;
}

/** A manifest with these operators and these lines above its one visor. */
export function manifestOf(operators: readonly Person[], rest = "", fleet = "home"): string {
  return `apiVersion: fleet.skywire/v1\nfleet: ${fleet}\n\noperators:   # who signs\n${operators.map((each) => lineOf(each)).join("")}\n${rest}visors:\n  laptop: { key: "${keyOf("laptop")}" }\n`;
}

/** The options that name a person's public keys. */
export function keysOf({ key, seal, feed }: Person): readonly string[] {
  return ["--key", key, "--seal", seal, "--feed", feed];
}

/** The secret keys in a person's key file. */
export async function secretKeysOf({ files }: CliWorld): Promise<OperatorKeys> {
  return await readKeyFile({ files, path: KEY_FILE });
}

export function ledgerFolder({ feed }: Pick<Person, "feed">): string {
  return `${HOME}/state/ledgers/${feed}`;
}

/** Records one more intent in a person's ledger, sealed as its keyset says. */
export async function recordIntent(who: Person, fleet = "home"): Promise<void> {
  const ledger = await openLedger({
    files: who.files,
    folder: ledgerFolder(who),
    keys: await secretKeysOf(who),
    clock: realClock,
    random: countingRandom(`intent ${who.name}`),
    process: nodeProcess(),
  });
  await ledger.append([testIntent(fleet, "laptop")]);
  await ledger.close();
}

/** Brings a person's ledger to others, as a relay would. */
export async function copyLedger(from: Person, ...to: readonly Person[]): Promise<void> {
  const folder = ledgerFolder(from);
  for (const name of await from.files.list(folder)) {
    const bytes = await from.files.read(`${folder}/${name}`);
    if (name === LOCK_FILE || bytes === undefined) continue;
    for (const { files } of to)
      await files.replace(`${HOME}/state/replicas/${from.feed}/${name}`, bytes);
  }
}

/** The records of a person's own ledger. */
export async function recordsOf(who: Person): Promise<readonly LedgerRecord[]> {
  const keys = await secretKeysOf(who);
  const { files } = who;
  return await allRecords(
    await readLedger({ files, folder: ledgerFolder(who), feed: keys.feed, keys }),
  );
}

/** The operators and the epoch of each keyset in a person's own ledger. */
export async function keysetsOf(who: Person): Promise<readonly string[]> {
  return (await recordsOf(who)).flatMap(({ kind, payload }) =>
    kind === "keyset" && payload !== undefined
      ? [`${Object.keys(payload.operators).toSorted().join(" ")}, epoch ${payload.epoch}`]
      : [],
  );
}

/** What `fleet operator` prints for programs. */
export async function documentOf(who: Person, ...argv: readonly string[]): Promise<unknown> {
  return JSON.parse((await who.run("operator", ...argv, "--yes", "--json")).out);
}

/** Exit code and error code of a command with `--json` that was refused. */
export function refusal({ code, out }: Ran): readonly unknown[] {
  return [code, (JSON.parse(out) as { readonly error: { readonly code: string } }).error.code];
}

/** Puts files in the place of all that somebody has. */
export function fill({ files }: MemoryFiles, from: MemoryFiles["files"]): void {
  files.clear();
  for (const [path, file] of from) files.set(path, { ...file });
}

/** Makes people as they are now again whenever it is called, because making them takes a while. */
export function renewed(...people: readonly Person[]): () => void {
  const kept = people.map((who) => ({ who, files: who.files.copy().files }));
  return () => {
    for (const { who, files } of kept) {
      fill(who.files, files);
      who.files.faults = {};
      who.answers.length = 0;
    }
  };
}

/** Of each intent in a copy whether its reader can open it. */
export async function openedBy(reader: Person, writer: Person): Promise<readonly boolean[]> {
  const keys = await secretKeysOf(reader);
  const { feed } = await secretKeysOf(writer);
  const copy = await readLedger({
    files: reader.files,
    folder: `${HOME}/state/replicas/${writer.feed}`,
    feed,
    keys,
  });
  const intents = (await allRecords(copy)).filter(({ kind }) => kind === "intent");
  return intents.map(({ payload }) => payload !== undefined);
}

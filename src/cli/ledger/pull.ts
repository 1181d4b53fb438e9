// `fleet ledger pull`: fetches other operators' ledgers from relays and names each relay that lies.
import { usage } from "../shell/usage.ts";
import { counted, type ExitCode } from "../../core/index.ts";
import type { PullOutcome } from "../../replicas/index.ts";
import { tableText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { type OtherOperator, otherOperators } from "./feeds.ts";
import { readManifest } from "../manifest/manifest-source.ts";
import { findOperator } from "./operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { outLine, printJson } from "../shell/print.ts";
import { type PulledOther, pullOthers } from "./relaying.ts";
import type { World } from "../shell/world.ts";
import { keepEvidence } from "./keep-evidence.ts";
import { RELAY_OPTION, relaysOf, relaysRequestOf, STALL_OPTION } from "./relay-option.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";

/** `fleet ledger pull`: copies of the other operators' ledgers. */
export const ledgerPull: Command = {
  name: "ledger pull",
  about:
    "Bring the ledgers of the manifest's other operators here. A relay that lies is named, and what it gave is not kept.",
  words: [{ form: "[OPERATOR...]", about: "operators of the manifest (default: all others)" }],
  options: [RELAY_OPTION, STALL_OPTION, MANIFEST_OPTION, JSON_OPTION, ...OPERATOR_OPTIONS],
  examples: ["fleet ledger pull", "fleet ledger pull ben --relay 10.0.0.5:8870"],
  async run(given, world): Promise<ExitCode> {
    const request = { ...ledgerRequestOf(given, world), ...relaysRequestOf(given) };
    const source = await readManifest(request.manifest, world);
    const own = await findOperator(request.keyFile, world);
    const others = chosen(otherOperators(source, own?.keys.feed), given.words);
    const relays = await relaysOf(request, world);
    const pulled = await pullOthers(others, relays, world, request);
    const kept = await keepEvidence(
      pulled.flatMap((each) => (each.pulled === undefined ? [] : [each.pulled])),
      world,
    );
    if (given.flag("json")) printJson(world, documentOf(pulled, kept));
    else print(pulled, kept, world);
    const outcomes = pulled.flatMap((each) => each.pulled?.outcomes ?? []);
    if (outcomes.some(({ kind }) => kind === "lie")) return 4;
    return pulled.every((each) => isCurrent(each)) ? 0 : 3;
  },
};

function chosen(
  others: readonly OtherOperator[],
  words: readonly string[],
): readonly OtherOperator[] {
  const unknown = words.find((word) => !others.some(({ name }) => name === word));
  if (unknown !== undefined)
    throw usage(
      `${unknown}: no other operator with a feed has this name`,
      "name operators of the manifest that have `feed`",
    );
  if (others.length === 0)
    throw usage(
      "the manifest names no other operator with a ledger",
      "write the `feed` that their `fleet keygen` printed into `operators`",
    );
  return words.length === 0 ? others : others.filter(({ name }) => words.includes(name));
}

function isCurrent({ pulled }: PulledOther): boolean {
  return pulled?.outcomes.some(({ kind }) => kind === "new" || kind === "current") === true;
}

function documentOf(pulled: readonly PulledOther[], evidence: readonly string[]): object {
  return {
    format: "fleet.skywire/ledger-pull/v1",
    operators: pulled.map(({ operator, pulled: got, error }) => ({
      ...operator,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
      ...(got?.head === undefined
        ? {}
        : { head: { root: got.head.root, size: got.head.size, seq: Number(got.head.seq) } }),
      relays: (got?.outcomes ?? []).map((outcome) => outcomeDocument(outcome)),
    })),
    evidence,
  };
}

function outcomeDocument(outcome: PullOutcome): object {
  const { relay, kind, says } = outcome;
  return { relay, kind, ...(outcome.kind === "lie" ? { lie: outcome.lie.what } : {}), says };
}

function print(pulled: readonly PulledOther[], evidence: readonly string[], world: World): void {
  for (const { operator, pulled: got, error } of pulled) {
    const size =
      got?.head === undefined ? "nothing yet" : counted(got.head.size, "entry", "entries");
    outLine(world, `${operator.name}: ${size}`);
    if (error !== undefined) outLine(world, `  ${error.message}`);
    world.terminal.out(tableText((got?.outcomes ?? []).map(outcomeRow)));
  }
  for (const path of evidence)
    outLine(world, `what was signed is kept in ${path}; \`fleet ledger evidence\` checks it`);
  const current = pulled.filter((each) => isCurrent(each)).length;
  const lies = pulled
    .flatMap((each) => each.pulled?.outcomes ?? [])
    .filter(({ kind }) => kind === "lie");
  const liars = new Set(lies.map(({ relay }) => relay)).size;
  const said = liars === 0 ? "" : `; ${counted(liars, "relay lies", "relays lie")}`;
  outLine(world, `Brought up to date: ${current} of ${counted(pulled.length, "ledger")}${said}.`);
}

/** One line about a relay: a lie is called by its name. */
export function outcomeRow(outcome: PullOutcome): readonly string[] {
  const kind = outcome.kind === "lie" ? `lies: ${outcome.lie.what}` : outcome.kind;
  return [`  ${outcome.relay}`, kind, outcome.says];
}

import {
  createLedger,
  createReplica,
  type EntryDraft,
  type Ledger,
  type ReadOnlyLedger,
  readLedger,
  type ReplicaOptions,
  verifyLedger,
  type VerifyReport,
} from "../../src/ledger/index.ts";
import { toHex } from "../../src/core/index.ts";
import { makeRotate } from "../../src/ledger/log/entries/rotation.ts";
import { feed } from "./damaged-store.ts";
import { FOLDER, ledgerOptions, plainKeyset, testIntent, testKeys } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";
import { commitOf, offerOf, type TestOffer } from "./replica-offers.ts";

/** Who writes the ledger that is copied. */
export const owner = testKeys("owner");
/** The smallest entry. */
export const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

/** Everything a replica needs, in memory. */
export function replicaOptions(
  files: MemoryFiles,
  changes: Partial<ReplicaOptions> = {},
): ReplicaOptions {
  const { keys: _, ...options } = ledgerOptions(files);
  return { ...options, feed, ...changes };
}

/** A ledger of some commits, and what a relay would give after some of them. */
async function history(): Promise<{
  files: MemoryFiles;
  ledger: Ledger;
  offers: readonly TestOffer[];
}> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  const offers: TestOffer[] = [];
  const next = owner.nextKeys(["ed25519"]);
  await ledger.append([plainKeyset("home"), testIntent("home", "a")]);
  offers.push(await offerOf(files));
  for (let round = 0; round < 8; round += 1)
    await ledger.append(Array.from({ length: 9 }, (_, at) => testIntent("home", `v${at}`)));
  offers.push(await offerOf(files));
  await ledger.append([heartbeat]);
  offers.push(await offerOf(files));
  await ledger.append([{ kind: "rotate", payload: makeRotate(owner, next) }], { next });
  offers.push(await offerOf(files));
  await ledger.append([heartbeat]);
  await ledger.append([heartbeat]);
  offers.push(await offerOf(files));
  await ledger.close();
  return { files, ledger, offers };
}

export const source = await history();
export const first = offerAt(0);
export const last = offerAt(-1);

/** What a relay would give after some of the commits; from the end when negative. */
export function offerAt(at: number): TestOffer {
  const offer = source.offers.at(at);
  if (offer === undefined) throw new Error(`no offer ${at}`);
  return offer;
}

/** Reads the ledger or replica in the files. */
export const read = (files: MemoryFiles): Promise<ReadOnlyLedger> =>
  readLedger({ files, folder: FOLDER, feed });
/** Verifies it. */
export const verify = (files: MemoryFiles): Promise<VerifyReport> =>
  verifyLedger({ files, folder: FOLDER, feed, trusted: [owner.operator] });

/** The files of a replica with one commit. */
export async function replicaOf(offer: TestOffer): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const replica = await createReplica(replicaOptions(files));
  await replica.commit(commitOf(offer));
  await replica.close();
  return files;
}

/** Segments and pins; what is derived may differ. */
export async function contentOf(files: MemoryFiles): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await files.list(FOLDER)) {
    if (!name.startsWith("segment") && name !== "pin.log") continue;
    found[name] = toHex((await files.read(`${FOLDER}/${name}`)) ?? new Uint8Array());
  }
  return found;
}

import { fromHex, sha256, toHex, utf8 } from "../../src/core/index.ts";
import { makeGenesis } from "../../src/ledger/log/entries/genesis.ts";
import { composeEntries } from "../../src/ledger/log/commit.ts";
import {
  encodeEntry,
  encodeLog,
  type EntryObject,
  LOG_SCHEMA,
  LEDGER_REGISTRY,
} from "../../src/ledger/log/entries/objects.ts";
import type { OperatorKeys } from "../../src/ledger/index.ts";
import { encodePin } from "../../src/ledger/log/store/pin.ts";
import { encodeCommit, encodeHeader } from "../../src/ledger/log/store/segment.ts";
import { type CxoObject, encodeRoot, RefsBuilder } from "../../src/skywire/cxo/index.ts";
import { countingRandom, FOLDER, plainKeyset, testIntent, testKeys } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";

const keys = testKeys("owner");
const random = countingRandom("verify");
/** Time of the first entry. */
export const START = 1_790_000_000_000_000_000n;

/** Honest entries: genesis, keyset, three intents. */
export const HONEST: readonly EntryObject[] = [
  { kind: "genesis", payload: makeGenesis(keys) } as const,
  plainKeyset("home"),
  ...["a", "b", "c"].map((visor) => testIntent("home", visor)),
].flatMap((draft, at) =>
  composeEntries(
    draft as never,
    { index: BigInt(at), time: START + BigInt(at) },
    undefined,
    keys,
    random,
  ).map(({ entry }) => entry),
);

/** What a forged store is made of. */
export interface Forged {
  /** Each commit's whole list of entry objects. */
  readonly commits: readonly (readonly Uint8Array[])[];
  readonly feedKeys?: OperatorKeys;
  /** Makes each commit's checkpoint; none are in the form of release 0.1.0. */
  readonly checkpoint?: (entries: readonly Uint8Array[], seq: number) => Uint8Array;
}

/** A store as somebody who holds the feed key can make it: every hash and Root fits. */
export async function forge({
  commits,
  feedKeys = keys,
  checkpoint,
}: Forged): Promise<MemoryFiles> {
  const parts = [encodeHeader(1, keys.feed)];
  let prev: Uint8Array = new Uint8Array(32);
  let rootHash = "";
  for (const [seq, list] of commits.entries()) {
    const refs = new RefsBuilder();
    const objects: CxoObject[] = list.map((bytes) => ({ hash: sha256(bytes), bytes }));
    for (const { hash } of objects) refs.append(hash);
    const built = refs.finish();
    const log = encodeLog({
      version: 1,
      size: BigInt(list.length),
      entries: built.hash,
      checkpoint: checkpoint?.(list, seq) ?? new Uint8Array(),
    });
    const root = encodeRoot({
      refs: [{ hash: sha256(log), schema: LOG_SCHEMA }],
      descriptor: utf8("forged"),
      reg: LEDGER_REGISTRY.ref,
      pub: fromHex(keys.feed),
      nonce: 1n,
      seq: BigInt(seq),
      time: START + 1000n + BigInt(seq),
      prev,
    });
    prev = sha256(root);
    rootHash = toHex(prev);
    parts.push(
      encodeCommit(
        [...objects, ...built.objects, { hash: sha256(log), bytes: log }],
        BigInt(seq),
        root,
        feedKeys.signFeed(prev),
      ),
    );
  }
  const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
  const files = new MemoryFiles();
  await files.create(`${FOLDER}/segment-000001.log`, bytes);
  const size = BigInt(commits.at(-1)?.length ?? 0);
  await files.create(
    `${FOLDER}/pin.log`,
    encodePin({
      feed: keys.feed,
      seq: BigInt(commits.length - 1),
      rootHash,
      size,
      segment: 1,
      end: bytes.length,
    }),
  );
  return files;
}

/** The objects of entries. */
export const encoded = (entries: readonly EntryObject[]): readonly Uint8Array[] =>
  entries.map((entry) => encodeEntry(entry));

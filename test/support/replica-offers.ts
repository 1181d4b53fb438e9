import { assert, sha256, toHex } from "../../src/core/index.ts";
import { decodeLog } from "../../src/ledger/log/entries/objects.ts";
import { readLedger, type ReplicaCommit, type ReplicaEntry } from "../../src/ledger/index.ts";
import { FRAME_TYPES, scanFrames } from "../../src/ledger/log/store/frame.ts";
import { decodeRoot, readRefs } from "../../src/skywire/cxo/index.ts";
import { feed } from "./damaged-store.ts";
import { FOLDER } from "./ledger-world.ts";
import type { MemoryFiles } from "./memory-files.ts";

/** What a relay would give of a stored ledger: its newest Root, the log, and all entries. */
export interface TestOffer {
  readonly root: ReplicaCommit["root"];
  readonly log: Uint8Array;
  readonly entries: readonly ReplicaEntry[];
}

/** Every object in a ledger's files, by its hex hash. */
export async function storedObjects(files: MemoryFiles): Promise<Map<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for (const name of await files.list(FOLDER)) {
    if (!name.startsWith("segment")) continue;
    const bytes = (await files.read(`${FOLDER}/${name}`)) ?? new Uint8Array();
    for (const { type, body } of scanFrames(bytes).frames)
      if (type === FRAME_TYPES.object) objects.set(toHex(sha256(body)), body);
  }
  return objects;
}

/** Reads an offer from a ledger's files. */
export async function offerOf(files: MemoryFiles): Promise<TestOffer> {
  const objects = await storedObjects(files);
  const get = (hash: Uint8Array): Uint8Array | undefined => objects.get(toHex(hash));
  const { headRoot: root } = await readLedger({ files, folder: FOLDER, feed });
  const log = get(decodeRoot(root.value).refs[0]?.hash ?? new Uint8Array());
  assert(log !== undefined, "the log is there");
  const entries = readRefs(decodeLog(log).entries, get).map((hash, index) => {
    const bytes = get(hash);
    assert(bytes !== undefined, "the entry is there");
    return { index, hash, bytes };
  });
  return { root, log, entries };
}

/** The offer as a commit to a replica that has the first `from` entries. */
export function commitOf({ root, log, entries }: TestOffer, from = 0, batch = 3): ReplicaCommit {
  return { root, log, entries: inBatches(entries.slice(from), batch) };
}

async function* inBatches(
  entries: readonly ReplicaEntry[],
  size: number,
): AsyncGenerator<readonly ReplicaEntry[]> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}

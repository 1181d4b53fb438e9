import { fromHex, sha256, utf8 } from "../../src/core/index.ts";
import { encodeLog, LOG_SCHEMA, LEDGER_REGISTRY } from "../../src/ledger/log/entries/objects.ts";
import type { ProvenEntry, SignedState } from "../../src/ledger/index.ts";
import { signCheckpoint } from "../../src/ledger/log/head.ts";
import { encodeRoot, RefsBuilder } from "../../src/skywire/cxo/index.ts";
import { inclusionProof } from "../../src/tlog/index.ts";
import type { MemoryFeed } from "./memory-feed.ts";

/** What a state is signed with beside its entries. */
export interface StateChanges {
  readonly seq?: bigint;
  readonly nonce?: bigint;
  readonly prev?: Uint8Array;
  /** The checkpoint in place of the one over these entries. */
  readonly checkpoint?: Uint8Array;
}

/** A state over the first entries of a feed, as the holder of its key can sign it. */
export function signedState(
  feed: MemoryFeed,
  size: number,
  changes: StateChanges = {},
): SignedState & { readonly log: Uint8Array } {
  const { keys, entries } = feed;
  const { seq = BigInt(size), nonce = 1n, prev = sha256(utf8(`before ${size}`)) } = changes;
  const refs = new RefsBuilder();
  for (const { object } of entries.slice(0, size)) refs.append(object.hash);
  const tree = fromHex(feed.treeAt(size));
  const log = encodeLog({
    version: 1,
    size: BigInt(size),
    entries: refs.finish().hash,
    checkpoint: changes.checkpoint ?? signCheckpoint(keys, { size, root: tree }),
  });
  const value = encodeRoot({
    refs: [{ hash: sha256(log), schema: LOG_SCHEMA }],
    descriptor: utf8(`state ${seq}`),
    reg: LEDGER_REGISTRY.ref,
    pub: fromHex(keys.feed),
    nonce,
    seq,
    time: 1_790_000_000_000_000_000n + seq,
    prev,
  });
  return { value, signature: keys.signFeed(sha256(value)), log };
}

/** An entry of a feed, proved to be among its first `size`. */
export async function provenEntry(
  feed: MemoryFeed,
  index: number,
  size: number,
): Promise<ProvenEntry> {
  const object = feed.entries[index]?.object.bytes;
  if (object === undefined) throw new Error(`no entry ${index}`);
  return { object, proof: await inclusionProof(index, size, feed.readHashes) };
}

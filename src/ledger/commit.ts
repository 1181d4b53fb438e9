// Makes one commit of new entries: their objects, the list, the checkpoint and the signed Root.
import { assert, fromHex, sha256, toHex, utf8 } from "../core/index.ts";
import { type BuiltRefs, type CxoObject, encodeRoot } from "../skywire/cxo/index.ts";
import type { ComposedEntry } from "./entries/compose.ts";
import { encodeLog, LEDGER_REGISTRY, LOG_SCHEMA, LOG_VERSION } from "./entries/objects.ts";
import type { OperatorKeys } from "./keys/keys.ts";
import { LEDGER_NONCE } from "./newest.ts";
import { signCheckpoint } from "./proof/checkpoint.ts";
import type { CommitDraft } from "./store/store.ts";

/** Where a commit stands, and who signs it. */
export interface CommitPlace {
  /** Those that sign the Root and the checkpoint. */
  readonly keys: OperatorKeys;
  readonly seq: bigint;
  readonly prev: Uint8Array;
  /** The first commit also holds the registry. */
  readonly isFirst: boolean;
  /** RFC 6962 root over all entries, the new ones included. */
  readonly tree: Uint8Array;
}

/**
 * Makes the objects and the signed Root of new entries.
 * @param list the list of all entries, with the objects of it that are new
 */
export function composeCommit(
  entries: readonly ComposedEntry[],
  list: BuiltRefs & { readonly length: number },
  { keys, seq, prev, isFirst, tree }: CommitPlace,
): CommitDraft {
  const size = BigInt(list.length);
  const checkpoint = signCheckpoint(keys, { size: list.length, root: tree });
  const log = toObject(encodeLog({ version: LOG_VERSION, size, entries: list.hash, checkpoint }));
  const time = entries.at(-1)?.entry.time;
  assert(time !== undefined, "a commit has an entry");
  const root = encodeRoot({
    refs: [{ hash: log.hash, schema: LOG_SCHEMA }],
    descriptor: utf8(`fleet ledger v${LOG_VERSION}, ${size} entries`),
    reg: LEDGER_REGISTRY.ref,
    pub: fromHex(keys.feed),
    nonce: LEDGER_NONCE,
    seq,
    time,
    prev,
  });
  const rootHash = sha256(root);
  const registry = isFirst ? [{ hash: LEDGER_REGISTRY.ref, bytes: LEDGER_REGISTRY.bytes }] : [];
  return {
    objects: [...registry, ...entries.map(({ object }) => object), ...list.objects, log],
    seq,
    root,
    rootHash: toHex(rootHash),
    signature: keys.signFeed(rootHash),
    size,
    timeNs: time,
    tree: toHex(tree),
    checkpoint,
  };
}

function toObject(bytes: Uint8Array): CxoObject {
  return { hash: sha256(bytes), bytes };
}

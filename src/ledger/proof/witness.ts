// Cosigns another operator's checkpoint, once it is proved to go on from the last one.
import { assert, fromHex, fromUtf8, hasCode, type OperatorKey } from "../../core/index.ts";
import { cosign, formatNote, parseNote, verifyConsistency } from "../../tlog/index.ts";
import {
  type EntryDraft,
  ledgerNoteKey,
  type SeenHead,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  witnessNoteKey,
} from "../log/index.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";

/** What a witness is asked to cosign, and what it knows. */
export interface CosignRequest {
  /** Ours. */
  readonly keys: OperatorKeys;
  /** The other ledger, and who signs its newest checkpoint. */
  readonly feed: FeedKey;
  readonly writer: OperatorKey;
  /** The newest state of it that we have seen; absent when we see it for the first time. */
  readonly pinned: SeenHead | undefined;
  /** A signed note. */
  readonly checkpoint: Uint8Array;
  /** That the checkpoint begins with the pinned state, lowest hash first; empty without one. */
  readonly proof: readonly Uint8Array[];
  /** Unix seconds. */
  readonly timeS: number;
}

/** Whether a checkpoint was cosigned. */
export type CosignVerdict =
  | {
      readonly kind: "cosigned";
      /** What to pin now. */
      readonly head: SeenHead;
      /** The checkpoint with its own signature and ours. */
      readonly note: Uint8Array;
      /** What to record in our ledger. */
      readonly draft: EntryDraft;
    }
  | {
      readonly kind: "refused";
      readonly code:
        | "ledger/checkpoint"
        | "ledger/witness-own"
        | "ledger/witness-behind"
        | "ledger/witness-other-tree";
      readonly message: string;
    };

/**
 * Cosigns a checkpoint of another ledger when it begins with all that we have seen of that ledger, or says
 * why not. Pure: who calls records the draft and pins the head, in this order, before handing the note on.
 */
export function cosignCheckpoint(request: CosignRequest): CosignVerdict {
  const { keys, feed, writer, pinned, checkpoint, timeS } = request;
  assert(pinned === undefined || pinned.feed === feed, "the pin is of the ledger to be cosigned");
  if (feed === keys.feed)
    return refuse("ledger/witness-own", "nobody is a witness of his own ledger");
  const opened = opensCheckpoint(checkpoint, { feed, writer });
  if (opened === undefined)
    return refuse(
      "ledger/checkpoint",
      `the note is no checkpoint of feed ${feed} signed by ${writer}`,
    );
  const { size, tree, text } = opened;
  const refusal = pinned === undefined ? undefined : growthFault(pinned, opened, request.proof);
  if (refusal !== undefined) return refusal;
  const logKey = ledgerNoteKey(feed, writer);
  const own = parseNote(checkpoint).signatures.find(
    ({ name, keyId }) => name === logKey.name && keyId === logKey.id,
  );
  assert(own !== undefined, "a checkpoint that was opened has its log's signature");
  const signer = {
    key: witnessNoteKey(keys.operator),
    sign: (bytes: Uint8Array) => keys.sign(bytes),
  };
  const note = formatNote({ text, signatures: [own, cosign(text, signer, timeS)] });
  const head = { feed, size, tree };
  return {
    kind: "cosigned",
    head,
    note,
    draft: { kind: "witness", payload: { ...head, note: fromUtf8(note) } },
  };
}

function growthFault(
  pinned: SeenHead,
  { feed, size, tree }: SeenHead,
  proof: readonly Uint8Array[],
): CosignVerdict | undefined {
  if (size < pinned.size)
    return refuse(
      "ledger/witness-behind",
      `the checkpoint is over ${size} entries of feed ${feed}, and ${pinned.size} were seen before`,
    );
  const claim = {
    oldSize: pinned.size,
    oldRoot: fromHex(pinned.tree),
    newSize: size,
    newRoot: fromHex(tree),
    proof,
  };
  try {
    verifyConsistency(claim);
    return undefined;
  } catch (error) {
    if (!hasCode(error, "tlog/")) throw error;
    return refuse(
      "ledger/witness-other-tree",
      `nothing proves that the ${size} entries of feed ${feed} begin with the ${pinned.size} seen before`,
    );
  }
}

function opensCheckpoint(
  note: Uint8Array,
  by: { readonly feed: FeedKey; readonly writer: OperatorKey },
): VerifiedCheckpoint | undefined {
  try {
    return verifyCheckpoint(note, by);
  } catch (error) {
    if (hasCode(error, "ledger/checkpoint")) return undefined;
    throw error;
  }
}

function refuse(
  code: Extract<CosignVerdict, { readonly kind: "refused" }>["code"],
  message: string,
): CosignVerdict {
  return { kind: "refused", code, message };
}

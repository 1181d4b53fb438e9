// A ledger's own checkpoints: made, and verified by the keys that write it.
import { FleetError, hasCode, type OperatorKey, toHex } from "../../core/index.ts";
import {
  formatCheckpoint,
  type NoteKey,
  noteKeyOf,
  openCheckpoint,
  signNote,
} from "../../tlog/index.ts";
import type { SeenHead } from "../entries/payloads.ts";
import type { FeedKey, OperatorKeys } from "../keys/keys.ts";

const LEDGER_NAME = "fleet.skywire/ledger/";
const WITNESS_NAME = "fleet.skywire/witness/";

/** What a checkpoint says of a ledger, after its signature was checked. */
export type VerifiedCheckpoint = SeenHead & {
  /** The text that was signed. */
  readonly text: string;
  readonly cosignatures: readonly Cosignature[];
  readonly __verified: "checkpoint";
};

/** A witness's signature of a checkpoint. */
export interface Cosignature {
  readonly witness: OperatorKey;
  /** When it was the newest that the witness had seen; unix seconds. */
  readonly timeS: number;
}

/** The key that signs a ledger's checkpoints: its writer's, by the ledger's name. */
export function ledgerNoteKey(feed: FeedKey, writer: OperatorKey): NoteKey {
  return noteKeyOf(originOf(feed), "ed25519", writer);
}

/** The key by which an operator cosigns checkpoints of others. */
export function witnessNoteKey(witness: OperatorKey): NoteKey {
  const name = `${WITNESS_NAME}${witness.slice("ed25519:".length)}`;
  return noteKeyOf(name, "cosignature/v1", witness);
}

/** The first line of a ledger's checkpoints. */
export function originOf(feed: FeedKey): string {
  return `${LEDGER_NAME}${feed}`;
}

/** Signs the checkpoint over a ledger's first `size` entries, whose RFC 6962 root is `root`. */
export function signCheckpoint(
  keys: OperatorKeys,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): Uint8Array {
  const text = formatCheckpoint({ origin: originOf(keys.feed), size, root, extensions: [] });
  const key = ledgerNoteKey(keys.feed, keys.operator);
  return signNote(text, [{ key, sign: (message) => keys.sign(message) }]);
}

/**
 * Proves that a note is a checkpoint of a ledger, signed by its writer. Cosignatures of the witnesses
 * named are checked; those of others are not looked at.
 * @throws FleetError ledger/checkpoint
 */
export function verifyCheckpoint(
  note: Uint8Array,
  { feed, writer }: { readonly feed: FeedKey; readonly writer: OperatorKey },
  witnesses: readonly OperatorKey[] = [],
): VerifiedCheckpoint {
  try {
    const { checkpoint, text, cosignatures } = openCheckpoint(note, {
      origin: originOf(feed),
      logKey: ledgerNoteKey(feed, writer),
      witnesses: witnesses.map(witnessNoteKey),
    });
    const { size, root, extensions } = checkpoint;
    if (size === 0 || extensions.length > 0)
      throw new FleetError(
        "ledger/checkpoint",
        "a ledger's checkpoint has entries and three lines",
      );
    const cosigned = cosignatures.map(({ key, timeS }) => ({ witness: key.key, timeS }));
    return {
      feed,
      size,
      tree: toHex(root),
      text,
      cosignatures: cosigned,
    } as unknown as VerifiedCheckpoint;
  } catch (cause) {
    if (!hasCode(cause, "tlog/")) throw cause;
    throw new FleetError(
      "ledger/checkpoint",
      `the note is no checkpoint of feed ${feed} by ${writer}`,
      {
        next: "fetch it again; if it is refused again, do not trust who serves it",
        exit: 4,
        cause,
      },
    );
  }
}

// Opens a checkpoint: a signed note, by who is trusted to sign it.
import { FleetError } from "../core/index.ts";
import { type Checkpoint, parseCheckpoint } from "./merkle.ts";
import { openNote } from "./note.ts";
import { type NoteKey, quote } from "./note-text.ts";

/** Whose checkpoints are accepted. */
export interface CheckpointTrust {
  /** The name of the log, its first line. */
  readonly origin: string;
  /** The log's own key; its signature is required. */
  readonly logKey: NoteKey;
  /** Keys whose cosignatures are verified and given; none is required. */
  readonly witnesses: readonly NoteKey[];
}

/** A checkpoint of the log that was asked for, signed by it. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The text that was signed. */
  readonly text: string;
  /** At most one for each witness key. How many are enough is for the caller to judge. */
  readonly cosignatures: readonly { readonly key: NoteKey; readonly timeS: number }[];
}

/**
 * Opens a signed checkpoint of one log.
 * @throws FleetError tlog/note, tlog/signature when the log's signature is missing or any known one
 *   does not verify, tlog/checkpoint also for the checkpoint of another log
 *
 * Source: C2SP tlog-checkpoint v1.0.0.
 */
export function openCheckpoint(note: Uint8Array, trust: CheckpointTrust): OpenedCheckpoint {
  const { origin, logKey, witnesses } = trust;
  const { text, verified } = openNote(note, [logKey, ...witnesses]);
  if (!verified.some(({ key }) => isSameKey(key, logKey))) {
    throw new FleetError("tlog/signature", `${logKey.name} has not signed this checkpoint`, {
      next: "fetch the checkpoint from the log itself",
    });
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) {
    const found = quote(checkpoint.origin);
    throw new FleetError("tlog/checkpoint", `a checkpoint of ${found}, not of ${origin}`, {
      next: "fetch the checkpoint of the log that is meant",
    });
  }
  const cosignatures = verified.flatMap((signature) =>
    signature.type === "cosignature/v1" && !isSameKey(signature.key, logKey)
      ? [{ key: signature.key, timeS: signature.timeS }]
      : [],
  );
  return { checkpoint, text, cosignatures };
}

function isSameKey(left: NoteKey, right: NoteKey): boolean {
  return left.name === right.name && left.id === right.id && left.key === right.key;
}

// A witness's cosignature of a checkpoint, made and verified.
import {
  assert,
  concatBytes,
  defined,
  FleetError,
  hasCode,
  utf8,
  verifyEd25519,
} from "../core/index.ts";
import { parseCheckpoint } from "./merkle.ts";
import type { NoteKey, NoteSignature, NoteSigner } from "./note-text.ts";

const TIME_SIZE = 8;

/**
 * Cosigns a checkpoint: says that at `timeS` (seconds since 1970, at least 1) it was the largest tree
 * of its log that the signer has seen, and that it began with all earlier ones. Who calls has made sure
 * of that. `text` is the checkpoint without its signatures; the signer's key is a cosignature/v1 key.
 * @throws FleetError tlog/checkpoint
 *
 * Source: C2SP tlog-cosignature v1.0.0, "Ed25519 signed message".
 */
export function cosign(text: string, signer: NoteSigner, timeS: number): NoteSignature {
  const { key, sign } = signer;
  assert(key.type === "cosignature/v1", "a checkpoint is cosigned with a key for cosignatures");
  assert(Number.isSafeInteger(timeS) && timeS > 0, "a cosignature has its time");
  parseCheckpoint(text);
  const message = messageOf(timeS, text);
  const made = sign(message);
  assert(verifyEd25519(key.key, message, made), "the signer has the secret of its key");
  const time = new Uint8Array(TIME_SIZE);
  new DataView(time.buffer).setBigUint64(0, BigInt(timeS));
  return { name: key.name, keyId: key.id, signature: concatBytes(time, made) };
}

/**
 * Verifies a cosignature of a checkpoint and gives its time, in seconds since 1970. Whether that time
 * is recent enough, or lies ahead, is for the caller to judge.
 * @throws FleetError tlog/signature, also for a time after 2^53 - 1 and a text that is no checkpoint
 *
 * Source: C2SP tlog-cosignature v1.0.0, "Format" and "Ed25519 signed message".
 */
export function verifyCosignature(text: string, key: NoteKey, signature: Uint8Array): number {
  assert(key.type === "cosignature/v1", "a cosignature is verified with a key for cosignatures");
  if (signature.length <= TIME_SIZE) throw refusal(key, "it has no time");
  const { buffer, byteOffset } = signature;
  const timeS = Number(new DataView(buffer, byteOffset, TIME_SIZE).getBigUint64(0));
  if (!Number.isSafeInteger(timeS)) throw refusal(key, "its time is out of range");
  checkIsCheckpoint(text, key);
  if (!verifyEd25519(key.key, messageOf(timeS, text), signature.subarray(TIME_SIZE))) {
    throw refusal(key, "it does not fit the text");
  }
  return timeS;
}

function messageOf(timeS: number, text: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timeS}\n${text}`);
}

function checkIsCheckpoint(text: string, key: NoteKey): void {
  try {
    parseCheckpoint(text);
  } catch (cause) {
    if (!hasCode(cause, "tlog/checkpoint")) throw cause;
    throw refusal(key, "only checkpoints are cosigned", cause);
  }
}

function refusal(key: NoteKey, why: string, cause?: unknown): FleetError {
  return new FleetError("tlog/signature", `the cosignature of ${key.name} is refused: ${why}`, {
    next: "fetch the checkpoint again; if it is refused again, do not trust who serves it",
    ...defined({ cause }),
  });
}

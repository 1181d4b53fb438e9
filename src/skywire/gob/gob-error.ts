// The errors of reading and writing gob, and which of them leave the stream usable.
import { FleetError } from "../../core/index.ts";

/** Bytes that are no gob stream. Fatal: nothing after them can be read. */
export function malformed(message: string): FleetError {
  return new FleetError("gob/malformed", `gob: ${message}`, {
    next: "check that the peer is a Go program that speaks net/rpc on this port",
  });
}

/** A stream that asks for more than its reader allows. Fatal. */
export function overLimit(message: string): FleetError {
  return new FleetError("gob/limit", `gob: ${message}`, {
    next: "the peer sends more than any known release does; check what is listening there",
  });
}

/** The sender's type does not fit the reader's; `text` is what Go says in that case. The stream stays usable. */
export function typeMismatch(text: string): FleetError {
  return new FleetError("gob/mismatch", text, {
    next: "the two releases disagree about this type",
  });
}

/** A number that its Go type or a JavaScript number cannot hold. The stream stays usable. */
export function outOfRange(name: string): FleetError {
  return new FleetError("gob/range", `value for "${name}" out of range`, {
    next: "the two releases disagree about the size of this number",
  });
}

/** A value that cannot be sent as its schema. Nothing was sent. */
export function unencodable(where: string, why: string): FleetError {
  return new FleetError("gob/value", `gob: cannot encode ${where}: ${why}`);
}

const RECOVERABLE: ReadonlySet<string> = new Set([
  "gob/mismatch",
  "gob/range",
  "gob/text",
  "gob/opaque",
]);

/** True when the value was read completely and only its shape was refused: the stream goes on. */
export function isRecoverable(error: unknown): error is FleetError {
  return error instanceof FleetError && RECOVERABLE.has(error.code);
}

// The text of a checkpoint: origin, size and root of a log.
import { FleetError, formatBase64, parseBase64 } from "../core/index.ts";
import { HASH_SIZE } from "./merkle.ts";
import { hasControl, quote } from "./note-text.ts";

/** What a log says about itself at one size. */
export interface Checkpoint {
  /** The name of the log: one line, not empty. */
  readonly origin: string;
  /** The number of leaves. */
  readonly size: number;
  /** The root of the tree of these leaves: 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, none empty, whose meaning is the log's own. */
  readonly extensions: readonly string[];
}

/**
 * Formats the text of a checkpoint, which is signed as a note.
 * @throws FleetError tlog/checkpoint for an origin, size, root or line that has no such form
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  const lines = [origin, String(size), formatBase64(root), ...extensions];
  if (lines.some((line) => line === "" || line.includes("\n") || hasControl(line))) {
    throw refusal("an empty line, or one with a control character");
  }
  if (!Number.isSafeInteger(size) || size < 0) throw refusal(`${size} is no number of leaves`);
  if (root.length !== HASH_SIZE) throw refusal(`its root has ${root.length} bytes`);
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Parses the text of a checkpoint; it is the one text of that checkpoint or it is refused.
 * @throws FleetError tlog/checkpoint, also for more than 2^53 - 1 leaves
 *
 * Source: C2SP tlog-checkpoint v1.0.0, "Note text".
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", base64 = "", ...extensions] = text.split("\n").slice(0, -1);
  const root = parseBase64(base64);
  if (root === undefined) throw refusal("its third line is not base64");
  const checkpoint = { origin, size: parseLeafCount(size, refusal), root, extensions };
  if (formatCheckpoint(checkpoint) !== text) throw refusal("it is not written in its one form");
  return checkpoint;
}

/**
 * Parses a decimal number of leaves without leading zeros, 0 to 2^53 - 1.
 * @throws what `refuse` makes of the reason
 */
export function parseLeafCount(text: string, refuse: (why: string) => FleetError): number {
  if (!/^(?:0|[1-9]\d*)$/.test(text)) throw refuse(`${quote(text)} is no number of leaves`);
  const count = Number(text);
  if (!Number.isSafeInteger(count))
    throw refuse(`${quote(text)} leaves are more than can be counted`);
  return count;
}

function refusal(why: string): FleetError {
  return new FleetError("tlog/checkpoint", `not a checkpoint: ${why}`, {
    next: "fetch the checkpoint again from the log",
  });
}

// The frames of a part of a file, read some at a time.
import type { ReadFile } from "../../core/index.ts";
import { type BadBytes, type Frame, frameAt, frameSizeAt, nextCandidate } from "./frame.ts";

/** Read at once: long enough that a disk is busy, short enough to hold a few. */
const WINDOW_SIZE = 1024 * 1024;

/** True for a whole frame, false for bytes that are none. */
export function isFrame(item: Frame | BadBytes): item is Frame {
  return "type" in item;
}

/**
 * The frames of a part of a file in order, and what is none between them, some at a time. After bytes
 * that are none it looks for the next place where one begins, so that damage hides no more than it
 * touches. Holds one window of the file, longer only where one frame is.
 */
export async function* streamFrames(
  file: ReadFile,
  from: number,
  to: number,
): AsyncGenerator<readonly (Frame | BadBytes)[], void> {
  let at = from;
  let end = to;
  let badFrom: number | undefined;
  let wanted = WINDOW_SIZE;
  while (at < end) {
    const asked = Math.min(wanted, end - at);
    const window = await file.read(at, asked);
    // Somebody cut the file meanwhile: what is left of it is all there is.
    if (window.length < asked) end = at + window.length;
    wanted = WINDOW_SIZE;
    const batch: (Frame | BadBytes)[] = [];
    let cursor = 0;
    while (cursor < window.length) {
      const size = frameSizeAt(window, cursor, end - at - cursor);
      if (size !== undefined && cursor + size > window.length) {
        wanted = Math.max(WINDOW_SIZE, size);
        break;
      }
      const frame = size === undefined ? undefined : frameAt(window, cursor, at);
      if (frame === undefined) {
        badFrom ??= at + cursor;
        cursor = nextCandidate(window, cursor + 1);
        continue;
      }
      if (badFrom !== undefined) batch.push({ from: badFrom, to: frame.from });
      badFrom = undefined;
      batch.push(frame);
      cursor = frame.to - at;
    }
    at += cursor;
    if (batch.length > 0) yield batch;
  }
  if (badFrom !== undefined && badFrom < to) yield [{ from: badFrom, to }];
}

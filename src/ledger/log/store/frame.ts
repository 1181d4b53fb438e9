// Frames: how every record stands in a file, with a check of its bytes, and the frames of a part of a file in turn.
import { concatBytes, equalBytes, type ReadFile, sha256 } from "../../../core/index.ts";
import { ObjectWriter } from "../../../skywire/cxo/index.ts";

// Frames: how every record stands in a file, with a check of its bytes.

/** What a frame holds. */
export const FRAME_TYPES = {
  header: 1,
  object: 2,
  commit: 3,
  pin: 4,
  replica: 5,
  index: 6,
} as const;

/** Each frame: magic, type, length, body, and the SHA-256 of all but the magic. */
const MAGIC = Uint8Array.of(0xf1, 0x3e, 0x7c, 0xd5);
const HEAD_SIZE = MAGIC.length + 1 + 4;
const CHECK_SIZE = 32;
/** No record of ours is a tenth as long; a longer claim comes from damage. */
const BODY_SIZE_MAX = 64 * 1024 * 1024;

/** Where the body begins in a frame, and how many bytes follow it. */
export const FRAME_BODY: { readonly from: number; readonly behind: number } = {
  from: HEAD_SIZE,
  behind: CHECK_SIZE,
};

/** How many bytes a frame takes beside its body. */
export const FRAME_OVERHEAD: number = HEAD_SIZE + CHECK_SIZE;

/** One whole frame found in a file. */
export interface Frame {
  readonly type: number;
  readonly body: Uint8Array;
  readonly check: Uint8Array;
  /** Where it begins and ends in its file. */
  readonly from: number;
  readonly to: number;
}

/** Bytes that are no whole frame. */
export interface BadBytes {
  readonly from: number;
  readonly to: number;
}

/** A file of frames, as far as it can be read. */
export interface FrameScan {
  readonly frames: readonly Frame[];
  readonly bad: readonly BadBytes[];
}

/** Frames a body. */
export function encodeFrame(type: number, body: Uint8Array): Uint8Array {
  const writer = new ObjectWriter();
  writer.u8(type);
  writer.bytes(body);
  const content = writer.finish();
  return concatBytes(MAGIC, content, sha256(content));
}

/**
 * Finds every whole frame. After bytes that are none it looks for the next place where one begins,
 * so that damage hides no more than it touches. Borrows the bytes.
 */
export function scanFrames(bytes: Uint8Array): FrameScan {
  const frames: Frame[] = [];
  const bad: BadBytes[] = [];
  let at = 0;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame !== undefined) {
      frames.push(frame);
      at = frame.to;
      continue;
    }
    let next = nextCandidate(bytes, at + 1);
    while (next < bytes.length && frameAt(bytes, next) === undefined)
      next = nextCandidate(bytes, next + 1);
    bad.push({ from: at, to: next });
    at = next;
  }
  return { frames, bad };
}

/** The next place at or behind `start` where a frame may begin; the end of the bytes when there is none. */
function nextCandidate(bytes: Uint8Array, start: number): number {
  const at = bytes.indexOf(MAGIC[0] ?? 0, start);
  return at === -1 ? bytes.length : at;
}

/**
 * How many bytes at `from` have to be at hand to judge whether a frame begins there, of `left` that
 * follow in its file; `undefined` when none can.
 */
function frameSizeAt(bytes: Uint8Array, from: number, left: number): number | undefined {
  if (left < FRAME_OVERHEAD) return undefined;
  for (let at = 0; at < MAGIC.length && from + at < bytes.length; at += 1)
    if (bytes[from + at] !== MAGIC[at]) return undefined;
  if (from + HEAD_SIZE > bytes.length) return HEAD_SIZE;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, HEAD_SIZE);
  const bodySize = view.getUint32(MAGIC.length + 1, true);
  const size = bodySize + FRAME_OVERHEAD;
  return bodySize > BODY_SIZE_MAX || size > left ? undefined : size;
}

/** The whole frame that begins at `from`; offsets in it count from `base`, where the bytes begin. */
export function frameAt(bytes: Uint8Array, from: number, base = 0): Frame | undefined {
  const size = frameSizeAt(bytes, from, bytes.length - from);
  if (size === undefined) return undefined;
  const bodyTo = from + size - CHECK_SIZE;
  const check = bytes.subarray(bodyTo, bodyTo + CHECK_SIZE);
  if (!equalBytes(sha256(bytes.subarray(from + MAGIC.length, bodyTo)), check)) return undefined;
  return {
    type: bytes[from + MAGIC.length] ?? 0,
    body: bytes.subarray(from + HEAD_SIZE, bodyTo),
    check,
    from: base + from,
    to: base + from + size,
  };
}

// The frames of a part of a file, read some at a time.

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

import { concatBytes, equalBytes, sha256 } from "../../core/index.ts";
import { ByteWriter } from "../../skywire/cxo/index.ts";

/** What a frame holds. */
export const FRAME_TYPES = { header: 1, object: 2, commit: 3, pin: 4 } as const;

/** Each frame: magic, type, length, body, and the SHA-256 of all but the magic. */
const MAGIC = Uint8Array.of(0xf1, 0x3e, 0x7c, 0xd5);
const HEAD_SIZE = MAGIC.length + 1 + 4;
const CHECK_SIZE = 32;

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
  const writer = new ByteWriter();
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
    const next = nextFrame(bytes, at + 1);
    bad.push({ from: at, to: next });
    at = next;
  }
  return { frames, bad };
}

function nextFrame(bytes: Uint8Array, start: number): number {
  for (
    let at = bytes.indexOf(MAGIC[0] ?? 0, start);
    at !== -1;
    at = bytes.indexOf(MAGIC[0] ?? 0, at + 1)
  ) {
    if (frameAt(bytes, at) !== undefined) return at;
  }
  return bytes.length;
}

function frameAt(bytes: Uint8Array, from: number): Frame | undefined {
  if (bytes.length - from < HEAD_SIZE + CHECK_SIZE) return undefined;
  if (!equalBytes(bytes.subarray(from, from + MAGIC.length), MAGIC)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, HEAD_SIZE);
  const bodyFrom = from + HEAD_SIZE;
  const bodyTo = bodyFrom + view.getUint32(MAGIC.length + 1, true);
  if (bodyTo + CHECK_SIZE > bytes.length) return undefined;
  const check = bytes.subarray(bodyTo, bodyTo + CHECK_SIZE);
  if (!equalBytes(sha256(bytes.subarray(from + MAGIC.length, bodyTo)), check)) return undefined;
  return {
    type: view.getUint8(MAGIC.length),
    body: bytes.subarray(bodyFrom, bodyTo),
    check,
    from,
    to: bodyTo + CHECK_SIZE,
  };
}

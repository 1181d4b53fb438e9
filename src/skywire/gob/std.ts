// The types of Go and Skywire with a format of their own: times, keys, UUIDs, log entries of transports.
import { assert, fromHex } from "../../core/index.ts";
import { Decoder } from "./decoder.ts";
import { Encoder } from "./encoder.ts";
import { t } from "./schema.ts";
import type { Schema } from "./schema-node.ts";
import { groupedHexText, hexText } from "./text.ts";
import { BUILTIN } from "./wire-types.ts";

/** Go's `time.Time`: an instant with nanoseconds, and the zone it was written in. */
export interface GoTime {
  /** Seconds since 1970-01-01 UTC; -62135596800 (year 1) is Go's zero time. */
  readonly unixSeconds: bigint;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
  /** Seconds east of UTC; `undefined` stands for UTC itself. */
  readonly zoneOffsetSeconds: number | undefined;
}

/** Traffic of a transport, as the visor's log entry carries it. */
export interface LogEntry {
  readonly recvBytes: bigint;
  readonly sentBytes: bigint;
}

/** Seconds from Go's zero time to 1970. */
const YEAR_ONE = 62_135_596_800n;
const UTC_MARK = -1;
const KEY_BYTES = 33;
const UUID_BYTES = 16;

/** Go's zero time. */
export const ZERO_TIME: GoTime = Object.freeze({
  unixSeconds: -YEAR_ONE,
  nanoseconds: 0,
  zoneOffsetSeconds: undefined,
});

/** True for the time that Go omits. */
export function isZeroTime(value: GoTime): boolean {
  return (
    value.unixSeconds === -YEAR_ONE &&
    value.nanoseconds === 0 &&
    value.zoneOffsetSeconds === undefined
  );
}

/** The UTC time `ms` milliseconds after 1970. */
export function timeFromMs(ms: number): GoTime {
  const seconds = Math.floor(ms / 1000);
  return {
    unixSeconds: BigInt(seconds),
    nanoseconds: Math.round((ms - seconds * 1000) * 1_000_000),
    zoneOffsetSeconds: undefined,
  };
}

/** Milliseconds after 1970, rounded down. */
export function timeToMs(value: GoTime): number {
  return Number(value.unixSeconds) * 1000 + Math.floor(value.nanoseconds / 1_000_000);
}

/** The payload Go's `time.Time` has: version 1, or 2 when the zone has odd seconds. */
function encodeTime(value: GoTime): Uint8Array {
  const offset = value.zoneOffsetSeconds;
  const zoneMinutes = offset === undefined ? UTC_MARK : Math.trunc(offset / 60);
  const zoneSeconds = offset === undefined ? 0 : offset % 60;
  assert(
    value.nanoseconds >= 0 && value.nanoseconds < 1e9,
    "nanoseconds of a time are within a second",
  );
  const bytes = new Uint8Array(zoneSeconds === 0 ? 15 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, zoneSeconds === 0 ? 1 : 2);
  view.setBigInt64(1, value.unixSeconds + YEAR_ONE);
  view.setInt32(9, value.nanoseconds);
  view.setInt16(13, zoneMinutes);
  if (zoneSeconds !== 0) view.setInt8(15, zoneSeconds);
  return bytes;
}

function decodeTime(bytes: Uint8Array): GoTime {
  const version = bytes[0];
  const size = version === 1 ? 15 : version === 2 ? 16 : 0;
  if (bytes.length !== size) throw new RangeError("a time of an unknown version or length");
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const minutes = view.getInt16(13);
  const extra = size === 16 ? view.getInt8(15) : 0;
  const nanoseconds = view.getInt32(9);
  if (nanoseconds < 0 || nanoseconds >= 1e9)
    throw new RangeError("a time with more than a second of nanoseconds");
  return {
    unixSeconds: view.getBigInt64(1) - YEAR_ONE,
    nanoseconds,
    zoneOffsetSeconds: minutes === UTC_MARK && extra === 0 ? undefined : minutes * 60 + extra,
  };
}

/** Go's `time.Time`. */
export const time: Schema<GoTime> = t.opaqueOf({
  marshaler: "gobEncoder",
  goName: "time.Time",
  zero: () => ZERO_TIME,
  isZero: isZeroTime,
  encode: encodeTime,
  decode: decodeTime,
});

/** Go's `time.Duration` in nanoseconds. */
export const duration: Schema<bigint> = t.named("time.Duration", t.int64);

/** A key as text: the same digits every way in. */
function hexKey(goName: string, size: number): Schema<string> {
  const zero = "0".repeat(2 * size);
  return fixedText(goName, size, { zero, toText: hexText(size), toBytes: fromHex });
}

/** How a payload of fixed size is written as text. */
interface FixedText {
  readonly zero: string;
  readonly toText: (bytes: Uint8Array, from: number) => string;
  /** Throws for text of another form. */
  readonly toBytes: (text: string) => Uint8Array;
}

function fixedText(goName: string, size: number, form: FixedText): Schema<string> {
  const decodeAt = (bytes: Uint8Array, from: number, end: number): string => {
    if (end - from !== size) throw new RangeError(`a payload of ${end - from} bytes, not ${size}`);
    return form.toText(bytes, from);
  };
  return t.opaqueOf<string>({
    marshaler: "binaryMarshaler",
    goName,
    zero: () => form.zero,
    isZero: (value) => value === form.zero,
    encode: (value) => {
      const bytes = form.toBytes(value);
      if (bytes.length !== size) throw new RangeError(`not the text of ${size} bytes`);
      return bytes;
    },
    decode: (bytes) => decodeAt(bytes, 0, bytes.length),
    decodeAt,
  });
}

/** A public key as 66 lower-case hex digits; the zero key, which Go omits, is 66 zeros. */
export const key33: Schema<string> = hexKey("cipher.PubKey", KEY_BYTES);

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UUID_GROUPS = [4, 2, 2, 2, 6];

/** A UUID in its usual text form, lower case. */
export const uuid: Schema<string> = fixedText("uuid.UUID", UUID_BYTES, {
  zero: "00000000-0000-0000-0000-000000000000",
  toText: groupedHexText(UUID_GROUPS),
  toBytes: (value) => {
    if (!UUID_TEXT.test(value)) throw new RangeError("not a UUID");
    return fromHex(value.replaceAll("-", ""));
  },
});

/** `transport.LogEntry`: its payload is a gob stream of its own with two numbers. */
export const logEntry: Schema<LogEntry> = t.opaqueOf<LogEntry>({
  marshaler: "gobEncoder",
  goName: "transport.LogEntry",
  zero: () => ({ recvBytes: 0n, sentBytes: 0n }),
  // The marshaler has a pointer receiver, whose zero values Go sends.
  isZero: () => false,
  encode: ({ recvBytes, sentBytes }) => {
    const encoder = new Encoder();
    encoder.append(t.uint64, recvBytes);
    encoder.append(t.uint64, sentBytes);
    return encoder.take();
  },
  decodeAt: (bytes, from, end) =>
    plainLogEntry(bytes, from, end) ?? anyLogEntry(bytes.slice(from, end)),
  decode: anyLogEntry,
});

/** The layout every Go release writes: two messages of one number each, with nothing defined. */
function plainLogEntry(bytes: Uint8Array, from: number, end: number): LogEntry | undefined {
  const middle = from + 1 + (bytes[from] ?? 0);
  const recvBytes = plainNumber(bytes, from, middle);
  const sentBytes = plainNumber(bytes, middle, end);
  if (recvBytes === undefined || sentBytes === undefined) return undefined;
  return { recvBytes: BigInt(recvBytes), sentBytes: BigInt(sentBytes) };
}

/** An unsigned number below 2^48 in a message that fills `from`..`end`: length, type, zero byte, number. */
function plainNumber(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (end - from < 4 || bytes[from] !== end - from - 1) return undefined;
  if (bytes[from + 1] !== 2 * BUILTIN.uint || bytes[from + 2] !== 0) return undefined;
  const first = bytes[from + 3] ?? 0;
  if (first < 0x80) return end - from === 4 ? first : undefined;
  const count = 256 - first;
  if (count > 6 || end - from !== 4 + count) return undefined;
  let value = 0;
  for (let at = from + 4; at < end; at += 1) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

function anyLogEntry(bytes: Uint8Array): LogEntry {
  const decoder = new Decoder();
  decoder.push(bytes);
  const recv = decoder.next(t.uint64);
  const sent = decoder.next(t.uint64);
  if (recv === undefined || sent === undefined || decoder.isMidMessage) {
    throw new RangeError("a log entry that is not two numbers");
  }
  return { recvBytes: recv.value, sentBytes: sent.value };
}

// Public keys and traffic counters as gob carries them.
import { fromHex, toHex } from "../../core/index.ts";
import { type LogEntry, type Schema, t } from "../gob/index.ts";

const KEY_BYTES = 33;
const ZERO_KEY = "0".repeat(2 * KEY_BYTES);
/** Keys whose bytes are kept: those of deployment services and controllers stand in every reply. */
const KEPT_KEYS_MAX = 4096;
const keptBytes = new Map<string, Uint8Array>();

/**
 * A public key as 66 hex digits. Replies carry some forty keys, nearly always the same ones, so their bytes are kept.
 */
export const visorKey: Schema<string> = t.opaqueOf<string>({
  marshaler: "binaryMarshaler",
  goName: "cipher.PubKey",
  zero: () => ZERO_KEY,
  isZero: (value) => value === ZERO_KEY,
  encode: (value) => {
    const known = keptBytes.get(value);
    if (known !== undefined) return known;
    const bytes = fromHex(value);
    if (bytes.length !== KEY_BYTES) throw new RangeError("not the bytes of a key");
    if (keptBytes.size < KEPT_KEYS_MAX) keptBytes.set(value, bytes);
    return bytes;
  },
  decode: (bytes) => {
    if (bytes.length !== KEY_BYTES) throw new RangeError(`a key of ${bytes.length} bytes`);
    return toHex(bytes);
  },
});

/** gob's built-in type id of unsigned numbers, as a signed number is written. */
const UINT_TYPE = 6;

/**
 * The traffic of a transport: inside its opaque bytes stand two gob messages, one number each. Written directly,
 * since a Summary holds twenty.
 */
export const trafficLog: Schema<LogEntry> = t.opaqueOf<LogEntry>({
  marshaler: "gobEncoder",
  goName: "transport.LogEntry",
  zero: () => ({ recvBytes: 0n, sentBytes: 0n }),
  // The marshaler has a pointer receiver, whose zero values Go sends.
  isZero: () => false,
  encode: ({ recvBytes, sentBytes }) =>
    Uint8Array.from([...message(recvBytes), ...message(sentBytes)]),
  decode: () => {
    throw new RangeError("visors only send traffic");
  },
});

function message(value: bigint): readonly number[] {
  const number = unsigned(value);
  return [2 + number.length, UINT_TYPE, 0, ...number];
}

function unsigned(value: bigint): readonly number[] {
  if (value < 128n) return [Number(value)];
  const bytes: number[] = [];
  for (let rest = Number(value); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [256 - bytes.length, ...bytes];
}

// The pin: the last state of a ledger that was reported durable.
import { assert, type Files, fromHex, hasCode, toHex } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "../../skywire/cxo/index.ts";
import { encodeFrame, FRAME_TYPES, scanFrames } from "./frame.ts";
import { type FeedKey, formatFeedKey } from "../keys/keys.ts";

/** The file of pins beside the segments. */
export const PIN_FILE = "pin.log";

const FEED_SIZE = 33;
const HASH_SIZE = 32;

/** The last state that was reported durable. */
export interface Pin {
  readonly feed: FeedKey;
  readonly seq: bigint;
  /** Hex. */
  readonly rootHash: string;
  /** Entries. */
  readonly size: bigint;
  readonly segment: number;
  /** Offset behind the commit in its segment. */
  readonly end: number;
}

/** What the pin file holds. */
export interface PinScan {
  /** The last whole pin; absent when there is none. */
  readonly pin: Pin | undefined;
  readonly count: number;
  /** The last write was cut short; the pin before it holds. */
  readonly isTorn: boolean;
  /** What is bad beyond that, a clause without a period. */
  readonly damage: string | undefined;
}

/** Encodes one pin as it is added to the file. */
export function encodePin(pin: Pin): Uint8Array {
  const writer = new ObjectWriter();
  writer.raw(fromHex(pin.feed));
  writer.u64(pin.seq);
  writer.raw(fromHex(pin.rootHash));
  writer.u64(pin.size);
  writer.u32(pin.segment);
  writer.u64(BigInt(pin.end));
  return encodeFrame(FRAME_TYPES.pin, writer.finish());
}

/** Reads the pin file of a ledger's folder. */
export async function readPin(files: Files, folder: string): Promise<PinScan> {
  const bytes = await files.read(`${folder}/${PIN_FILE}`);
  return bytes === undefined
    ? { pin: undefined, count: 0, isTorn: false, damage: undefined }
    : scanPins(bytes);
}

function scanPins(bytes: Uint8Array): PinScan {
  const { frames, bad } = scanFrames(bytes);
  const pins = frames.map(({ type, body }) =>
    type === FRAME_TYPES.pin ? decodePin(body) : undefined,
  );
  const whole = pins.filter((pin) => pin !== undefined);
  const pin = whole.at(-1);
  const isTorn = bad.length === 1 && bad[0]?.to === bytes.length;
  const isAscending = whole.every(
    ({ seq }, index) => index === 0 || seq > (whole[index - 1]?.seq ?? 0n),
  );
  const isSound =
    pin !== undefined &&
    whole.length === pins.length &&
    isAscending &&
    (isTorn || bad.length === 0);
  return {
    pin,
    count: whole.length,
    isTorn,
    damage: isSound ? undefined : "the pins are changed or cut",
  };
}

function decodePin(body: Uint8Array): Pin | undefined {
  try {
    const reader = new ByteReader(body);
    const pin = {
      feed: formatFeedKey(reader.raw(FEED_SIZE)),
      seq: reader.u64(),
      rootHash: toHex(reader.raw(HASH_SIZE)),
      size: reader.u64(),
      segment: reader.u32(),
      end: Number(reader.u64()),
    };
    reader.end();
    return pin;
  } catch (error) {
    assert(hasCode(error, "cxo/"), "reading bytes ends only in coded errors");
    return undefined;
  }
}

/** Writes the pin file anew with one pin, in one step. */
export async function replacePin(files: Files, folder: string, pin: Pin): Promise<void> {
  await files.replace(`${folder}/${PIN_FILE}`, encodePin(pin), { mode: 0o600 });
}

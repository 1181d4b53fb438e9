// What guards a ledger's folder: the pin of the last durable state, and the lock of its one writer.
import {
  assert,
  FileLock,
  type FileLockWorld,
  type Files,
  FleetError,
  fromHex,
  hasCode,
  toHex,
} from "../../../core/index.ts";
import { ByteReader, ObjectWriter } from "../../../skywire/cxo/index.ts";
import { type FeedKey, formatFeedKey } from "../../keys/index.ts";
import { encodeFrame, FRAME_TYPES, scanFrames } from "./frame.ts";

// The pin: the last state of a ledger that was reported durable.

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

// The lock of the one writer of a ledger.

/** The lock's file name in a ledger's folder. */
export const LOCK_FILE = "lock";

/** What writing a ledger needs of the world. */
export interface LockWorld extends FileLockWorld {
  /** A segment file that would grow beyond this is followed by a new one. */
  readonly segmentSizeBytes?: number;
}

/**
 * Takes the lock of the one writer of a ledger, waiting for another up to the timeout.
 * @throws FleetError ledger/locked, ledger/not-writable; checking it throws ledger/lock-lost
 */
export async function takeLedgerLock(world: LockWorld, folder: string): Promise<FileLock> {
  const path = `${folder}/${LOCK_FILE}`;
  return await FileLock.take(world, {
    path,
    held: (holder) =>
      new FleetError("ledger/locked", `the ledger is being written by ${holder}`, {
        next: `wait for it or raise --lock-timeout; if no fleet runs there, remove ${path}`,
        exit: 4,
      }),
    lost: () =>
      new FleetError(
        "ledger/lock-lost",
        `the lock ${path} is no longer ours: nothing was written`,
        {
          next: "find out who removed it, then run the command again",
          exit: 4,
        },
      ),
    notMade: (cause) =>
      new FleetError("ledger/not-writable", `the ledger's lock ${path} cannot be made`, {
        next: "make the folder writable, or make room on the disk",
        exit: 4,
        cause,
      }),
  });
}

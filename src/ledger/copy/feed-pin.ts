// The pin of another operator's feed: the newest state of it that was seen here, which never goes back.
import {
  canonicalJson,
  COUNT,
  DIGEST,
  type Digest,
  digestOf,
  equalBytes,
  exactly,
  type Files,
  FleetError,
  HASH,
  hasShape,
  jsonIfAny,
  oneOf,
  textLike,
  utf8,
  wholeFrom,
} from "../../core/index.ts";
import { FEED_KEY, type FeedKey } from "../../model/index.ts";

/** The newest state of another operator's feed that was seen here: it never goes back. */
export interface FeedPin {
  readonly feed: FeedKey;
  /** Of its Root. */
  readonly seq: bigint;
  /** Hex. */
  readonly rootHash: string;
  /** Entries. */
  readonly size: number;
  /** RFC 6962 root over them, hex. */
  readonly tree: string;
  /** When we saw it, unix ms by our own clock. */
  readonly seenAtMs: number;
}

const PIN_FORMAT = "fleet.skywire/feed-pin/v1";
const SEQ_MAX = 2n ** 64n - 1n;

const PIN_SHAPE = exactly<
  Omit<FeedPin, "seq"> & {
    readonly format: typeof PIN_FORMAT;
    readonly seq: string;
    readonly checksum: Digest;
  }
>({
  format: oneOf(PIN_FORMAT),
  feed: FEED_KEY,
  // Decimal, because a sequence number can be larger than JSON's numbers are exact.
  seq: textLike("sequence number", /^(?:0|[1-9]\d{0,19})$/),
  rootHash: HASH,
  size: wholeFrom(1),
  tree: HASH,
  seenAtMs: COUNT,
  checksum: DIGEST,
});

/**
 * The file that holds the pin of a feed, in the folder of pins.
 * @internal the tests damage the file
 */
export function feedPinPath(folder: string, feed: FeedKey): string {
  return `${folder}/${feed}.pin.json`;
}

/**
 * Reads the pin of a feed; `undefined` when it was never seen here.
 * @throws FleetError ledger/feed-pin for a pin that is not as it was written: then nothing here tells how far
 *   the feed was, and only a person can decide to begin anew; files/*
 */
export async function readFeedPin(
  files: Files,
  folder: string,
  feed: FeedKey,
): Promise<FeedPin | undefined> {
  const path = feedPinPath(folder, feed);
  const bytes = await files.read(path);
  if (bytes === undefined) return undefined;
  const pin = parsePin(bytes);
  if (pin === undefined || pin.feed !== feed)
    throw new FleetError("ledger/feed-pin", `the pin of feed ${feed} at ${path} is damaged`, {
      next: "copy it back from a backup; without one, ask its operator or a witness for the newest checkpoint, compare, and only then remove the file",
      exit: 4,
    });
  return pin;
}

/**
 * Pins a state of a feed in one step. Whoever calls has proved that it begins with the state pinned before.
 * @throws FleetError ledger/feed-pin when it lies behind that state, or is another one at the same place;
 *   files/*
 */
export async function writeFeedPin(files: Files, folder: string, pin: FeedPin): Promise<void> {
  const before = await readFeedPin(files, folder, pin.feed);
  if (before !== undefined) checkFollows(pin, before);
  await files.makeFolder(folder);
  await files.replace(feedPinPath(folder, pin.feed), formatPin(pin), { mode: 0o600 });
}

function checkFollows(pin: FeedPin, before: FeedPin): void {
  const isBehind = pin.seq < before.seq || pin.size < before.size;
  const isOther =
    (pin.seq === before.seq && pin.rootHash !== before.rootHash) ||
    (pin.size === before.size && pin.tree !== before.tree);
  if (!isBehind && !isOther) return;
  throw new FleetError(
    "ledger/feed-pin",
    `state ${pin.seq} of feed ${pin.feed} with ${pin.size} entries does not follow the one seen before, state ${before.seq} with ${before.size}`,
    { next: "keep both Roots: run fleet ledger evidence to see what they prove", exit: 4 },
  );
}

function formatPin({ seq, ...pin }: FeedPin): Uint8Array {
  const body = { format: PIN_FORMAT, ...pin, seq: String(seq) };
  return utf8(`${canonicalJson({ ...body, checksum: digestOf(body) })}\n`);
}

function parsePin(bytes: Uint8Array): FeedPin | undefined {
  const value = jsonIfAny(bytes);
  if (!hasShape(value, PIN_SHAPE)) return undefined;
  const { checksum, ...body } = value;
  const canonical = utf8(`${canonicalJson({ ...value })}\n`);
  if (checksum !== digestOf(body) || !equalBytes(canonical, bytes)) return undefined;
  const { feed, seq, rootHash, size, tree, seenAtMs } = body;
  const number = BigInt(seq);
  return number > SEQ_MAX ? undefined : { feed, seq: number, rootHash, size, tree, seenAtMs };
}

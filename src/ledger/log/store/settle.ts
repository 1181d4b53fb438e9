// What a start does to a store before anything is written: it cuts a torn tail and pins what a crash left unpinned.
import { assert, type Files, hasCode, toHex } from "../../../core/index.ts";
import { BLANK_HASH, decodeRoot, fetchObject } from "../../../skywire/cxo/index.ts";
import { decodeLog } from "../entries/objects.ts";
import type { FeedKey } from "../../keys/index.ts";
import { replacePin } from "./pin.ts";
import { segmentPath } from "./segment.ts";
import { damagedError, type StoreView } from "./read-store.ts";

/** Pins in their file before it is written anew with the last one. */
const PINS_MAX = 256;
const FILE_MODE = 0o600;

/** What a start does before anything is written; each step can be repeated after a crash. */
export async function settle(
  files: Files,
  folder: string,
  feed: FeedKey,
  view: StoreView,
): Promise<{ segment: number; end: number; entries: number }> {
  const { scan, pin } = view;
  const { last } = scan;
  assert(last !== undefined, "a store without a commit is a fault");
  const entries = entriesAt(folder, view);
  if (scan.tail !== undefined && scan.tail.segment === last.segment) {
    await files.truncate(segmentPath(folder, last.segment), last.end);
  } else if (scan.tail !== undefined) {
    await files.remove(segmentPath(folder, scan.tail.segment));
  }
  const isPinned =
    pin !== undefined &&
    pin.rootHash === last.rootHash &&
    !view.isPinTorn &&
    view.pinCount <= PINS_MAX;
  if (!isPinned) await pinLast(files, folder, feed, view, entries);
  return { segment: last.segment, end: last.end, entries: Number(entries) };
}

// The commit may be in the system's memory only: it is synced before its pin says that it is durable.
async function pinLast(
  files: Files,
  folder: string,
  feed: FeedKey,
  { scan }: StoreView,
  size: bigint,
): Promise<void> {
  const { last } = scan;
  assert(last !== undefined, "a store without a commit is a fault");
  const file = await files.openAppend(segmentPath(folder, last.segment), { mode: FILE_MODE });
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  const { seq, rootHash, segment, end } = last;
  await replacePin(files, folder, { feed, seq, rootHash, size, segment, end });
}

/** How many entries the ledger has at its last commit. @throws FleetError ledger/damaged, ledger/version */
function entriesAt(folder: string, { recent, scan }: StoreView): bigint {
  try {
    const [log] = decodeRoot(scan.last?.root ?? new Uint8Array()).refs;
    return decodeLog(fetchObject(log?.hash ?? BLANK_HASH, (hash) => recent.get(toHex(hash)))).size;
  } catch (cause) {
    if (!hasCode(cause, "cxo/")) throw cause;
    throw damagedError(folder, "the log of its last commit is not there", cause);
  }
}

// Finds the checkpoint over the first entries of a ledger, and who was to sign it.
import {
  assert,
  equalBytes,
  type Files,
  FleetError,
  hasCode,
  type OperatorKey,
  sha256,
} from "../../core/index.ts";
import { decodeRoot } from "../../skywire/cxo/index.ts";
import {
  decodeLog,
  FRAME_TYPES,
  isFrame,
  type LedgerRecord,
  listSegments,
  type Log,
  parseCommit,
  type ReadOnlyLedger,
  type SeenHead,
  segmentName,
  streamFrames,
  verifyCheckpoint,
} from "../log/index.ts";

/** A checkpoint of a ledger that is here, proved to be over its own entries. */
export interface KeptCheckpoint extends SeenHead {
  /** The signed note, as it was written. */
  readonly note: Uint8Array;
  /** Who signed it. */
  readonly writer: OperatorKey;
}

/**
 * The newest checkpoint of a ledger or a copy.
 * @throws FleetError ledger/no-checkpoint for a ledger that only release 0.1.0 has written, ledger/checkpoint,
 *   ledger/damaged
 */
export async function newestCheckpoint(ledger: ReadOnlyLedger): Promise<KeptCheckpoint> {
  const { checkpoint, head } = ledger;
  if (checkpoint !== undefined) return await proveCheckpoint(ledger, head.size, checkpoint);
  throw new FleetError("ledger/no-checkpoint", `the ledger of feed ${ledger.feed} has none yet`, {
    next: "its operator's next entry, by this release, brings the first",
    exit: 4,
  });
}

/**
 * The checkpoint over exactly the first `size` entries: there is one for each state that was recorded, or for a copy
 * that was fetched. Reads the segments until it is found.
 * @throws FleetError ledger/no-checkpoint (exit 64) naming the nearest sizes that have one, ledger/checkpoint,
 *   ledger/damaged, files/*
 */
export async function checkpointAt(
  ledger: ReadOnlyLedger,
  size: number,
  place: { readonly files: Files; readonly folder: string },
): Promise<KeptCheckpoint> {
  if (size === ledger.head.size) return await newestCheckpoint(ledger);
  let below: number | undefined;
  for await (const log of keptLogs(place)) {
    if (log.checkpoint.length === 0) continue;
    const kept = Number(log.size);
    if (kept === size) return await proveCheckpoint(ledger, size, log.checkpoint);
    if (kept > size) throw noneAt(size, below, kept);
    below = kept;
  }
  throw noneAt(size, below, undefined);
}

/** Everybody who may have signed the checkpoint over the first `size` entries: two behind a rotation. */
export async function writersAt(
  ledger: Pick<ReadOnlyLedger, "records">,
  size: number,
): Promise<readonly OperatorKey[]> {
  const last = await lastRecord(ledger, size);
  const next = last.kind === "rotate" ? last.payload?.ed25519 : undefined;
  return next === undefined ? [last.operator] : [next, last.operator];
}

async function proveCheckpoint(
  ledger: ReadOnlyLedger,
  size: number,
  note: Uint8Array,
): Promise<KeptCheckpoint> {
  const { feed } = ledger;
  const tree = await ledger.treeAt(size);
  const writers = await writersAt(ledger, size);
  for (const writer of writers) {
    try {
      const opened = verifyCheckpoint(note, { feed, writer });
      if (opened.size === size && opened.tree === tree) return { feed, size, tree, note, writer };
    } catch (error) {
      if (!hasCode(error, "ledger/checkpoint")) throw error;
    }
  }
  throw new FleetError(
    "ledger/checkpoint",
    `the checkpoint over ${size} entries of feed ${feed} is not the writer's`,
    { next: "run `fleet verify --feed` to see all of it", exit: 4 },
  );
}

async function lastRecord(
  ledger: Pick<ReadOnlyLedger, "records">,
  size: number,
): Promise<LedgerRecord> {
  assert(size > 0, "a ledger begins with its genesis");
  // The last record may take several entries: it is looked for farther and farther back.
  for (let back = 1; ; back *= 2) {
    const from = Math.max(0, size - back);
    let last: LedgerRecord | undefined;
    for await (const record of ledger.records({ from })) {
      if (record.index >= size) break;
      last = record;
    }
    if (last !== undefined) return last;
    assert(from > 0, "the first entry begins a record");
  }
}

/** The logs of all states in a ledger's folder, oldest first. */
async function* keptLogs({
  files,
  folder,
}: {
  readonly files: Files;
  readonly folder: string;
}): AsyncGenerator<Log, void> {
  for (const { number, size } of await listSegments(files, folder)) {
    const file = await files.openRead(`${folder}/${segmentName(number)}`);
    if (file === undefined) continue;
    try {
      let object: Uint8Array | undefined;
      for await (const batch of streamFrames(file, 0, size)) {
        for (const item of batch) {
          if (!isFrame(item)) continue;
          // The log is the last object of its commit.
          if (item.type === FRAME_TYPES.object) object = item.body;
          if (item.type !== FRAME_TYPES.commit || object === undefined) continue;
          const root = parseCommit(item, number)?.root;
          const pointer = root === undefined ? undefined : decodeRoot(root).refs[0];
          if (pointer !== undefined && equalBytes(sha256(object), pointer.hash))
            yield decodeLog(object);
        }
      }
    } finally {
      await file.close();
    }
  }
}

function noneAt(size: number, below: number | undefined, above: number | undefined): FleetError {
  const near = [below, above].flatMap((each) => (each === undefined ? [] : [String(each)]));
  return new FleetError(
    "ledger/no-checkpoint",
    `no checkpoint over exactly ${size} entries is kept here`,
    {
      next:
        near.length === 0
          ? "take the newest one"
          : `take the newest one, or one over ${near.join(" or ")} entries`,
      exit: 64,
    },
  );
}

// Checks a log's checkpoint against the tree over its entries.
import { equalBytes, FleetError, fromHex, hasCode, type OperatorKey } from "../../core/index.ts";
import { leafHash, TreeFrontier } from "../../tlog/index.ts";
import type { Log } from "./entries/objects.ts";
import type { FeedKey } from "../keys/index.ts";
import { verifyCheckpoint } from "./head.ts";

/** Whose signatures a checkpoint may have: two keys only behind a rotation. */
export interface CheckpointWriters {
  /** Who signed the last entry. */
  readonly last: OperatorKey;
  /** Who signs the next entry. */
  readonly next: OperatorKey;
}

/**
 * Proves that a log's checkpoint is over exactly its entries and signed by their writer.
 * @throws FleetError ledger/checkpoint
 */
export function checkCheckpoint(
  { checkpoint, size }: Pick<Log, "checkpoint" | "size">,
  root: Uint8Array,
  feed: FeedKey,
  { last, next }: CheckpointWriters,
): void {
  const named = openCheckpoint(checkpoint, feed, [next, last]);
  if (BigInt(named.size) !== size || !equalBytes(fromHex(named.tree), root)) {
    throw new FleetError(
      "ledger/checkpoint",
      `the checkpoint is over other entries than the ${size} of its log`,
    );
  }
}

function openCheckpoint(
  note: Uint8Array,
  feed: FeedKey,
  [writer, ...others]: readonly [OperatorKey, ...OperatorKey[]],
): ReturnType<typeof verifyCheckpoint> {
  try {
    return verifyCheckpoint(note, { feed, writer });
  } catch (error) {
    const [other] = others;
    if (other === undefined || other === writer || !hasCode(error, "ledger/checkpoint"))
      throw error;
    return verifyCheckpoint(note, { feed, writer: other });
  }
}

/** Follows the tree over entries taken in order, and the checkpoints of the commits on the way. */
export class TreeCheck {
  readonly #feed: FeedKey;
  readonly #frontier = new TreeFrontier();
  #hasBegun = false;
  #count = 0;

  constructor(feed: FeedKey) {
    this.#feed = feed;
  }

  /** Checkpoints that hold. */
  get count(): number {
    return this.#count;
  }

  /** The root over the entries so far. */
  root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Takes the next entry. */
  entry(bytes: Uint8Array): void {
    this.#frontier.append(leafHash(bytes));
  }

  /**
   * Checks the log of the next commit, behind its entries. One without a checkpoint is in order before
   * the first that has one: release 0.1.0 made none.
   * @throws FleetError ledger/checkpoint
   */
  commit(log: Pick<Log, "checkpoint" | "size">, writers: CheckpointWriters): void {
    if (log.checkpoint.length === 0) {
      if (!this.#hasBegun) return;
      throw new FleetError(
        "ledger/checkpoint",
        "the log has no checkpoint, and one before it has: it was taken away",
      );
    }
    this.#hasBegun = true;
    checkCheckpoint(log, this.#frontier.root(), this.#feed, writers);
    this.#count += 1;
  }
}

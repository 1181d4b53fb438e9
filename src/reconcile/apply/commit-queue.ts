// Joins what several visors record at the same time into commits of the ledger.
import { assert, type Clock, sleep } from "../../core/index.ts";
import type { EntryDraft, Ledger, LedgerRecord } from "../../ledger/index.ts";

interface Waiting {
  readonly drafts: readonly EntryDraft[];
  readonly resolve: (records: readonly LedgerRecord[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The least time from the beginning of one commit to that of the next. A commit costs two signatures of its own and two
 * syncs, whatever it holds; a round trip to a visor takes longer than this.
 */
const BETWEEN_COMMITS_MS = 25;

/**
 * Joins the entries of visors that are written to at the same time: what waits while a commit is on its way
 * to the disk, or follows it too closely, goes out together in the next one. A promise resolves only when its entries
 * are durable.
 */
export class CommitQueue {
  readonly #ledger: Pick<Ledger, "append">;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(ledger: Pick<Ledger, "append">, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Appends entries in order, durably. */
  append(drafts: readonly EntryDraft[]): Promise<readonly LedgerRecord[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ drafts, resolve, reject });
      if (!this.#isWriting) void this.#drain();
    });
  }

  /** Appends one entry, durably, and gives its index. */
  async appendOne(draft: EntryDraft): Promise<number> {
    const record = (await this.append([draft]))[0];
    assert(record !== undefined, "an appended entry has a record");
    return record.index;
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const sinceMs = this.#clock.now() - this.#lastMs;
      // A clock that was set back says nothing: then there is no pause.
      if (sinceMs >= 0 && sinceMs < BETWEEN_COMMITS_MS)
        await sleep(this.#clock, BETWEEN_COMMITS_MS - sinceMs);
      this.#lastMs = this.#clock.now();
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const records = await this.#ledger.append(batch.flatMap(({ drafts }) => drafts));
        let offset = 0;
        for (const { drafts, resolve } of batch) {
          resolve(records.slice(offset, offset + drafts.length));
          offset += drafts.length;
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

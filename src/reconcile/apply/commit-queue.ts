import { assert } from "../../core/index.ts";
import type { EntryDraft, Ledger, LedgerRecord } from "../../ledger/index.ts";

interface Waiting {
  readonly drafts: readonly EntryDraft[];
  readonly resolve: (records: readonly LedgerRecord[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins the entries of visors that are written to at the same time: what waits while a commit is on its way
 * to the disk goes out together in the next one. A promise resolves only when its entries are durable.
 */
export class CommitQueue {
  readonly #ledger: Pick<Ledger, "append">;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(ledger: Pick<Ledger, "append">) {
    this.#ledger = ledger;
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

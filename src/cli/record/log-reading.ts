// One way through the joined ledgers for `fleet log`, with filter and counts, which can wait for new entries.
import { sleep } from "../../core/index.ts";
import {
  ConcurrencyMarker,
  type FeedKey,
  type JoinedRecord,
  type LogSieve,
} from "../../ledger/index.ts";
import type { LogLine } from "../../view/index.ts";
import type { RecordsSource } from "./records-source.ts";
import type { World } from "../shell/world.ts";

const LOOK_AGAIN_MS = 1_000;

/** Reads a joined history once, piece by piece: what is listed, what was left out, and how far it came. */
export class LogReading {
  readonly #sieve: LogSieve;
  readonly #marker = new ConcurrencyMarker();
  readonly #next = new Map<FeedKey, number>();
  #concurrent = 0;

  constructor(sieve: LogSieve) {
    this.#sieve = sieve;
  }

  /** The entry of each feed that was not read yet. */
  get next(): ReadonlyMap<FeedKey, number> {
    return this.#next;
  }

  get counts(): LogSieve["counts"] & { readonly concurrent: number } {
    return { ...this.#sieve.counts, concurrent: this.#concurrent };
  }

  /** The lines of the records that the filter takes; with `last` only so many, at the end. */
  async *lines(records: AsyncIterable<JoinedRecord>, last?: number): AsyncGenerator<LogLine> {
    const kept: LogLine[] = [];
    for await (const record of records) {
      const unseen = this.#marker.next(record);
      this.#next.set(record.feed, record.index + record.parts);
      if (!this.#sieve.takes(record)) continue;
      if (last === undefined) yield this.#counted({ record, unseen });
      else kept.push({ record, unseen });
      if (kept.length > (last ?? 0)) {
        kept.shift();
        this.#sieve.drop();
      }
    }
    for (const line of kept) yield this.#counted(line);
  }

  #counted(line: LogLine): LogLine {
    if (line.unseen.length > 0) this.#concurrent += 1;
    return line;
  }
}

/** New records as they come, until `stop`. The files are looked at again and again; nothing else is needed. */
export async function* followRecords(
  source: RecordsSource,
  world: World,
  reading: LogReading,
  stop: AbortSignal,
): AsyncGenerator<JoinedRecord> {
  while (await waited(world, stop)) {
    if (await source.hasGrown()) yield* source.records(new Map(reading.next));
  }
}

async function waited(world: World, stop: AbortSignal): Promise<boolean> {
  try {
    await sleep(world.clock, LOOK_AGAIN_MS, stop);
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}

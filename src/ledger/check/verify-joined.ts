// Verifies several ledgers together: how they name each other, and their keysets.
import type { LedgerRecord, ReadOnlyLedger } from "../log/index.ts";
import { joinFeeds, type JoinFinding } from "../query/index.ts";
import { KeysetFollower } from "../keysets/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { checkFreshness, judgeWitnesses, type WitnessOptions } from "../proof/index.ts";
import type { CheckedItem, LedgerFault } from "./report.ts";

/** What joined ledgers are held against. */
export interface JoinedOptions {
  /** How the ledgers are called, by feed. */
  readonly names: ReadonlyMap<FeedKey, string>;
  /** The ledger whose witnesses are counted, and how many are wanted. */
  readonly witnessed?: {
    readonly feed: FeedKey;
    readonly fleet: string;
    readonly required: number;
  };
  /** How old the newest entry of a ledger may be. */
  readonly maxAgeMs?: number;
  readonly nowMs: number;
}

/** What the ledgers say together. Each was verified alone before. */
export interface JoinedReport {
  readonly ok: boolean;
  readonly checked: readonly CheckedItem[];
  readonly notChecked: readonly string[];
  readonly faults: readonly LedgerFault[];
}

/**
 * Joins ledgers into one history by the heads their entries name, and checks what no ledger tells alone: that
 * every head that is named is a beginning of the ledger here, that keysets follow each other by the signatures
 * they need, that witnesses have cosigned, and that nothing is older than it may be.
 * @throws FleetError ledger/damaged
 */
export async function verifyJoined(
  ledgers: readonly ReadOnlyLedger[],
  options: JoinedOptions,
): Promise<JoinedReport> {
  return await new JoinedCheck(ledgers, options).run();
}

class JoinedCheck {
  readonly #ledgers: ReadonlyMap<FeedKey, ReadOnlyLedger>;
  readonly #options: JoinedOptions;
  readonly #follower = new KeysetFollower();
  readonly #faults: LedgerFault[] = [];
  readonly #checked: CheckedItem[] = [];
  readonly #notChecked: string[] = [];
  /** Heads beyond what is here, by the ledger they are of. */
  readonly #unseen = new Map<FeedKey, number>();
  readonly #writers = new Map<FeedKey, Set<LedgerRecord["operator"]>>();

  constructor(ledgers: readonly ReadOnlyLedger[], options: JoinedOptions) {
    this.#ledgers = new Map(ledgers.map((ledger) => [ledger.feed, ledger]));
    this.#options = options;
  }

  async run(): Promise<JoinedReport> {
    const tally = { records: 0, heads: 0, keysets: 0 };
    for await (const record of this.#records((finding) => this.#find(finding))) {
      tally.records += 1;
      tally.heads += record.heads.length;
      const writers = this.#writers.get(record.feed) ?? new Set();
      this.#writers.set(record.feed, writers.add(record.operator));
      if (this.#keyset(record)) tally.keysets += 1;
    }
    if (this.#ledgers.size > 1) {
      this.#count("records joined into one history", tally.records);
      this.#count("heads of other ledgers: they begin what is here", tally.heads);
    }
    if (tally.keysets > 0) this.#count("key sets: signatures of those before", tally.keysets);
    for (const [feed, count] of this.#unseen)
      this.#notChecked.push(
        `${count} entries name more of ${this.#nameOf(feed)}'s ledger than is here; \`fleet ledger pull\` brings it`,
      );
    await this.#witnesses();
    this.#freshness();
    return {
      ok: this.#faults.length === 0,
      checked: this.#checked,
      notChecked: this.#notChecked,
      faults: this.#faults,
    };
  }

  #records(onFinding: (finding: JoinFinding) => void): ReturnType<typeof joinFeeds> {
    const feeds = [...this.#ledgers.values()].map((ledger) => ({
      feed: ledger.feed,
      records: ledger.records(),
    }));
    return joinFeeds(feeds, {
      onFinding,
      treeAt: async (feed, size) => {
        const ledger = this.#ledgers.get(feed);
        return ledger === undefined || size > ledger.head.size
          ? undefined
          : await ledger.treeAt(size);
      },
    });
  }

  #find(finding: JoinFinding): void {
    if (finding.kind === "fault") {
      this.#faults.push({ code: finding.code, message: finding.message, entry: finding.entry });
      return;
    }
    const { feed } = finding.head;
    this.#unseen.set(feed, (this.#unseen.get(feed) ?? 0) + 1);
  }

  #keyset(record: LedgerRecord): boolean {
    const verdict = this.#follower.next(record);
    if (verdict?.kind === "refused") {
      const { code, message, entry } = verdict.fault;
      this.#faults.push({ code, message, entry });
    }
    if (verdict?.kind === "not-seen-here")
      this.#notChecked.push(
        `the keyset in entry ${record.index} of ${this.#nameOf(record.feed)}'s ledger: the one before it is not here`,
      );
    return verdict?.kind === "accepted";
  }

  async #witnesses(): Promise<void> {
    const { witnessed } = this.#options;
    const ledger = witnessed === undefined ? undefined : this.#ledgers.get(witnessed.feed);
    if (witnessed === undefined || ledger === undefined || witnessed.required === 0) return;
    const operators: WitnessOptions["operators"] =
      this.#follower.current(witnessed.fleet)?.payload.operators ?? {};
    const { required } = witnessed;
    const verdict = await judgeWitnesses(
      this.#records(() => undefined),
      {
        head: ledger.tree(),
        writers: [...(this.#writers.get(ledger.feed) ?? [])],
        treeAt: (size) => ledger.treeAt(size),
        operators,
        required,
      },
    );
    for (const { code, message, entry } of verdict.faults)
      this.#faults.push({ code, message, entry });
    for (const { witness, size } of verdict.ahead)
      this.#faults.push({
        code: "ledger/rolled-back",
        message: `${witness} cosigned ${size} entries of this ledger, and ${ledger.head.size} are here`,
      });
    if (verdict.covered !== undefined)
      this.#count(`entries that ${required} witnesses cosigned`, verdict.covered.size);
    const { notCovered } = verdict;
    if (notCovered !== undefined)
      this.#notChecked.push(
        `entries ${notCovered.from} to ${notCovered.to - 1}: fewer than ${required} witnesses cosigned them`,
      );
  }

  #freshness(): void {
    const { maxAgeMs, nowMs } = this.#options;
    if (maxAgeMs === undefined) return;
    let fresh = 0;
    for (const { feed, head } of this.#ledgers.values()) {
      const found = checkFreshness({ newestMs: head.timeMs, maxAgeMs, nowMs });
      if (found.kind === "fresh") fresh += 1;
      else
        this.#faults.push({
          code: found.kind === "future" ? "ledger/future" : "ledger/frozen",
          message:
            found.kind === "future"
              ? `${this.#nameOf(feed)}'s newest entry is signed for a time that has not come: a clock is wrong`
              : `${this.#nameOf(feed)}'s ledger has nothing newer than ${new Date(head.timeMs).toISOString()}, which is older than ledger.max_age: its writer is silent, or what is newer is held back`,
        });
    }
    if (fresh > 0) this.#count("ledgers with an entry as new as ledger.max_age asks", fresh);
  }

  #nameOf(feed: FeedKey): string {
    return this.#options.names.get(feed) ?? `feed ${feed.slice(0, 8)}`;
  }

  #count(what: string, count: number): void {
    this.#checked.push({ what, count });
  }
}

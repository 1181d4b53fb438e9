// Every apply that ledgers tell of, and what became of it.
import { defined, type Digest, type VisorKey } from "../../core/index.ts";
import { changeKey } from "../../model/index.ts";
import type { LedgerRecord, PlanPayload, RecordedOutcome } from "../log/index.ts";
import { KeysetFollower, mayApplyBy } from "../keysets/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { type LogFilter, LogSieve } from "./log-sieve.ts";
import { planOf } from "./resolve-moments.ts";
import { type RecordRef, refOf } from "./queries.ts";

/** What became of one visor's changes that were not all done. */
export type ApplyWord = Exclude<RecordedOutcome, "done" | "done-after-restart"> | "unfinished";

/** The first that fits a visor says what became of it. */
const WORDS: readonly ApplyWord[] = [
  "failed",
  "unverified",
  "refused",
  "unreachable",
  "stale",
  "unsupported",
  "unfinished",
];

/** A visor of whose changes some were not done. */
interface ApplyVisor {
  readonly visor: VisorKey;
  readonly became: ApplyWord;
}

/** One apply: the entry of its plan names it. */
export interface Apply {
  readonly at: RecordRef;
  /** What its entry says, but for a kept text; absent when it is sealed and we hold no key for it. */
  readonly plan?: Omit<PlanPayload, "text">;
  /** The keyset in force then let its author apply. */
  readonly counts: boolean;
  /** The first entry that keeps the text of its manifest, in whichever ledger. */
  readonly keptBy?: RecordRef;
  /** Visors that were to change. */
  readonly visors: number;
  /** Changes of all of them. */
  readonly changes: number;
  /** In the order in which they were recorded. */
  readonly notDone: readonly ApplyVisor[];
  /** The entries of later runs that went on with the same plan. */
  readonly continuedBy: readonly number[];
}

interface Noted {
  readonly at: RecordRef;
  readonly plan: Apply["plan"];
  readonly counts: boolean;
  readonly continuedBy: number[];
  /** By visor the changes that are not done, each with its last outcome. */
  readonly left: Map<VisorKey, Map<string, RecordedOutcome | undefined>>;
  /** By what its entry says. */
  readonly isTaken: boolean;
  /** By the visors that it changes, too. */
  isListed: boolean;
  visors: number;
  changes: number;
}

/**
 * Gathers applies from records in joined order. Of a visor whose changes are all done only the count is held, so that it
 * takes the room of what failed.
 */
export class Applies {
  readonly #own: FeedKey;
  readonly #filter: LogFilter;
  readonly #sieve: LogSieve;
  readonly #follower = new KeysetFollower();
  readonly #applies = new Map<string, Noted>();
  readonly #kept = new Map<Digest, RecordRef>();

  /** @param own the feed whose entries are ours: they count whatever a keyset says. */
  constructor(own: FeedKey, filter: LogFilter = {}) {
    this.#own = own;
    const { visors: _, path: __, ...ofPlan } = filter;
    this.#filter = filter;
    this.#sieve = new LogSieve({ ...ofPlan, kinds: ["plan"] });
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    this.#follower.next(record);
    switch (record.kind) {
      case "plan":
        this.#notePlan(record);
        break;
      case "plan-part":
        this.#notePart(record);
        break;
      case "receipt":
        this.#noteReceipt(record);
        break;
      default:
    }
  }

  /** The applies that the filter takes, in order. */
  list(): readonly Apply[] {
    return [...this.#applies.values()].filter(({ isListed }) => isListed).map(this.#apply);
  }

  /** The apply that a record belongs to, listed or not; `undefined` for a record of none. */
  of(record: LedgerRecord): Apply | undefined {
    const found = this.#applies.get(applyKey(record));
    return found === undefined ? undefined : this.#apply(found);
  }

  /** How many applies the filter left out. */
  get filteredOut(): number {
    return this.#applies.size - this.list().length;
  }

  readonly #apply = ({ left, isListed: _, isTaken: __, ...noted }: Noted): Apply => {
    const keptBy = noted.plan === undefined ? undefined : this.#kept.get(noted.plan.manifest);
    const { plan, ...rest } = noted;
    return {
      ...rest,
      ...defined({ plan, keptBy }),
      notDone: [...left].map(([visor, outcomes]) => ({ visor, became: wordOf(outcomes) })),
    };
  };

  #notePlan(record: LedgerRecord<"plan">): void {
    const { text, ...plan } = record.payload ?? {};
    const before = this.#applies.get(applyKey(record));
    const isTaken = this.#sieve.takes(record);
    const payload = record.payload === undefined ? undefined : (plan as Noted["plan"]);
    const inForce = this.#follower.current(payload?.fleet ?? "");
    const counts = record.feed === this.#own || mayApplyBy(inForce?.payload, record);
    if (text !== undefined && payload !== undefined && counts && !this.#kept.has(payload.manifest))
      this.#kept.set(payload.manifest, refOf(record));
    if (before !== undefined) {
      before.continuedBy.push(record.index);
      return;
    }
    this.#applies.set(applyKey(record), {
      at: refOf(record),
      plan: payload,
      counts,
      continuedBy: [],
      left: new Map(),
      isTaken,
      isListed: isTaken && this.#filter.visors === undefined,
      visors: 0,
      changes: 0,
    });
  }

  #notePart(record: LedgerRecord<"plan-part">): void {
    const apply = this.#applies.get(applyKey(record));
    const { visor, changes = [] } = record.payload ?? {};
    // A run that goes on says again what the first one said.
    if (apply === undefined || visor === undefined || apply.continuedBy.length > 0) return;
    if (changes.length === 0) return;
    apply.visors += 1;
    apply.changes += changes.length;
    apply.left.set(visor, new Map(changes.map((change) => [changeKey(change), undefined])));
    if (this.#filter.visors?.includes(visor) === true) apply.isListed = apply.isTaken;
  }

  #noteReceipt(record: LedgerRecord<"receipt">): void {
    const apply = this.#applies.get(applyKey(record));
    const { visor, outcomes = [] } = record.payload ?? {};
    if (apply === undefined || visor === undefined) return;
    const left = apply.left.get(visor) ?? new Map<string, RecordedOutcome | undefined>();
    for (const each of outcomes) {
      const isDone = each.outcome === "done" || each.outcome === "done-after-restart";
      if (isDone) left.delete(changeKey(each));
      else left.set(changeKey(each), each.outcome);
    }
    if (left.size === 0) apply.left.delete(visor);
    else apply.left.set(visor, left);
  }
}

function wordOf(outcomes: ReadonlyMap<string, RecordedOutcome | undefined>): ApplyWord {
  const words = new Set([...outcomes.values()].map((outcome) => outcome ?? "unfinished"));
  return WORDS.find((word) => words.has(word)) ?? "unfinished";
}

/** The same plan of two ledgers is two applies. A plan that cannot be read is named by its own entry. */
function applyKey(record: LedgerRecord): string {
  return `${record.feed} ${planOf(record) ?? `#${record.index}`}`;
}

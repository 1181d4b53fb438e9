// What an apply has to know of the ledgers: open intents, what was done of this plan, what is owned, and approvals that were used.
import type { Digest, OperatorKey, VisorKey } from "../../core/index.ts";
import {
  type FeedKey,
  type Fold,
  type IntentPayload,
  type LedgerRecord,
  OpenIntents,
  type ReadOnlyLedger,
} from "../../ledger/index.ts";
import { type Change, changeKey, changesOf, type Plan } from "../../model/index.ts";
import { HistoryFold, type HistoryState, type KnownHistory } from "../plan/index.ts";

// What an apply has to know of the ledger: open intents, what was done of this plan, what is owned.

/** What an apply has to know of the ledger, gathered in one reading and kept up with what it appends. */
export class ApplyPast {
  /** What the ledgers hold of the plan, and of the decision in it. */
  readonly uses: ApprovalUses;
  readonly #plan: Plan;
  readonly #history: HistoryFold;
  readonly #open: OpenIntents;
  readonly #earlier = new Map<VisorKey, IntentPayload[]>();
  readonly #own: FeedKey;

  private constructor(
    plan: Plan,
    own: FeedKey,
    history: HistoryFold = new HistoryFold(plan.fleet, own),
    latestOwn: ReadonlyMap<VisorKey, UseEntry> = new Map(),
  ) {
    this.uses = new ApprovalUses(plan, own, latestOwn);
    this.#plan = plan;
    this.#own = own;
    this.#history = history;
    this.#open = new OpenIntents(plan.fleet);
  }

  /**
   * The same of what is kept beside a ledger; `undefined` where the records themselves are needed: an intent waits for its
   * receipt, or the plan or its decision was recorded before, as far as the end of its digest tells.
   */
  static ofKept(plan: Plan, own: FeedKey, kept: ApplyFold): ApplyPast | undefined {
    if (kept.hasOpen || kept.mayNameIt(plan)) return undefined;
    return new ApplyPast(plan, own, kept.history, kept.latestOwn);
  }

  /**
   * Reads a ledger for the apply of a plan.
   * @param records the ledger's own and other operators', in joined order; the ledger's alone when not given
   * @throws FleetError ledger/damaged
   */
  static async read(
    ledger: Pick<ReadOnlyLedger, "feed" | "records">,
    plan: Plan,
    records: AsyncIterable<LedgerRecord> = ledger.records(),
  ): Promise<ApplyPast> {
    const past = new ApplyPast(plan, ledger.feed);
    for await (const record of records) past.next(record);
    return past;
  }

  /** Takes a record that was appended since. */
  next(record: LedgerRecord): void {
    this.#history.next(record);
    this.uses.next(record);
    // What another operator left open is theirs to settle.
    if (record.feed !== this.#own) return;
    this.#open.next(record);
    if (record.kind !== "intent" || record.payload?.plan !== this.#plan.digest) return;
    const { visor } = record.payload;
    this.#earlier.set(visor, [...(this.#earlier.get(visor) ?? []), record.payload]);
  }

  history(): KnownHistory {
    return this.#history.history();
  }

  /** Intents that no receipt answers, oldest first. */
  openIntents(): readonly LedgerRecord<"intent">[] {
    return this.#open.list();
  }

  /** What an earlier, cut-off run of this very plan meant to write to a visor. */
  earlier(visor: VisorKey): readonly IntentPayload[] {
    return this.#earlier.get(visor) ?? [];
  }
}

// What ledgers hold of an approval already: a plan that was applied, a decision that was carried out.

/** An entry of a ledger, and whose it is. */
export interface UseEntry {
  readonly feed: FeedKey;
  /** Who signed it. */
  readonly operator: OperatorKey;
  /** Of its first entry. */
  readonly entry: number;
  readonly timeMs: number;
}

/**
 * Follows what was made of one plan: who recorded it, which of its changes are done, who decided the same before, and
 * what we wrote since to the visors it is about. Holds an entry for each visor and for each apply of the decision.
 */
export class ApprovalUses {
  readonly #plan: Pick<Plan, "fleet" | "digest" | "decision" | "visors">;
  readonly #own: FeedKey;
  readonly #applied: UseEntry[] = [];
  readonly #done = new Map<VisorKey, Set<string>>();
  readonly #latestOwn: Map<VisorKey, UseEntry>;
  /** Plans that decide the same, by feed and digest, that no intent follows yet. */
  readonly #decided = new Map<string, UseEntry>();
  readonly #carriedOut: UseEntry[] = [];
  #isSuperseded = false;

  /**
   * @param own the feed whose entries are ours
   * @param latestOwn what of it is known already
   */
  constructor(
    plan: Pick<Plan, "fleet" | "digest" | "decision" | "visors">,
    own: FeedKey,
    latestOwn: ReadonlyMap<VisorKey, UseEntry> = new Map(),
  ) {
    this.#plan = plan;
    this.#own = own;
    this.#latestOwn = new Map(latestOwn);
  }

  /** Takes the next record in joined order. */
  next(record: LedgerRecord): void {
    const { kind, payload } = record;
    if (kind !== "plan" && kind !== "intent" && kind !== "receipt") return;
    if (payload?.fleet !== this.#plan.fleet) return;
    if (kind === "plan") this.#nextPlan(record, payload.plan, payload.decision);
    else this.#nextWrite(record, payload.plan, payload.visor);
    if (kind === "receipt" && record.feed === this.#own && payload.plan === this.#plan.digest)
      this.#noteDone(payload);
  }

  /** The entries that say that this very plan was begun, in joined order. */
  get applied(): readonly UseEntry[] {
    return this.#applied;
  }

  /**
   * True when our own apply of this plan was cut short, nothing else was applied since, and it left changes that no
   * receipt calls done: it may go on with those.
   */
  get isCutShort(): boolean {
    const isOwn = this.#applied.every(({ feed }) => feed === this.#own);
    const isLeft = this.#plan.visors.some((visor) =>
      changesOf(visor).some((change) => !this.isDone(visor.key, change)),
    );
    return isOwn && this.#applied.length > 0 && !this.#isSuperseded && isLeft;
  }

  /** Applies of other plans with the same decision that wrote something, in joined order. */
  get carriedOut(): readonly UseEntry[] {
    return this.#carriedOut;
  }

  /** True when a receipt of this plan says that a change was made and seen. */
  isDone(visor: VisorKey, change: Pick<Change, "path" | "element">): boolean {
    return this.#done.get(visor)?.has(changeKey(change)) === true;
  }

  /** The newest intent or receipt in our own ledger that another plan left for a visor. */
  latestOwn(visor: VisorKey): UseEntry | undefined {
    return this.#latestOwn.get(visor);
  }

  #nextPlan(record: LedgerRecord, digest: Digest, decision: Digest): void {
    const isThis = digest === this.#plan.digest;
    if (isThis) this.#applied.push(entryOf(record));
    else if (record.feed === this.#own && this.#applied.length > 0) this.#isSuperseded = true;
    if (!isThis && decision === this.#plan.decision)
      this.#decided.set(`${record.feed} ${digest}`, entryOf(record));
  }

  #nextWrite(record: LedgerRecord, digest: Digest, visor: VisorKey): void {
    const key = `${record.feed} ${digest}`;
    const decided = this.#decided.get(key);
    if (decided !== undefined && this.#decided.delete(key)) this.#carriedOut.push(decided);
    if (record.feed === this.#own && digest !== this.#plan.digest)
      this.#latestOwn.set(visor, entryOf(record));
  }

  #noteDone({ visor, outcomes }: NonNullable<LedgerRecord<"receipt">["payload"]>): void {
    const done = this.#done.get(visor) ?? new Set<string>();
    for (const outcome of outcomes) {
      if (outcome.outcome === "done" || outcome.outcome === "done-after-restart")
        done.add(changeKey(outcome));
    }
    this.#done.set(visor, done);
  }
}

function entryOf({ feed, operator, index, timeMs }: LedgerRecord): UseEntry {
  return { feed, operator, entry: index, timeMs };
}

// What of the ledgers any apply may ask for, gathered once and kept: with each apply it grows by a few bytes.

/** Hex digits of a digest that are kept: one in a million million looks like another, and then all records are read. */
const KEPT_DIGITS = 10;

/** What {@link ApplyFold} holds, as it is kept. */
export interface ApplyState {
  readonly history: HistoryState;
  /** The ends of all digests of plans and decisions that records name, one behind the other. */
  readonly digests: string;
  /** Entries of our own intents that no receipt answers. */
  readonly open: ReadonlySet<number>;
  readonly latestOwn: ReadonlyMap<VisorKey, UseEntry>;
}

/** Follows what the next apply asks of a ledger, whatever its plan. */
export class ApplyFold implements Fold {
  readonly history: HistoryFold;
  readonly #fleet: string;
  readonly #own: FeedKey;
  readonly #digests: Set<string>;
  readonly #open: Set<number>;
  readonly #latestOwn: Map<VisorKey, UseEntry>;

  /** @param kept what {@link ApplyFold.state} of this release gave */
  constructor(fleet: string, own: FeedKey, kept?: ApplyState) {
    this.#fleet = fleet;
    this.#own = own;
    this.history = new HistoryFold(fleet, own, kept?.history);
    this.#digests = new Set(kept?.digests.match(new RegExp(`.{${KEPT_DIGITS}}`, "g")));
    this.#open = new Set(kept?.open);
    this.#latestOwn = new Map(kept?.latestOwn);
  }

  next(record: LedgerRecord): void {
    this.history.next(record);
    const { kind, payload, feed, index } = record;
    if (kind !== "plan" && kind !== "intent" && kind !== "receipt") return;
    if (payload?.fleet !== this.#fleet) return;
    this.#digests.add(endOf(payload.plan));
    if (kind === "plan") this.#digests.add(endOf(payload.decision));
    else if (feed === this.#own) {
      this.#latestOwn.set(payload.visor, entryOf(record));
      if (kind === "intent") this.#open.add(index);
      else this.#open.delete(payload.intent);
    }
  }

  state(): ApplyState {
    return {
      history: this.history.state(),
      digests: [...this.#digests].join(""),
      open: this.#open,
      latestOwn: this.#latestOwn,
    };
  }

  /** True when an intent of ours waits for its receipt. */
  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /** False when no record of any ledger is of this plan, or of one that decided the same. */
  mayNameIt({ digest, decision }: Pick<Plan, "digest" | "decision">): boolean {
    return this.#digests.has(endOf(digest)) || this.#digests.has(endOf(decision));
  }

  /** The newest intent or receipt of ours for each visor. */
  get latestOwn(): ReadonlyMap<VisorKey, UseEntry> {
    return this.#latestOwn;
  }
}

function endOf(digest: Digest): string {
  return digest.slice(-KEPT_DIGITS);
}

// What an apply has to know of the ledgers: open intents, what was done of this plan, what is owned, and approvals that were used.
import type { Digest, OperatorKey, VisorKey } from "../../core/index.ts";
import {
  type FeedKey,
  type IntentPayload,
  type LedgerRecord,
  OpenIntents,
  type ReadOnlyLedger,
} from "../../ledger/index.ts";
import { type Change, changeKey, changesOf, type Plan } from "../../model/index.ts";
import { HistoryFold, type KnownHistory } from "../plan/index.ts";

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

  private constructor(plan: Plan, own: FeedKey) {
    const { fleet } = plan;
    this.uses = new ApprovalUses(plan, own);
    this.#plan = plan;
    this.#own = own;
    this.#history = new HistoryFold(fleet, own);
    this.#open = new OpenIntents(fleet);
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
  readonly #latestOwn = new Map<VisorKey, UseEntry>();
  /** Plans that decide the same, by feed and digest, that no intent follows yet. */
  readonly #decided = new Map<string, UseEntry>();
  readonly #carriedOut: UseEntry[] = [];
  #isSuperseded = false;

  /** @param own the feed whose entries are ours */
  constructor(plan: Pick<Plan, "fleet" | "digest" | "decision" | "visors">, own: FeedKey) {
    this.#plan = plan;
    this.#own = own;
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

// What an apply has to know of the ledger: open intents, what was done of this plan, what is owned.
import type { VisorKey } from "../../core/index.ts";
import {
  type FeedKey,
  type IntentPayload,
  type LedgerRecord,
  OpenIntents,
  type ReadOnlyLedger,
} from "../../ledger/index.ts";
import type { Plan } from "../../model/index.ts";
import { HistoryFold, type KnownHistory } from "../plan/index.ts";
import { ApprovalUses } from "./approval-uses.ts";

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

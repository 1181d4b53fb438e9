import type { Digest, VisorKey } from "../../core/index.ts";
import {
  type IntentPayload,
  type LedgerRecord,
  OpenIntents,
  type ReadOnlyLedger,
} from "../../ledger/index.ts";
import type { Plan } from "../../model/index.ts";
import { HistoryFold, type KnownHistory } from "../plan/index.ts";

/** What an apply has to know of the ledger, gathered in one reading and kept up with what it appends. */
export class ApplyPast {
  readonly #plan: Digest;
  readonly #history: HistoryFold;
  readonly #open: OpenIntents;
  readonly #earlier = new Map<VisorKey, IntentPayload[]>();

  private constructor({ digest, fleet }: Plan) {
    this.#plan = digest;
    this.#history = new HistoryFold(fleet);
    this.#open = new OpenIntents(fleet);
  }

  /** Reads a ledger for the apply of a plan. @throws FleetError ledger/damaged */
  static async read(ledger: ReadOnlyLedger, plan: Plan): Promise<ApplyPast> {
    const past = new ApplyPast(plan);
    for await (const record of ledger.records()) past.next(record);
    return past;
  }

  /** Takes a record that was appended since. */
  next(record: LedgerRecord): void {
    this.#history.next(record);
    this.#open.next(record);
    if (record.kind !== "intent" || record.payload?.plan !== this.#plan) return;
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

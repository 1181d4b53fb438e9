// Short questions to records: the latest key set, open intents, the latest plan parts, secrets that were set.
import type { VisorKey } from "../../core/index.ts";
import type { EntryKind, LedgerRecord } from "../entries/payloads.ts";

/** Records in order: what a ledger gives, or some that are at hand. */
export type Records = AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>;

/** The latest key set of a fleet: who may do what, and what its entries are sealed with. */
export async function latestKeyset(
  records: Records,
  fleet: string,
): Promise<LedgerRecord<"keyset"> | undefined> {
  let latest: LedgerRecord<"keyset"> | undefined;
  for await (const record of records) {
    if (isRecordOf(record, "keyset", fleet)) latest = record;
  }
  return latest;
}

/** Gathers the intents that no receipt answers yet, from records taken in order. */
export class OpenIntents {
  readonly #fleet: string | undefined;
  readonly #open = new Map<number, LedgerRecord<"intent">>();

  /** Of one fleet, or of all. */
  constructor(fleet?: string) {
    this.#fleet = fleet;
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    if (isRecordOf(record, "intent", this.#fleet)) this.#open.set(record.index, record);
    else if (isRecordOf(record, "receipt", this.#fleet) && record.payload !== undefined)
      this.#open.delete(record.payload.intent);
  }

  /** Writes that may or may not have happened, oldest first. */
  list(): readonly LedgerRecord<"intent">[] {
    return [...this.#open.values()];
  }
}

/** Intents that no receipt answers, in order: writes that may or may not have happened. */
export async function intentsWithoutReceipt(
  records: Records,
  fleet?: string,
): Promise<readonly LedgerRecord<"intent">[]> {
  const intents = new OpenIntents(fleet);
  for await (const record of records) intents.next(record);
  return intents.list();
}

/** What the latest plan of each visor owned. */
export async function latestPlanParts(
  records: Records,
  fleet: string,
): Promise<ReadonlyMap<VisorKey, LedgerRecord<"plan-part">>> {
  const parts = new Map<VisorKey, LedgerRecord<"plan-part">>();
  for await (const record of records) {
    if (isRecordOf(record, "plan-part", fleet) && record.payload !== undefined)
      parts.set(record.payload.visor, record);
  }
  return parts;
}

/** What a receipt says of a secret leaf. */
export interface SecretReceipt {
  readonly ref: string;
  readonly hmac: string;
  /** Index of the receipt. */
  readonly index: number;
}

/** The latest receipt that set a secret leaf of a visor. */
export async function latestSecretReceipt(
  records: Records,
  visor: VisorKey,
  path: string,
): Promise<SecretReceipt | undefined> {
  let latest: SecretReceipt | undefined;
  for await (const record of records) {
    if (!isRecordOf(record, "receipt") || record.payload?.visor !== visor) continue;
    const outcome = record.payload.outcomes.findLast(
      (each) => each.path === path && each.secret !== undefined,
    );
    if (outcome?.secret !== undefined) latest = { ...outcome.secret, index: record.index };
  }
  return latest;
}

/** True for a record of a kind, of one fleet or of any. */
export function isRecordOf<K extends EntryKind>(
  record: LedgerRecord,
  kind: K,
  fleet?: string,
): record is LedgerRecord<K> {
  return record.kind === kind && (fleet === undefined || fleetOf(record) === fleet);
}

/** The fleet a record belongs to; `undefined` for what is of no fleet and for what we cannot read. */
function fleetOf({ payload }: LedgerRecord): string | undefined {
  return payload !== undefined && "fleet" in payload ? payload.fleet : undefined;
}

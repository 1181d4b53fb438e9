import type { VisorKey } from "../../core/index.ts";
import type { EntryKind, LedgerRecord } from "../entries/payloads.ts";

/** The latest key set of a fleet: who may do what, and what its entries are sealed with. */
export function latestKeyset(
  records: readonly LedgerRecord[],
  fleet: string,
): LedgerRecord<"keyset"> | undefined {
  return recordsOf(records, "keyset", fleet).at(-1);
}

/** Intents that no receipt answers, in order: writes that may or may not have happened. */
export function intentsWithoutReceipt(
  records: readonly LedgerRecord[],
  fleet?: string,
): readonly LedgerRecord<"intent">[] {
  const answered = new Set(
    recordsOf(records, "receipt", fleet).map(({ payload }) => payload?.intent),
  );
  return recordsOf(records, "intent", fleet).filter(({ index }) => !answered.has(index));
}

/** What the latest plan of each visor owned. */
export function latestPlanParts(
  records: readonly LedgerRecord[],
  fleet: string,
): ReadonlyMap<VisorKey, LedgerRecord<"plan-part">> {
  const parts = new Map<VisorKey, LedgerRecord<"plan-part">>();
  for (const record of recordsOf(records, "plan-part", fleet)) {
    if (record.payload !== undefined) parts.set(record.payload.visor, record);
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
export function latestSecretReceipt(
  records: readonly LedgerRecord[],
  visor: VisorKey,
  path: string,
): SecretReceipt | undefined {
  for (const { index, payload } of recordsOf(records, "receipt").toReversed()) {
    if (payload?.visor !== visor) continue;
    const outcome = payload.outcomes.findLast(
      (each) => each.path === path && each.secret !== undefined,
    );
    if (outcome?.secret !== undefined) return { ...outcome.secret, index };
  }
  return undefined;
}

/**
 * The records of one kind that we can read, of one fleet or of all. A sealed record that we hold no
 * key for belongs to no fleet we know, so it is left out when a fleet is asked for.
 */
export function recordsOf<K extends EntryKind>(
  records: readonly LedgerRecord[],
  kind: K,
  fleet?: string,
): readonly LedgerRecord<K>[] {
  return records.filter(
    (record): record is LedgerRecord<K> =>
      record.kind === kind && (fleet === undefined || fleetOf(record) === fleet),
  );
}

/** The fleet a record belongs to; `undefined` for what is of no fleet and for what we cannot read. */
export function fleetOf({ payload }: LedgerRecord): string | undefined {
  return payload !== undefined && "fleet" in payload ? payload.fleet : undefined;
}

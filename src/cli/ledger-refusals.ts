import { type FeedKey, judgeWitnesses, newerThan } from "../ledger/index.ts";
import type { Plan, Refusal } from "../model/index.ts";
import {
  keysetSignaturesRefusal,
  type KnownHistory,
  type NewerEntry,
  relayRefusal,
  requirementsOf,
  staleLedgerRefusals,
  witnessesRefusal,
} from "../reconcile/index.ts";
import type { RelayResult } from "../replicas/index.ts";
import { joinedRecords, type OpenFeeds } from "./feeds.ts";

/** Witnesses are people: entries of the last day need no cosignature yet. */
const WITNESS_GRACE_MS = 24 * 60 * 60 * 1_000;

/** What is known right before an apply begins, with our ledger locked. */
export interface BeforeApply {
  readonly plan: Plan;
  readonly history: KnownHistory;
  readonly feeds: OpenFeeds;
  /** What came of publishing our newest Root. */
  readonly relays: readonly RelayResult[];
  readonly nowMs: number;
}

/** What the ledgers and the relays have against an apply; nothing when there is nothing to write. */
export async function ledgerRefusals(before: BeforeApply): Promise<readonly Refusal[]> {
  const { plan, history, relays } = before;
  if (plan.visors.every(({ steps }) => steps.length === 0)) return [];
  const required = requirementsOf(plan, history);
  const held = relays.filter(({ isHeld }) => isHeld).length;
  return [
    ...(await staleRefusals(before)),
    relayRefusal({ required: required.relays, held }),
    plan.keysetChanges.length === 0
      ? undefined
      : keysetSignaturesRefusal({ required: required.keysetSignatures, have: 1 }),
    required.witnesses === 0
      ? undefined
      : witnessesRefusal({
          required: required.witnesses,
          have: await witnessesOf(before, required.witnesses),
        }),
  ].filter((refusal) => refusal !== undefined);
}

/** Another operator wrote to a visor of this plan after it was made. */
async function staleRefusals({ plan, history, feeds }: BeforeApply): Promise<readonly Refusal[]> {
  if (feeds.others.length === 0) return [];
  const { feed: own } = feeds.own;
  const found = await newerThan(plan.heads, joinedRecords(feeds), { own, fleet: plan.fleet });
  const operators = Object.entries(history.accepted?.payload.operators ?? {});
  const nameOf = (key: string, feed: FeedKey): string | undefined =>
    operators.find(
      ([, operator]) =>
        (operator.key === key || operator.feed === feed) && operator.may.includes("apply"),
    )?.[0];
  const newer = found.newer.flatMap((entry): readonly NewerEntry[] => {
    const operator = nameOf(entry.operator, entry.feed);
    return operator === undefined ? [] : [{ ...entry, operator }];
  });
  // What we cannot open may be about any of the visors.
  const unreadable = found.unreadable.flatMap((entry): readonly NewerEntry[] => {
    const operator = nameOf(entry.operator, entry.feed);
    if (operator === undefined) return [];
    return plan.visors.map(({ key }) => ({ ...entry, visor: key, operator }));
  });
  return staleLedgerRefusals({ plan, newer: [...newer, ...unreadable] });
}

/** How many witnesses have cosigned all of our entries that are older than a day. */
async function witnessesOf(
  { history, feeds, nowMs }: BeforeApply,
  required: number,
): Promise<number> {
  const { own } = feeds;
  const writers = new Set<LedgerWriter>();
  let old = 0;
  for await (const record of own.records()) {
    writers.add(record.operator);
    if (record.timeMs < nowMs - WITNESS_GRACE_MS) old = record.index + record.parts;
  }
  if (old === 0) return required;
  const verdict = await judgeWitnesses(joinedRecords(feeds), {
    head: own.tree(),
    writers: [...writers],
    treeAt: (size) => own.treeAt(size),
    operators: history.accepted?.payload.operators ?? {},
    required,
  });
  return verdict.witnesses.filter(({ size }) => size >= old).length;
}

type LedgerWriter = Parameters<typeof judgeWitnesses>[1]["writers"][number];

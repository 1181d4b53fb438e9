// What the ledgers have against an approval right before an apply: that it was used already.
import type { OperatorKey } from "../../core/index.ts";
import type { FeedKey } from "../../ledger/index.ts";
import type { Refusal } from "../../model/index.ts";
import {
  keysetChanges,
  type KnownHistory,
  type UsedBy,
  usedDecisionRefusal,
  type UseEntry,
  usedKeysetRefusal,
  usedPlanRefusal,
} from "../../reconcile/index.ts";
import type { BeforeApply } from "./ledger-refusals.ts";

/**
 * How many entries of our ledger whoever planned had seen; `undefined` when the plan does not tell. What a stranger's
 * plan says of it does not count.
 */
export function seenOfOwn({
  plan,
  feeds,
  operator,
  isStrangers,
}: Pick<BeforeApply, "plan" | "feeds" | "operator" | "isStrangers">): number | undefined {
  if (isStrangers) return undefined;
  // An observation counts the entries of whoever made it.
  const planner = plan.source?.signer ?? plan.operator;
  if (plan.history.known && planner === operator) return plan.history.head;
  return plan.heads.find(({ feed }) => feed === feeds.own.feed)?.size;
}

/** The name of an operator who may apply; `undefined` for anybody else. */
export function nameOfApplier(
  { accepted }: Pick<KnownHistory, "accepted">,
  key: OperatorKey,
  feed: FeedKey,
): string | undefined {
  return Object.entries(accepted?.payload.operators ?? {}).find(
    ([, operator]) =>
      (operator.key === key || operator.feed === feed) && operator.may.includes("apply"),
  )?.[0];
}

/** Refuses a plan and a decision that were used, and a change of rights that another one came before. */
export function approvalRefusals(before: BeforeApply): readonly Refusal[] {
  const { uses, approved, plan } = before;
  const applied = byAppliers(uses.applied, before).at(-1);
  const isChanging = plan.visors.some(({ steps }) => steps.length > 0);
  return [
    applied === undefined || uses.isCutShort ? undefined : usedPlanRefusal(applied),
    approved === undefined || !isChanging
      ? undefined
      : usedDecisionRefusal(byAppliers(uses.carriedOut, before), approved.repeats),
    keysetRefusal(before),
  ].filter((refusal) => refusal !== undefined);
}

/** What we recorded, and what others did who may apply: nobody else can use an approval up. */
function byAppliers(
  entries: readonly UseEntry[],
  { history, feeds }: Pick<BeforeApply, "history" | "feeds">,
): readonly UsedBy[] {
  return entries.flatMap(({ operator, feed, entry, timeMs }) => {
    const name = nameOfApplier(history, operator, feed);
    if (name === undefined && feed !== feeds.own.feed) return [];
    return [{ operator: name ?? operator, entry, timeMs }];
  });
}

/** The change of operators, controllers or policy was agreed to before another one was recorded. */
function keysetRefusal(before: BeforeApply): Refusal | undefined {
  const { plan, history, feeds } = before;
  const { changedBy } = history;
  if (changedBy === undefined || plan.keysetChanges.length === 0) return undefined;
  if (keysetChanges(plan.keyset, history).length === 0) return undefined;
  const isOwn = changedBy.feed === feeds.own.feed;
  const seen = isOwn
    ? seenOfOwn(before)
    : plan.heads.find(({ feed }) => feed === changedBy.feed)?.size;
  const isSeen =
    seen === undefined ? changedBy.timeMs < Date.parse(plan.created) : changedBy.index < seen;
  if (isSeen) return undefined;
  const operator = nameOfApplier(history, changedBy.writer, changedBy.feed) ?? changedBy.writer;
  return usedKeysetRefusal({ operator, entry: changedBy.index, timeMs: changedBy.timeMs });
}

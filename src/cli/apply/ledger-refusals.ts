// What says no to an apply: refusals are printed, all at once; the ledgers and relays are asked at the last moment.
import type { ExitCode, OperatorKey } from "../../core/index.ts";
import { type FeedKey, judgeWitnesses, newerThan } from "../../ledger/index.ts";
import type { Plan, Refusal } from "../../model/index.ts";
import {
  type ApplyCheck,
  type ApprovalUses,
  checkApply,
  type Confirmation,
  keysetChanges,
  keysetSignaturesRefusal,
  type KnownHistory,
  type NewerEntry,
  refusalsExit,
  relayRefusal,
  requirementsOf,
  staleLedgerRefusals,
  type UsedBy,
  usedDecisionRefusal,
  usedKeysetRefusal,
  usedPlanRefusal,
  type UseEntry,
  witnessesRefusal,
} from "../../reconcile/index.ts";
import type { RelayResult } from "../../replicas/index.ts";
import { refusalText } from "../../view/index.ts";
import { joinedRecords, type OpenFeeds } from "../ledger/feeds.ts";
import { confirmationText } from "../shell/confirm.ts";
import { errLine } from "../shell/print.ts";
import { errPaint } from "../shell/screen.ts";
import type { World } from "../shell/world.ts";

// What the ledgers have against an approval right before an apply: that it was used already.

/**
 * How many entries of our ledger whoever planned had seen; `undefined` when the plan does not tell. What a stranger's
 * plan says of it does not count.
 */
function seenOfOwn({
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
function nameOfApplier(
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
function approvalRefusals(before: BeforeApply): readonly Refusal[] {
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

// What the ledgers and relays say against an apply at the last moment: newer entries, too few relays or witnesses.

/** Witnesses are people: entries of the last day need no cosignature yet. */
const WITNESS_GRACE_MS = 24 * 60 * 60 * 1_000;

/** What is known right before an apply begins, with our ledger locked. */
export interface BeforeApply {
  readonly plan: Plan;
  readonly history: KnownHistory;
  readonly feeds: OpenFeeds;
  /** What the ledgers hold of the plan and of its decision. */
  readonly uses: ApprovalUses;
  /** Who applies. */
  readonly operator: OperatorKey;
  /** Nobody we accept signed the plan. */
  readonly isStrangers: boolean;
  /** Set when `--expect-decision` names what was approved; `repeats` as `--allow-repeat` says. */
  readonly approved?: { readonly repeats: number | undefined };
  /** What came of publishing our newest Root. */
  readonly relays: readonly RelayResult[];
  readonly nowMs: number;
}

/**
 * What the ledgers and the relays have against an apply. Where no visor is written to, only what is approved counts: a
 * change of operators, controllers or policy must stay possible while relays and witnesses are away.
 */
export async function ledgerRefusals(before: BeforeApply): Promise<readonly Refusal[]> {
  const { plan, history, relays } = before;
  const required = requirementsOf(plan, history);
  const signatures =
    plan.keysetChanges.length === 0
      ? undefined
      : keysetSignaturesRefusal({ required: required.keysetSignatures, have: 1 });
  const used = [...approvalRefusals(before), signatures].filter((each) => each !== undefined);
  if (plan.visors.every(({ steps }) => steps.length === 0)) return used;
  // Each relay once, however often it is listed.
  const held = new Set(relays.flatMap(({ relay, isHeld }) => (isHeld ? [relay] : []))).size;
  return [
    ...used,
    ...(await staleRefusals(before)),
    relayRefusal({ required: required.relays, held }),
    required.witnesses === 0
      ? undefined
      : witnessesRefusal({
          required: required.witnesses,
          have: await witnessesOf(before, required.witnesses),
        }),
  ].filter((refusal) => refusal !== undefined);
}

/** We or another operator wrote to a visor of this plan after it was made. */
async function staleRefusals(before: BeforeApply): Promise<readonly Refusal[]> {
  const { plan, history, feeds } = before;
  const { feed: own } = feeds.own;
  const nameOf = (key: OperatorKey, feed: FeedKey): string | undefined =>
    nameOfApplier(history, key, feed);
  const newer = [...ownWrites(before), ...(await othersWrites(before, nameOf))];
  const seen = seenOfOwn(before) ?? 0;
  const heads = headsSeen(before).filter(({ feed }) => feed !== own);
  return staleLedgerRefusals({
    plan: { visors: plan.visors, heads: [...heads, { feed: own, size: seen, tree: "" }] },
    newer,
  });
}

/** How much of each ledger the planner had seen: of those of others, and of its own. */
function headsSeen({ plan, history }: BeforeApply): Plan["heads"] {
  const feed = plan.keyset.operators.find(({ key }) => key === plan.operator)?.feed;
  const isKnown = plan.operator !== undefined && feed !== undefined && plan.history.known;
  // What a plan says of its maker's own ledger counts for who may apply here, and for nobody else.
  if (!isKnown || nameOfApplier(history, plan.operator, feed) === undefined) return plan.heads;
  const others = plan.heads.filter((head) => head.feed !== feed);
  return [...others, { feed, size: plan.history.head, tree: "" }];
}

async function othersWrites(
  before: BeforeApply,
  nameOf: (key: OperatorKey, feed: FeedKey) => string | undefined,
): Promise<readonly NewerEntry[]> {
  const { plan, feeds } = before;
  if (feeds.others.length === 0) return [];
  const { feed: own } = feeds.own;
  const found = await newerThan(headsSeen(before), joinedRecords(feeds), {
    own,
    fleet: plan.fleet,
  });
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
  return [...newer, ...unreadable];
}

/** What our own ledger says of the visors; where the plan does not tell how much of it was seen, since the reading. */
function ownWrites(before: BeforeApply): readonly NewerEntry[] {
  const { plan, history, uses } = before;
  const isBySize = seenOfOwn(before) !== undefined;
  return plan.visors.flatMap(({ key, observed }): readonly NewerEntry[] => {
    const latest = uses.latestOwn(key);
    if (latest === undefined) return [];
    if (!isBySize && !(latest.timeMs >= Date.parse(observed?.at ?? ""))) return [];
    const operator = nameOfApplier(history, latest.operator, latest.feed) ?? latest.operator;
    return [{ ...latest, visor: key, operator, isOwn: true }];
  });
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

// The gate before an apply: whatever says no is printed, all at once, and becomes the exit code.

/** What was found beside the plan: in the ledgers, and at the relays. */
export interface RefuseInput extends Omit<ApplyCheck, "nowMs"> {
  readonly found?: readonly Refusal[];
  /** What would be asked about if nothing refused; told with the refusals, so that one more run is enough. */
  readonly toConfirm?: readonly Confirmation[];
}

/**
 * Checks whether a plan may be applied here and now, and prints what says no. Refusals of the plan itself were
 * shown with it when `wasShown` is set.
 * @returns the exit code of the refusals; `undefined` when nothing refuses
 */
export function refuse(
  { found = [], toConfirm = [], ...check }: RefuseInput,
  wasShown: boolean,
  world: World,
): ExitCode | undefined {
  const { plan } = check;
  const refusals = [...checkApply({ ...check, nowMs: world.clock.now() }), ...found];
  for (const refusal of refusals) {
    if (wasShown && plan.refusals.includes(refusal)) continue;
    world.terminal.err(refusalText(refusal, plan.names, errPaint(world)));
  }
  if (refusals.length === 0) return undefined;
  if (toConfirm.length > 0) {
    const asked = toConfirm.map(confirmationText).join("; ");
    errLine(world, `to be confirmed as well: ${asked}`);
  }
  world.terminal.err("nothing was written\n");
  return refusalsExit(refusals);
}

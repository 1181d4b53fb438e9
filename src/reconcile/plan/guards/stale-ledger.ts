// The guards that an apply asks for before it begins: enough relays and witnesses, a fresh plan, an approval that was not used.
import { compareTexts, counted, formatDuration, type VisorKey } from "../../../core/index.ts";
import type { ObservedVisor, Plan, Policy, Refusal } from "../../../model/index.ts";
import { numberText, strictestAgeMs } from "../policy.ts";

// The guards that ask for relays and witnesses before an apply.

/** Refuses an apply, before its first write, while too few relays hold the ledger; `undefined` when enough do. */
export function relayRefusal(count: {
  readonly required: number;
  /** Relays that show our newest root and serve its objects. */
  readonly held: number;
}): Refusal | undefined {
  const { required, held } = count;
  if (held >= required) return undefined;
  return {
    guard: "relays",
    path: "policy.require_relays",
    message: `${counted(held, "relay holds", "relays hold")} the ledger as it is now, and policy.require_relays wants ${numberText(required)}: what this apply records could be lost with this machine`,
    measured: counted(held, "relay", "relays"),
    limit: `at least ${numberText(required)}`,
    next: "look at `fleet ledger status`; bring relays up or list others under ledger.relays, and lower the number only while enough still hold the ledger",
  };
}

/** Refuses while too few witnesses have cosigned; `undefined` when enough have. */
export function witnessesRefusal(count: {
  readonly required: number;
  /** Witnesses whose cosignature on the checkpoint verifies, each counted once. */
  readonly have: number;
}): Refusal | undefined {
  const { required, have } = count;
  if (have >= required) return undefined;
  return {
    guard: "witnesses",
    path: "policy.require_witnesses",
    message: `${counted(have, "witness has", "witnesses have")} cosigned the ledger, and policy.require_witnesses wants ${numberText(required)}: a second history could be shown to somebody else`,
    measured: counted(have, "witness", "witnesses"),
    limit: `at least ${numberText(required)}`,
    next: "have operators with may: [witness] run `fleet ledger witness`, then try again",
  };
}

/** Refuses a change of the keyset that too few operators of the old one signed; `undefined` when enough did. */
export function keysetSignaturesRefusal(count: {
  readonly required: number;
  /** Operators of the old keyset that may apply and whose signature on the change verifies, each counted once. */
  readonly have: number;
}): Refusal | undefined {
  const { required, have } = count;
  if (have >= required) return undefined;
  return {
    guard: "keyset-signatures",
    path: "policy.keyset_signatures",
    message: `operators, controllers or policy change, ${counted(have, "operator of those so far has", "operators of those so far have")} signed it, and policy.keyset_signatures wants ${numberText(required)}`,
    measured: counted(have, "signature", "signatures"),
    limit: `at least ${numberText(required)}`,
    next: "have further operators who may apply sign the same change, or take the change out of the manifest",
  };
}

// The guard against plans that had not seen what another operator did since.

/** An intent or receipt for a visor in an operator's ledger. */
export interface NewerEntry {
  readonly visor: VisorKey;
  /** The operator's name in the manifest, or the key where it has none. */
  readonly operator: string;
  readonly feed: string;
  /** Index of the entry in that ledger. */
  readonly entry: number;
  /** When its author says it was written, unix ms. */
  readonly timeMs: number;
  /** Set for one of our own ledger, which nobody has to bring here. */
  readonly isOwn?: true;
}

/**
 * Refuses to write to visors for which operators, we among them, recorded intents or receipts that the planner had not seen:
 * the plan goes by what these changed. One refusal a visor, in the plan's order; entries within `plan.heads` and
 * visors that the plan leaves alone give none. Nothing overrides it, since planning again costs nothing.
 */
export function staleLedgerRefusals(input: {
  readonly plan: Pick<Plan, "visors" | "heads">;
  readonly newer: readonly NewerEntry[];
}): readonly Refusal[] {
  const { plan, newer } = input;
  const sizes = new Map<string, number>(plan.heads.map(({ feed, size }) => [feed, size]));
  const unseen = new Map<VisorKey, NewerEntry[]>();
  for (const entry of newer) {
    if (entry.entry < (sizes.get(entry.feed) ?? 0)) continue;
    const known = unseen.get(entry.visor);
    if (known === undefined) unseen.set(entry.visor, [entry]);
    else known.push(entry);
  }
  return plan.visors.flatMap(({ key, steps }) => {
    const [latest, ...others] = (unseen.get(key) ?? []).toSorted(latestFirst);
    if (latest === undefined || steps.length === 0) return [];
    return [refusal(key, latest, { others: others.length, seen: sizes.get(latest.feed) ?? 0 })];
  });
}

function refusal(
  visor: VisorKey,
  { operator, entry, timeMs, isOwn }: NewerEntry,
  { others, seen }: { readonly others: number; readonly seen: number },
): Refusal {
  const more = others === 0 ? "" : `, and ${others} more`;
  return {
    guard: "stale-ledger",
    visor,
    message: `operator ${operator} recorded entry ${entry} for this visor at ${timeOrNone(timeMs)}${more}, which the plan had not seen`,
    measured: `entry ${entry} of ${operator}`,
    limit: seen === 0 ? "no entry of that ledger seen" : `entries up to ${seen - 1} seen`,
    next:
      isOwn === true ? "make the plan again" : "run `fleet ledger pull`, then make the plan again",
  };
}

/** Times are their authors' word; equal ones are told apart by what cannot be. */
function latestFirst(left: NewerEntry, right: NewerEntry): number {
  return (
    right.timeMs - left.timeMs || compareTexts(left.feed, right.feed) || right.entry - left.entry
  );
}

/** A time of an entry, in words. */
function timeOrNone(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "no time" : time.toISOString();
}

// The guard against plans from readings that are too old.

const MS_PER_MINUTE = 60_000;

/**
 * Refuses a plan that goes by readings older than the strictest policy in force allows: what is decided by them was
 * true then, and nobody has looked since. Nothing overrides it, since observing again costs little.
 */
export function checkObservationAge(input: {
  /** The visors that are planned, as the recorded observation has them. */
  readonly observed: readonly ObservedVisor[];
  readonly policies: readonly Policy[];
  readonly nowMs: number;
}): readonly Refusal[] {
  const maxAgeMs = strictestAgeMs(input.policies);
  const [oldest] = input.observed.toSorted((left, right) => left.atMs - right.atMs);
  if (oldest === undefined || input.nowMs - oldest.atMs <= maxAgeMs) return [];
  const ageMs = input.nowMs - oldest.atMs;
  return [
    {
      guard: "observation-age",
      path: "policy.max_observation_age",
      message: `the plan goes by what was read at ${new Date(oldest.atMs).toISOString()}, longer ago than policy.max_observation_age allows`,
      measured: formatDuration(Math.ceil(ageMs / MS_PER_MINUTE) * MS_PER_MINUTE),
      limit: formatDuration(maxAgeMs),
      next: "run `fleet observe` again beside a visor, then make the plan again",
    },
  ];
}

// Refuses an approval that was used: a plan that was applied, a decision that was carried out, a change of rights.

/** The entry that uses an approval up. */
export interface UsedBy {
  /** The operator's name in the keyset, or the key where it has none. */
  readonly operator: string;
  readonly entry: number;
  /** When its author says it was written, unix ms. */
  readonly timeMs: number;
}

/** Refuses a plan that a ledger holds: it was approved for one apply. Nothing overrides it, since a new plan costs nothing. */
export function usedPlanRefusal({ operator, entry, timeMs }: UsedBy): Refusal {
  return {
    guard: "used-approval",
    message: `this plan was applied at ${timeOrNone(timeMs)}, as entry ${entry} of operator ${operator} says, and a plan is applied once: what was taken away since would come back unasked`,
    measured: "1 apply",
    limit: "0 applies",
    next: "make the plan again",
  };
}

/**
 * Refuses a decision that was carried out, unless whoever approved it again said how often it was: the number is used
 * up by the next apply, as the decision is.
 * @param uses its applies, in order; at least one
 * @param allowed how many of them the approval knows of
 */
export function usedDecisionRefusal(
  uses: readonly UsedBy[],
  allowed: number | undefined,
): Refusal | undefined {
  const last = uses.at(-1);
  if (last === undefined || allowed === uses.length) return undefined;
  return {
    guard: "used-approval",
    message: `the decision that was approved was carried out at ${timeOrNone(last.timeMs)}, as entry ${last.entry} of operator ${last.operator} says, and an approval counts once`,
    measured: counted(uses.length, "apply", "applies"),
    limit: counted(allowed ?? 0, "apply", "applies"),
    override: `--allow-repeat ${uses.length}`,
    next: "look at the plan above, and have it approved again",
  };
}

/** Refuses a change of rights that was approved before another one was recorded. */
export function usedKeysetRefusal({ operator, entry, timeMs }: UsedBy): Refusal {
  return {
    guard: "stale-ledger",
    message: `operator ${operator} recorded at ${timeOrNone(timeMs)}, as entry ${entry}, who may do what, which the plan had not seen, and the plan changes it again`,
    measured: `entry ${entry} of ${operator}`,
    limit: "no newer change of operators, controllers or policy",
    next: "make the plan again",
  };
}

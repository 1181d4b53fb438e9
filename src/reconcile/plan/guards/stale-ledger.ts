// The guard against plans that had not seen what another operator did since.
import { compareTexts, type VisorKey } from "../../../core/index.ts";
import type { Plan, Refusal } from "../../../model/index.ts";

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
export function timeOrNone(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "no time" : time.toISOString();
}

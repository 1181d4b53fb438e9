// The guards that count what a plan takes away.
import { counted } from "../../../core/index.ts";
import type { Overrides, Policy, Refusal } from "../../../model/index.ts";

/** Removals of ordinary things that pass whatever the share is, so that small fleets stay usable. */
const SMALL_REMOVALS = 3;

/** What the removals guard counts, over the whole run. */
export interface RemovalsInput {
  readonly trustRemovals: number;
  readonly otherRemovals: number;
  /** Owned list elements, apps and ports of visors that were applied to before. */
  readonly ownedElements: number;
  readonly policies: readonly Policy[];
  readonly overrides: Overrides;
}

/**
 * Refuses a run that takes more away than the policy allows. A few removals that concern no trust always pass.
 * A visor without a recorded apply adds nothing to the whole that a percentage is of, but its removals count.
 */
export function checkRemovals(input: RemovalsInput): readonly Refusal[] {
  const small = input.otherRemovals <= SMALL_REMOVALS ? input.otherRemovals : 0;
  const all = input.trustRemovals + input.otherRemovals;
  const counted = all - small;
  const { allowRemovals } = input.overrides;
  if (allowRemovals !== undefined) {
    return counted <= allowRemovals || all === allowRemovals
      ? []
      : [refusal(input, all, `${allowRemovals} allowed`)];
  }
  const limits = input.policies.map(({ maxRemovals }) =>
    maxRemovals.kind === "count"
      ? { count: maxRemovals.count, text: String(maxRemovals.count) }
      : {
          count: Math.floor((input.ownedElements * maxRemovals.percent) / 100),
          text: `${maxRemovals.percent}% of ${input.ownedElements}`,
        },
  );
  const strictest = limits.toSorted((left, right) => left.count - right.count)[0];
  if (strictest === undefined || counted <= strictest.count) return [];
  return [refusal(input, all, strictest.text)];
}

function refusal(input: RemovalsInput, all: number, limit: string): Refusal {
  const override = `--allow-removals ${all}`;
  const options = [override, ...trustOption(input)].join(" ");
  return {
    guard: "removals",
    message: `this run would remove ${counted(all, "list element, app or port", "list elements, apps or ports")}, which is more than policy.max_removals allows`,
    measured: String(all),
    limit,
    override,
    next: `read the removals above; if all of them are meant, run again with ${options}`,
    ...(input.ownedElements === 0 ? { path: "policy.max_removals" } : {}),
  };
}

/** What the same run is asked next where it takes trust away: named with the first, or it would be refused twice. */
function trustOption({ trustRemovals, overrides }: RemovalsInput): readonly string[] {
  return trustRemovals === 0 || overrides.allowTrustRemovals === trustRemovals
    ? []
    : [`--allow-trust-removals ${trustRemovals}`];
}

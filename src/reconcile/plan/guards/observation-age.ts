// The guard against plans from readings that are too old.
import { formatDuration } from "../../../core/index.ts";
import type { ObservedVisor, Policy, Refusal } from "../../../model/index.ts";
import { strictestAgeMs } from "../policy.ts";

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

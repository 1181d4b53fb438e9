// Which owned paths a recorded plan found as the manifest wanted them.
import type { PlanPartPayload } from "../entries/payloads.ts";

/** The owned paths that a plan found as wanted: neither changed by it, nor left alone or past comparing. */
export function pathsAsWanted({ owned, changes, reading }: PlanPartPayload): readonly string[] {
  const others = new Set([...changes.map(({ path }) => path), ...(reading?.unsure ?? [])]);
  return owned.filter((path) => !others.has(path));
}

// Apps that were told to stop, where nobody saw their process end.
import { compareTexts } from "../../core/index.ts";
import type { DesiredVisor, PlanVisor, SeenVisor } from "../../model/index.ts";
import { parseLeafPath, type VisorDiff } from "../diff/index.ts";
import type { History } from "./history.ts";

type Doubtful = NonNullable<PlanVisor["doubtful"]>;

/**
 * Stops that no receipt confirms, of apps that show as stopped, on a visor that has not started since: a process that
 * the visor no longer counts may still run. Only a restart of the visor ends the doubt.
 */
export function doubtfulStops(history: History, seen: SeenVisor): Doubtful {
  if (!history.known) return [];
  return (history.doubtfulStops.get(seen.key) ?? [])
    .filter(({ what, sinceMs }) => seen.startedAtMs <= sinceMs && !isRunning(seen, what))
    .map(({ what, sinceEntry }) => ({ path: what, sinceEntry }))
    .toSorted((left, right) => compareTexts(left.path, right.path));
}

function isRunning(seen: SeenVisor, path: string): boolean {
  const leaf = parseLeafPath(path);
  return (
    leaf.section === "apps" && seen.apps.some(({ name, running }) => name === leaf.app && running)
  );
}

/** Takes out starts of such apps: a second process would run beside the first. */
export function withoutDoubtful(
  diff: VisorDiff,
  doubtful: Doubtful,
  desired: DesiredVisor,
): VisorDiff {
  const since = new Map(doubtful.map(({ path, sinceEntry }) => [path, sinceEntry]));
  const refused = diff.changes.filter(({ path, action }) => action === "start" && since.has(path));
  if (refused.length === 0) return diff;
  return {
    ...diff,
    changes: diff.changes.filter((change) => !refused.includes(change)),
    unsupported: [
      ...diff.unsupported,
      ...refused.flatMap(({ path }) => {
        const place = desired.leaves.get(path)?.origin.place;
        const why = `it was told to stop in entry ${since.get(path) ?? 0} and nobody saw its process end: a second process may run beside it; restart the visor first`;
        return place === undefined ? [] : [{ path, why, place }];
      }),
    ],
  };
}

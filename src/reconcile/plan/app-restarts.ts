// The stops and starts that changed apps ask for, and apps of which nobody can tell whether they stopped or what they were meant to do.
import { compareTexts, defined } from "../../core/index.ts";
import {
  type AppTypedField,
  type Change,
  type DesiredVisor,
  type PlanVisor,
  type SeenVisor,
  splitArgs,
  type UnreadableApp,
  unreadableElements,
} from "../../model/index.ts";
import { parseLeafPath, type VisorDiff } from "../diff/index.ts";
import type { Awaiting, History } from "./history.ts";

// The stops and starts that changed arguments and environments of running apps ask for.

/** The stops and starts of step (b) that changed arguments and environments ask for. */
export interface AppRestarts {
  /** Visible restarts, to be added to the plain starts and stops. */
  readonly changes: readonly Change[];
  /** Apps that the intent of step (a) names, so that a later plan remembers them. */
  readonly owed: readonly string[];
}

/**
 * An app with `running: true` whose arguments, environment or whitelist change is stopped and started,
 * and so is one that an earlier apply owed it to. Where `running` is not named the app is left alone.
 */
export function planAppRestarts(
  desired: DesiredVisor,
  seen: SeenVisor,
  changes: readonly Change[],
  owedEarlier: readonly Awaiting[],
): AppRestarts {
  const restarts: Change[] = [];
  const owed: string[] = [];
  const started = new Set(
    changes.filter(({ action }) => action === "start").map(({ path }) => path),
  );
  for (const app of seen.apps) {
    const path = `apps.${app.name}.running`;
    const leaf = desired.leaves.get(path);
    if (leaf?.kind !== "value" || leaf.value !== true) continue;
    const changed = changes.some(
      (change) => change.restart === "app" && isOfApp(change.path, app.name),
    );
    if (changed) owed.push(app.name);
    if (!app.running || started.has(path)) continue;
    const earlier = owedEarlier.find(
      ({ what, sinceMs }) => what === app.name && seen.startedAtMs <= sinceMs,
    );
    if (!changed && earlier === undefined) continue;
    const note =
      changed || earlier === undefined
        ? "what it runs with changes"
        : `restart owed since entry ${earlier.sinceEntry}`;
    const { place, role } = { place: leaf.origin.place, role: leaf.origin.role };
    restarts.push({
      path,
      op: "change",
      action: "restart",
      ...(changed || earlier === undefined ? {} : { owedSince: earlier.sinceEntry }),
      before: true,
      after: true,
      reason: { place, ...defined({ role }), note },
      lifetime: "memory",
      restart: "none",
      risk: "app",
      step: "b",
      method: "StopApp, StartApp",
      inverse: { after: true },
    });
  }
  return { changes: restarts, owed: owed.toSorted() };
}

function isOfApp(path: string, app: string): boolean {
  const leaf = parseLeafPath(path);
  return leaf.section === "apps" && leaf.app === app;
}

// Apps that were told to stop, where nobody saw their process end.

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

// Apps of a visor that end as they read their arguments: no plan made it so, and only people can tell what was meant.

/** The apps of a visor that cannot start, owned or not, and what would mend each; sorted as the visor lists them. */
export function unreadableApps(seen: Pick<SeenVisor, "apps">): readonly UnreadableApp[] {
  return seen.apps.flatMap((app) => {
    const { name, binary, raw } = app;
    const run = { name, binary, args: raw.open().args };
    const elements = unreadableElements(run);
    if (elements.length === 0) return [];
    const fields = [...splitArgs(run).broken];
    return elements.map((element) => {
      const [field] = fields.find(([, shown]) => shown === element) ?? [];
      return { app: app.name, element, next: nextOf(app.name, field) };
    });
  });
}

function nextOf(app: string, field: AppTypedField | undefined): string {
  return field === undefined
    ? `own apps.${app}.args, or write the option with two dashes on the visor`
    : `own apps.${app}.${field}: it is then written with two dashes`;
}

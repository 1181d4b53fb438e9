// The stops and starts that changed arguments and environments of running apps ask for.
import { defined } from "../../core/index.ts";
import type { Change, DesiredVisor, SeenVisor } from "../../model/index.ts";
import { parseLeafPath } from "../diff/index.ts";
import type { Awaiting } from "./history.ts";

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

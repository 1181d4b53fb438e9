// Restarts apps on many visors without changing anything else: `fleet app restart`.
import { type Clock, defined, type VisorKey } from "../../core/index.ts";
import {
  type Change,
  type OutcomeKind,
  type Route,
  type SeenVisor,
  STEPS,
} from "../../model/index.ts";
import type {
  AppReading,
  VisorReader,
  VisorTarget,
  VisorWriter,
} from "../../skywire/visor/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor } from "../observe/index.ts";
import { checkLists } from "../plan/index.ts";
import { isRunning, runAppActions } from "./app-actions.ts";
import { openSession } from "./fresh-check.ts";
import { type WritePlace, Places } from "./places.ts";
import { type ApplyTiming, DEFAULT_TIMING } from "./timing.ts";

/** A visor whose apps are restarted. */
export interface VisorToRestart {
  readonly key: VisorKey;
  readonly name: string;
  readonly route: Route;
  /** Owned whitelists that are written `anyone`. */
  readonly openToAnyone: readonly string[];
}

/** What restarting apps needs. That it may be done was checked, agreed to and recorded. */
export interface RestartInput {
  readonly visors: readonly VisorToRestart[];
  readonly apps: readonly string[];
  readonly reader: VisorReader;
  readonly writer: VisorWriter;
  readonly clock: Clock;
  readonly timing?: Partial<ApplyTiming>;
  /** Aborting it finishes the visors in hand and begins no other. */
  readonly stop: AbortSignal;
  readonly emit: Emit;
}

/** What became of one app on one visor. */
export interface RestartOutcome {
  readonly visor: VisorKey;
  readonly app: string;
  readonly outcome: OutcomeKind;
  readonly note?: string;
}

/**
 * Stops and starts apps on as many visors at once as there are places; each app is watched until it stays up. An app
 * that does not run is left as it is: a restart is no start.
 */
export async function restartApps(input: RestartInput): Promise<readonly RestartOutcome[]> {
  const timing = { ...DEFAULT_TIMING, ...input.timing };
  const places = new Places(timing);
  const results = await Promise.all(
    input.visors.map(async (visor) => {
      const place = await places.take(false, false);
      try {
        return await restartInTurn({ ...input, timing, places, place }, visor);
      } finally {
        place.leave();
      }
    }),
  );
  return results.flat();
}

/** What restarting on one visor needs, once it has a place. */
interface RestartRun extends RestartInput {
  readonly timing: ApplyTiming;
  readonly places: Places;
  readonly place: WritePlace;
}

async function restartInTurn(
  run: RestartRun,
  visor: VisorToRestart,
): Promise<readonly RestartOutcome[]> {
  const { key, name } = visor;
  if (run.stop.aborted) return refusedAll(run, visor, "refused", "interrupted before it began");
  run.emit({ type: "apply_progress", level: "info", message: `${name}: restart`, visor: key });
  const outcomes = await restartOn(run, visor);
  const bad = outcomes.filter(({ outcome }) => outcome !== "done").length;
  run.emit({
    type: "receipt",
    level: bad === 0 ? "info" : "error",
    message: `${name}: ${outcomes.length - bad} of ${outcomes.length} done`,
    visor: key,
  });
  return outcomes;
}

async function restartOn(
  run: RestartRun,
  visor: VisorToRestart,
): Promise<readonly RestartOutcome[]> {
  const { reader, clock, timing, place, apps } = run;
  const target: VisorTarget = { key: visor.key, route: visor.route };
  const reopen = (): ReturnType<typeof openSession> => openSession(run, target, { config: false });
  const opened = await reopen();
  if ("refusal" in opened) return refusedAll(run, visor, "unreachable", opened.refusal);
  try {
    const entries = (app: string): readonly AppReading[] =>
      opened.reading.apps.filter(({ name }) => name === app);
    const runs = (app: string): boolean => entries(app).some(isRunning);
    const left = apps.flatMap((app) => {
      const why = entries(app).length > 1 ? TWICE : runs(app) ? undefined : NOT_RUNNING;
      return why === undefined ? [] : [{ app, note: why }];
    });
    const wanted = apps.filter((app) => !left.some((other) => other.app === app));
    const seen = toSeenVisor(opened.reading, visor.route, clock.now());
    const refused = refusedRestarts(seen, visor, wanted);
    const changes = wanted.filter((app) => !refused.has(app)).map(restartOf);
    const context = { session: opened, reopen, reader, target, clock, timing, place };
    const outcomes = await runAppActions(context, changes);
    const { key } = visor;
    return [
      ...[...left, ...[...refused].map(([app, note]) => ({ app, note }))].map((why) => ({
        visor: key,
        outcome: "refused" as const,
        ...why,
      })),
      ...outcomes.map(({ path, outcome, note }) => ({
        visor: key,
        app: path.slice("apps.".length, -".running".length),
        outcome,
        ...defined({ note }),
      })),
    ];
  } finally {
    opened.close();
  }
}

const NOT_RUNNING = "it does not run, so there is nothing to restart";
const TWICE = "the visor has two apps of this name: take one out of its configuration";

/** The apps that may not start again, and why: a restart brings in force what others wrote since the last one. */
function refusedRestarts(
  seen: SeenVisor,
  { key, name, openToAnyone }: VisorToRestart,
  apps: readonly string[],
): ReadonlyMap<string, string> {
  const changes = apps.map(restartOf);
  const refusals = checkLists({ visor: key, name, seen, changes, openToAnyone });
  return new Map(
    refusals.map(({ path = "", message }) => [
      path.slice("apps.".length, -".running".length),
      message,
    ]),
  );
}

function refusedAll(
  { apps }: RestartInput,
  { key }: VisorToRestart,
  outcome: OutcomeKind,
  note: string,
): readonly RestartOutcome[] {
  return apps.map((app) => ({ visor: key, app, outcome, note }));
}

function restartOf(app: string): Change {
  return {
    path: `apps.${app}.running`,
    op: "change",
    action: "restart",
    before: true,
    after: true,
    reason: { place: { file: "", line: 1, column: 1 } },
    lifetime: "memory",
    restart: "none",
    risk: "app",
    step: STEPS.apps,
    method: "StopApp, StartApp",
    inverse: { after: true },
  };
}

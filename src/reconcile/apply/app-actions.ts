// Stops and starts the apps of one visor, and watches each until it stays as it is wanted.
import { assert, type Clock, sleep } from "../../core/index.ts";
import { type Change, changeKey, isKeptRunning, type Outcome } from "../../model/index.ts";
import type {
  AppReading,
  VisorReader,
  VisorTarget,
  WriteSession,
} from "../../skywire/visor/index.ts";
import { parseFieldPath } from "../diff/index.ts";
import { Notebook } from "./write-changes.ts";
import type { WritePlace } from "./places.ts";
import type { ApplyTiming } from "./timing.ts";

/** What starting and stopping apps needs. */
export interface AppActionContext {
  readonly session: WriteSession;
  /** Opens one more session: a visor ends each after some minutes, and every app may take its time. */
  readonly reopen: () => Promise<WriteSession | { readonly refusal: string }>;
  readonly reader: VisorReader;
  readonly target: VisorTarget;
  readonly clock: Clock;
  readonly timing: ApplyTiming;
  /** Held where this begins; given back as soon as nothing more is written, so that waiting holds none. */
  readonly place: WritePlace;
}

/** Statuses of an app as the visor counts them. */
const STATUS = { stopped: 0, running: 1, errored: 2, starting: 3 } as const;

/**
 * Carries out the step of apps of one visor, app by app, and judges each by watching it: an app is `done` only when it
 * was seen in its wanted state for a while, because a crashed app looks like a stopped one.
 */
export async function runAppActions(
  context: AppActionContext,
  changes: readonly Change[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, change] of changes.entries()) {
    if (index === 0) {
      outcomes.push(await runAppAction(context, change));
      continue;
    }
    await context.place.enter();
    const session = await context.reopen();
    if ("refusal" in session) {
      outcomes.push({ path: change.path, outcome: "unreachable", note: session.refusal });
      continue;
    }
    try {
      outcomes.push(await runAppAction({ ...context, session }, change));
    } finally {
      session.close();
    }
  }
  return outcomes;
}

async function runAppAction(context: AppActionContext, change: Change): Promise<Outcome> {
  const field = parseFieldPath(change.path);
  assert(field.section === "apps", "the step of apps holds app changes only");
  let book = new Notebook();
  const { session, place } = context;
  // Nothing more is written to this visor: others may be.
  const waitFor = async (isWanted: (app: AppReading | undefined) => boolean): Promise<Outcome> => {
    session.close();
    place.leave();
    return outcomeOf(change, book, await watchApp(context, field.app, isWanted), field.app);
  };
  const app = session.reading.apps.find(({ name }) => name === field.app);
  if (change.action === "restart" && app !== undefined && isKeptRunning(app)) {
    // The visor itself starts it again, with what its configuration says now.
    await book.attempt([change], () => session.stopApp(field.app));
    return await waitFor(isRunning);
  }
  if (change.action !== "start") {
    const wasStopped = isStopped(app);
    await book.attempt([change], () => session.stopApp(field.app));
    if (change.action === "stop") return await waitFor(isStopped);
    // The place is kept until the start: a run that is cut off leaves no more apps stopped than there are places.
    const stopped = await watchApp(context, field.app, isStopped);
    if (stopped.kind !== "settled") return outcomeOf(change, book, stopped, field.app);
    // An earlier run may have been cut off between the two: then there was nothing to stop.
    if (wasStopped && book.refused.has(changeKey(change))) book = new Notebook();
    if (book.notes.size > 0) {
      // The visor did not say that the old process ended: a start now could run two side by side.
      return {
        path: change.path,
        outcome: "unverified",
        note: `${firstNote(book)}; its process may still run, so it was not started again`,
      };
    }
  }
  await book.attempt([change], () => session.startApp(field.app, app?.launcherMode ?? ""));
  return await waitFor(isRunning);
}

type Watched =
  | { readonly kind: "settled"; readonly app: AppReading | undefined }
  | { readonly kind: "elsewhere"; readonly app: AppReading | undefined }
  | { readonly kind: "unseen"; readonly detail: string };

/** Looks at an app on fresh connections until it stays in the wanted state, reports an error, or time is up. */
async function watchApp(
  { reader, target, clock, timing }: AppActionContext,
  name: string,
  isWanted: (app: AppReading | undefined) => boolean,
): Promise<Watched> {
  const deadlineMs = clock.now() + timing.appDeadlineMs;
  let sinceMs: number | undefined;
  for (;;) {
    const reading = await reader.read(target, { config: false });
    const nowMs = clock.now();
    if (reading.kind !== "seen") {
      if (nowMs >= deadlineMs) return { kind: "unseen", detail: reading.detail };
    } else {
      const app = reading.apps.find((candidate) => candidate.name === name);
      if (isWanted(app)) {
        sinceMs ??= nowMs;
        if (nowMs - sinceMs >= timing.appSettleMs) return { kind: "settled", app };
      } else {
        const crashed = sinceMs !== undefined || app?.status === STATUS.errored;
        if (crashed || nowMs >= deadlineMs) return { kind: "elsewhere", app };
      }
    }
    await sleep(clock, timing.appPollMs);
  }
}

/** True for an app that runs or is coming up. */
export function isRunning(app: AppReading | undefined): boolean {
  return app?.status === STATUS.running || app?.status === STATUS.starting;
}

function isStopped(app: AppReading | undefined): boolean {
  return app === undefined || app.status === STATUS.stopped || app.status === STATUS.errored;
}

function outcomeOf(change: Change, book: Notebook, watched: Watched, name: string): Outcome {
  const { path } = change;
  const noted = book.notes.size > 0 ? firstNote(book) : undefined;
  if (watched.kind === "unseen") {
    return {
      path,
      outcome: "unverified",
      note: `the app could not be looked at again: ${watched.detail}`,
    };
  }
  if (watched.kind === "settled") {
    if (change.action === "stop" && noted !== undefined) {
      return {
        path,
        outcome: "unverified",
        note: `${noted}; it shows as stopped, but its process may still run`,
      };
    }
    const starting = watched.app?.status === STATUS.starting;
    return {
      path,
      outcome: "done",
      ...(starting ? { note: `${name} is still starting: ${watched.app.detail}` } : {}),
    };
  }
  const detail = watched.app?.detail ?? "";
  const shown = detail === "" ? "it stopped again, or never came up" : `it says: ${detail}`;
  const note = noted ?? (change.action === "stop" ? "it is still running" : shown);
  return { path, outcome: "failed", found: isRunning(watched.app), note };
}

function firstNote(book: Notebook): string {
  return [...book.notes.values()][0] ?? "";
}

// What is said while a command works: events as JSON lines, or a moving line of progress.
import { durationText } from "../../core/index.ts";
import type { Emit, FleetEvent } from "../../reconcile/index.ts";
import type { Given } from "./arguments.ts";
import { canShowProgress } from "./terminal-look.ts";
import { keyLabel, type Names, printable, shortKey } from "../../view/index.ts";
import type { World } from "./world.ts";
import { errLine } from "./print.ts";

const QUIET_MS = 500;
const REDRAW_MS = 120;
const HEARTBEAT_MS = 10_000;
const COLUMNS_USUAL = 80;
const EVENTS_FORMAT = "fleet.skywire/events/v1";

/** Events that begin and end the work on one visor. */
const STARTS: readonly FleetEvent["type"][] = ["observe_start", "apply_progress"];
const ENDS: readonly FleetEvent["type"][] = ["observe_complete", "observe_failed", "receipt"];

/** Shows work as it happens: JSON lines with `--events`, a moving line on a terminal, else nothing. */
export interface Reporter {
  readonly emit: Emit;
  /** True when standard output carries events, so that no text may. */
  readonly isEvents: boolean;
  /** Says what visors are called, once that is known: progress names them. */
  named(names: Names): void;
  /** Shows progress over `total` things, such as visors, while `work` runs. */
  during<Result>(
    total: number,
    things: "visors" | "steps",
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** What has been seen of the visors in flight. */
interface Progress {
  readonly total: number;
  readonly things: string;
  readonly names: Names;
  readonly startMs: number;
  readonly pending: Map<string, number>;
  done: number;
  failed: number;
}

/** Makes the reporter of one command. */
export function reporterOf(given: Given, world: World): Reporter {
  const isEvents = given.flag("events");
  const isVerbose = given.flag("verbose") && !isEvents;
  const isConcise = given.flag("concise");
  let progress: Progress | undefined;
  let names: Names = {};
  const print = (event: FleetEvent): void =>
    world.terminal.out(eventLine(event, world.clock.now()));
  if (isEvents) print({ type: "version", level: "info", message: EVENTS_FORMAT });
  return {
    isEvents,
    named: (known) => {
      names = known;
    },
    emit: (event) => {
      if (progress !== undefined) note(progress, event, world.clock.now());
      if (isEvents) print(event);
      if (isVerbose) errLine(world, event.message);
      else if (event.type === "diagnostic" && !isEvents) {
        // A progress line may stand there.
        if (progress !== undefined && canShowProgress(world)) world.terminal.redraw("");
        const whose = event.visor === undefined ? "" : `${labelOf(event.visor, names)}: `;
        errLine(world, `note: ${whose}${event.message}`);
      }
    },
    during: async (total, things, work) => {
      const current: Progress = {
        total,
        things,
        names,
        startMs: world.clock.now(),
        pending: new Map(),
        done: 0,
        failed: 0,
      };
      progress = current;
      const end = isEvents
        ? beat(current, world, print)
        : canShowProgress(world) && !isVerbose && !isConcise
          ? draw(current, world)
          : () => undefined;
      try {
        return await work();
      } finally {
        end();
        progress = undefined;
      }
    },
  };
}

/** One event as a line of JSON. */
function eventLine(event: FleetEvent, atMs: number): string {
  return `${JSON.stringify({ ts: new Date(atMs).toISOString(), ...event })}\n`;
}

function note(progress: Progress, event: FleetEvent, nowMs: number): void {
  const { visor } = event;
  if (visor === undefined) return;
  if (STARTS.includes(event.type)) progress.pending.set(visor, nowMs);
  if (ENDS.includes(event.type) && progress.pending.delete(visor)) {
    progress.done += 1;
    if (event.level !== "info") progress.failed += 1;
  }
}

function progressText(progress: Progress, nowMs: number): string {
  const seconds = Math.max((nowMs - progress.startMs) / 1_000, 0.001);
  const rate = `${(progress.done / seconds).toFixed(progress.done / seconds < 10 ? 1 : 0)}/s`;
  const failed = progress.failed === 0 ? "" : `, ${progress.failed} not good`;
  const oldest = [...progress.pending].toSorted((left, right) => left[1] - right[1])[0];
  const slowest =
    oldest === undefined
      ? ""
      : `, slowest ${labelOf(oldest[0], progress.names)} ${durationText(nowMs - oldest[1])}`;
  const total = progress.total === 0 ? "" : ` of ${progress.total}`;
  const left = progress.total === 0 ? "" : `, ${Math.max(progress.total - progress.done, 0)} left`;
  return `${progress.done}${total} ${progress.things}${left}, ${rate}${failed}${slowest}`;
}

/** The name of a visor, or its short key where it has none. */
function labelOf(key: string, names: Names): string {
  const label = keyLabel(key, names);
  return label === key ? shortKey(key) : printable(label);
}

/** A line for a screen of some width, cut between words; a width of 0 is one that nobody knows. */
function cutToScreen(line: string, columns: number): string {
  const room = (columns > 0 ? columns : COLUMNS_USUAL) - 1;
  if (line.length <= room) return line;
  const end = line.lastIndexOf(" ", room);
  return line.slice(0, end < 0 ? room : end).replace(/,$/, "");
}

/** Draws one line again and again, and wipes it at the end. */
function draw(progress: Progress, world: World): () => void {
  let wasDrawn = false;
  let cancel = world.clock.after(QUIET_MS, function redraw(): void {
    wasDrawn = true;
    const line = cutToScreen(progressText(progress, world.clock.now()), world.terminal.columns);
    world.terminal.redraw(line);
    cancel = world.clock.after(REDRAW_MS, redraw);
  });
  return () => {
    cancel();
    if (wasDrawn) world.terminal.redraw("");
  };
}

/** Says every few seconds that the work goes on, for whoever reads the events. */
function beat(progress: Progress, world: World, print: (event: FleetEvent) => void): () => void {
  let cancel = world.clock.after(HEARTBEAT_MS, function again(): void {
    print({ type: "heartbeat", level: "info", message: progressText(progress, world.clock.now()) });
    cancel = world.clock.after(HEARTBEAT_MS, again);
  });
  return () => cancel();
}

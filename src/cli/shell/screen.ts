// What a command shows while it works and what it prints: the last place at which a stranger's text is made safe.
import { durationText } from "../../core/index.ts";
import type { Emit, FleetEvent } from "../../reconcile/index.ts";
import {
  ansiPaint,
  keyLabel,
  type Names,
  type Paint,
  plainPaint,
  printable,
  screenText,
  shortKey,
} from "../../view/index.ts";
import type { Given } from "./arguments.ts";
import { errLine } from "./print.ts";
import type { World } from "./world.ts";

// What every command prints goes through here: the last place at which a stranger's text can be made safe.

/**
 * A world whose terminal gets no character that a reader cannot see, but ends of lines, tabs and the codes of our own
 * painter. Data for another program stays as it is, unless it goes to a screen.
 */
export function withScreen(world: World): World {
  const { terminal } = world;
  const forOut = (text: string): string => screenText(text, outPaint(world) === ansiPaint);
  const forErr = (text: string): string => screenText(text, errPaint(world) === ansiPaint);
  return {
    ...world,
    terminal: {
      outIsTerminal: terminal.outIsTerminal,
      errIsTerminal: terminal.errIsTerminal,
      inIsTerminal: terminal.inIsTerminal,
      get columns() {
        return terminal.columns;
      },
      out: (text) => terminal.out(forOut(text)),
      err: (text) => terminal.err(forErr(text)),
      data: (text) => terminal.data(terminal.outIsTerminal ? forOut(text) : text),
      redraw: (line) => terminal.redraw(printable(line)),
      ask: (question, signal) => terminal.ask(printable(question), signal),
      askHidden: (question) => terminal.askHidden(printable(question)),
      readInput: (options) => terminal.readInput(options),
      inputEnds: (signal) => terminal.inputEnds(signal),
    },
  };
}

// Whether there are colours, moving lines, and somebody who can be asked.

/** The look of standard output. */
export function outPaint(world: World): Paint {
  return hasColour(world, world.terminal.outIsTerminal) ? ansiPaint : plainPaint;
}

/** The look of standard error. */
export function errPaint(world: World): Paint {
  return hasColour(world, world.terminal.errIsTerminal) ? ansiPaint : plainPaint;
}

/** True when somebody sits at the keyboard and may be asked. CI never is. */
export function canAsk(world: World): boolean {
  return world.terminal.inIsTerminal && world.terminal.errIsTerminal && !isSet(world.env["CI"]);
}

/** True when moving progress lines make sense. */
export function canShowProgress(world: World): boolean {
  return world.terminal.errIsTerminal && !isSet(world.env["CI"]) && world.env["TERM"] !== "dumb";
}

/** NO_COLOR wins over FORCE_COLOR, which wins over what the stream is. */
function hasColour(world: World, isTerminal: boolean): boolean {
  if ((world.env["NO_COLOR"] ?? "") !== "") return false;
  if (isSet(world.env["FORCE_COLOR"])) return true;
  return isTerminal && world.env["TERM"] !== "dumb";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

// What is said while a command works: events as JSON lines, or a moving line of progress.

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

/** How work is to be shown as it happens. */
export interface ReportRequest {
  /** As JSON lines on standard output. */
  readonly isEvents: boolean;
  /** Each thing as a line on standard error, where no events are asked for. */
  readonly isVerbose: boolean;
  /** Without a moving line of progress. */
  readonly isConcise: boolean;
}

/** Reads `--events`, `--verbose` and `--concise`. */
export function reportRequestOf(given: Given): ReportRequest {
  const isEvents = given.flag("events");
  const isVerbose = given.flag("verbose") && !isEvents;
  return { isEvents, isVerbose, isConcise: given.flag("concise") };
}

/** Makes the reporter of one command. */
export function reporterOf(
  { isEvents, isVerbose, isConcise }: ReportRequest,
  world: World,
): Reporter {
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

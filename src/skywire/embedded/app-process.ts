// One app as it starts, runs, crashes and stops.
import type { AppBehaviour } from "./app-behaviour.ts";

/** What a visor says of one app. 0 stopped, 1 running, 2 errored, 3 starting. */
export interface AppStatus {
  readonly status: 0 | 1 | 2 | 3;
  readonly detail: string;
}

/** How a program was started. */
export interface AppStart {
  readonly atMs: number;
  readonly behaviour: AppBehaviour;
  /** The arguments and environment it got; later changes of the configuration do not reach it. */
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** How it was launched: `internal`, `external`, or empty for the release's default. */
  readonly mode: string;
  /** What the program says when it ends with an error of its own. */
  readonly fault: string;
}

/** Times after the reply to StartApp, in ms. Source: the recorded sessions of v1.3.20-6 app-life-*. */
const SPEAKS_AFTER_MS = 103;
const RUNS_AFTER_MS = 110;
const ERRORS_AFTER_MS = 140;
const CRASHES_AFTER_MS = 20;
const CRASHES_LATER_AFTER_MS = 3000;
/** KillApp answers while the process is still there. */
const KILL_TAKES_MS = 50;

const STOPPED: AppStatus = { status: 0, detail: "" };
const STARTING: AppStatus = { status: 3, detail: "Starting" };
const RUNNING: AppStatus = { status: 1, detail: "Running" };

/**
 * One app of one visor: its process, and what the visor believes about it. Nothing ticks: what is the case
 * follows from when it was started and the time it is asked.
 */
export class AppProcess {
  readonly #timeScale: number;
  #start: AppStart | undefined;
  #endsAtMs = Number.POSITIVE_INFINITY;
  /** Set while a stop that never ends has hidden a living process. */
  #abandoned = false;
  #detail: string | undefined;
  #error: string | undefined;
  /** Restarts since the last plain start; the environment grows with each. */
  restartsInRow = 0;

  constructor(timeScale: number) {
    this.#timeScale = timeScale;
  }

  copy(): AppProcess {
    const copy = new AppProcess(this.#timeScale);
    copy.#start = this.#start;
    copy.#endsAtMs = this.#endsAtMs;
    copy.#abandoned = this.#abandoned;
    copy.#detail = this.#detail;
    copy.#error = this.#error;
    copy.restartsInRow = this.restartsInRow;
    return copy;
  }

  /** The arguments the process runs with, while there is one. */
  running(nowMs: number): AppStart | undefined {
    return this.isAlive(nowMs) ? this.#start : undefined;
  }

  isAlive(nowMs: number): boolean {
    return this.#start !== undefined && !this.#abandoned && nowMs < this.#deathMs();
  }

  /** The last start ended by itself, against the program's wish. */
  hasCrashed(nowMs: number): boolean {
    return this.#start !== undefined && nowMs >= this.#deathMs();
  }

  status(nowMs: number): AppStatus {
    const start = this.#start;
    if (start === undefined || this.#abandoned) return STOPPED;
    const ageMs = (nowMs - start.atMs) / this.#timeScale;
    if (start.behaviour === "reports-error" && ageMs >= ERRORS_AFTER_MS) {
      return { status: 2, detail: this.#error ?? start.fault };
    }
    if (!this.isAlive(nowMs)) return STOPPED;
    if (this.#detail !== undefined) {
      return this.#detail === "Connecting"
        ? { status: 3, detail: this.#detail }
        : { status: 1, detail: this.#detail };
    }
    if (start.behaviour === "never-speaks" || start.behaviour === "crash-at-start") return STOPPED;
    if (ageMs < SPEAKS_AFTER_MS) return STOPPED;
    return ageMs < RUNS_AFTER_MS || start.behaviour === "starting-for-ever" ? STARTING : RUNNING;
  }

  start(start: AppStart): void {
    this.#start = start;
    this.#endsAtMs = Number.POSITIVE_INFINITY;
    this.#abandoned = false;
    this.#detail = undefined;
    this.#error = undefined;
  }

  /** True when the program reacts to the interrupt, and is gone; else the visor waits for it without end. */
  stop(): boolean {
    const ends =
      this.#start?.behaviour !== "stop-hangs" && this.#start?.behaviour !== "starting-for-ever";
    if (ends) this.#start = undefined;
    else this.#abandoned = true;
    return ends;
  }

  kill(nowMs: number): void {
    if (this.#abandoned) this.#start = undefined;
    this.#endsAtMs = nowMs + KILL_TAKES_MS * this.#timeScale;
  }

  /** The process is gone, killed from outside. */
  crash(): void {
    this.#start = undefined;
  }

  /** What the app, or somebody in its name, reports of itself. */
  report(detail: string): void {
    this.#detail = detail;
  }

  /** The text an app that ends with an error leaves behind. */
  reportError(error: string): void {
    this.#error = error;
  }

  #deathMs(): number {
    const start = this.#start;
    if (start === undefined) return Number.NEGATIVE_INFINITY;
    const after = LIFE_MS[start.behaviour];
    return Math.min(
      this.#endsAtMs,
      after === undefined ? Number.POSITIVE_INFINITY : start.atMs + after * this.#timeScale,
    );
  }
}

/** How long a program lives by itself. */
const LIFE_MS: Readonly<Partial<Record<AppBehaviour, number>>> = {
  "crash-at-start": CRASHES_AFTER_MS,
  "crash-later": CRASHES_LATER_AFTER_MS,
  "reports-error": ERRORS_AFTER_MS,
};

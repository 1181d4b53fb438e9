// This process: its time and randomness, its wish to stop, its limits, and in which folders it keeps things.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import type { Clock, Random } from "../core/index.ts";

// Who runs this process, as a lock tells others, and how many files it may open.

/** Who runs this process, in the form that a lock shows to others. */
export interface PlatformProcess {
  readonly pid: number;
  readonly host: string;
  readonly owner: string;
  isAlive(pid: number): boolean;
  /** When a process began, told apart from every other of its number; `undefined` for none and where it cannot be told. */
  startOf(pid: number): string | undefined;
}

const PS_TIMEOUT_MS = 2_000;

/** The facts of this process. */
export function nodeProcess(): PlatformProcess {
  return { pid: process.pid, host: hostname(), owner: ownerName(), isAlive, startOf };
}

function ownerName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process refuses the signal, but it runs.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  // One that ended stays in the table until its parent asks, which under some first processes nobody does.
  const state = process.platform === "linux" ? statOf(pid)?.[0] : undefined;
  return state !== "Z" && state !== "X";
}

/** Linux counts from the start of the machine, which has a name of its own; others show a date, which ps makes. */
function startOf(pid: number): string | undefined {
  if (process.platform === "win32") return undefined;
  if (process.platform !== "linux") return startByPs(pid);
  const boot = textOf("/proc/sys/kernel/random/boot_id");
  const ticks = statOf(pid)?.[TICKS_AT];
  return boot === undefined || ticks === undefined ? undefined : `${boot.trim()} ${ticks}`;
}

/** Of `starttime`, field 22 of proc(5), counted from the state, field 3. */
const TICKS_AT = 19;

/** The fields of /proc/PID/stat from the state on; the name before it, in parentheses, may hold anything. */
function statOf(pid: number): readonly string[] | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "/bin:/usr/bin", TZ: "UTC", LC_ALL: "C" },
    timeout: PS_TIMEOUT_MS,
  });
  const text = status === 0 ? stdout.trim() : "";
  return text === "" ? undefined : text;
}

/** How many files and connections this process may have open; undefined where the system does not tell in a file. */
export function openFilesMax(): number | undefined {
  try {
    const [, most] =
      /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return most === undefined ? undefined : Number(most);
  } catch {
    return undefined;
  }
}

// The system's time, as the port Clock.

/** The longest time that one timer of the system can wait; a longer one would run at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The system's time and timers. A timer keeps the process alive until it runs or is cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after: runAfter,
};

/** Runs something once this many milliseconds went by, however many they are; what it returns cancels that. */
export function runAfter(delayMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timer =
      leftMs <= TIMER_MS_MAX
        ? setTimeout(run, leftMs)
        : setTimeout(() => wait(leftMs - TIMER_MS_MAX), TIMER_MS_MAX);
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}

/** Milliseconds of a clock that only runs forward, and that nobody can set. */
export function nodeMonoMs(): number {
  return performance.now();
}

// The system's randomness, as the port Random.

/** Randomness of the operating system. */
export const nodeRandom: Random = (size) => new Uint8Array(randomBytes(size));

// ^C and the orderly end, as a wish to stop that the work in hand may finish first.

/** What a person or the system asked for: ^C, or an orderly end. */
export type Interrupt = "SIGINT" | "SIGTERM";

/**
 * Turns the first ^C or SIGTERM into a wish to stop, which the work in hand may finish first. A second one
 * ends the process at once, by the signal itself, so that whoever started it sees the usual code.
 * @returns a function that gives the signals back to the system
 */
export function onInterrupt(wish: (interrupt: Interrupt) => void): () => void {
  let isWished = false;
  const listeners: (readonly [Interrupt, () => void])[] = [];
  const release = (): void => {
    for (const [interrupt, listener] of listeners) process.removeListener(interrupt, listener);
  };
  for (const interrupt of ["SIGINT", "SIGTERM"] as const) {
    const listener = (): void => {
      if (isWished) {
        release();
        process.kill(process.pid, interrupt);
        return;
      }
      isWished = true;
      wish(interrupt);
    };
    listeners.push([interrupt, listener]);
    process.on(interrupt, listener);
  }
  return release;
}

/**
 * Calls `told` at the first ^C or SIGTERM, and then lets the process end by the signal itself.
 * @returns a function that gives the signals back to the system
 */
export function onFirstInterrupt(told: () => void): () => void {
  const listeners = (["SIGINT", "SIGTERM"] as const).map((interrupt) => {
    const listener = (): void => {
      release();
      told();
      process.kill(process.pid, interrupt);
    };
    process.on(interrupt, listener);
    return [interrupt, listener] as const;
  });
  const release = (): void => {
    for (const [interrupt, listener] of listeners) process.removeListener(interrupt, listener);
  };
  return release;
}

// In which folders this program keeps its key, its ledger and its state.

/** Where this program keeps things: the secret in `config`, the ledger and its pins in `state`. */
export interface HomeFolders {
  readonly config: string;
  readonly state: string;
}

/**
 * The folders of this user: below FLEET_HOME when that is set, else the platform's usual places.
 * Nothing is made.
 */
export function homeFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): HomeFolders {
  const home = env["FLEET_HOME"];
  if (home !== undefined && home !== "") {
    return { config: join(home, "config"), state: join(home, "state") };
  }
  const user = env["HOME"] ?? homedir();
  if (platform === "win32") {
    const roaming = env["APPDATA"] ?? join(user, "AppData", "Roaming");
    const local = env["LOCALAPPDATA"] ?? join(user, "AppData", "Local");
    return { config: join(roaming, "skywire-fleet"), state: join(local, "skywire-fleet") };
  }
  if (platform === "darwin") {
    const support = join(user, "Library", "Application Support", "skywire-fleet");
    return { config: join(support, "config"), state: join(support, "state") };
  }
  return {
    config: join(absolute(env["XDG_CONFIG_HOME"]) ?? join(user, ".config"), "skywire-fleet"),
    state: join(absolute(env["XDG_STATE_HOME"]) ?? join(user, ".local", "state"), "skywire-fleet"),
  };
}

/** The XDG rules say that a relative path is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") === true ? path : undefined;
}

// Who runs this process, as a lock tells others, and how many files it may open.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

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

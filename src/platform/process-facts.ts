import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

/** Who runs this process, in the form that the ledger's lock shows to others. */
export interface PlatformProcess {
  readonly pid: number;
  readonly host: string;
  readonly owner: string;
  isAlive(pid: number): boolean;
}

/** The facts of this process. */
export function nodeProcess(): PlatformProcess {
  return { pid: process.pid, host: hostname(), owner: ownerName(), isAlive };
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
    return true;
  } catch (error) {
    // Another user's process refuses the signal, but it runs.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
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

// Running a command that the user named, such as one that notifies.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/** How a command ended: `undefined` when it exited with 0, otherwise why not. */
export type CommandFault = string | undefined;

/** What a command is given. */
export interface CommandInput {
  /** The program and its arguments; no shell looks at them. */
  readonly argv: readonly string[];
  /** What it reads on standard input. What it writes is thrown away. */
  readonly input: string;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end, and ends it when it takes too long. Never fails. */
export function runCommand({ argv, input, timeoutMs, env }: CommandInput): Promise<CommandFault> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = begin(program, args, env);
    if (typeof child === "string") return resolve(child);
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(`it took more than ${timeoutMs} ms`);
    }, timeoutMs);
    const end = (fault: CommandFault): void => {
      clearTimeout(timer);
      resolve(fault);
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) =>
      end(code === 0 ? undefined : `it ended with ${code === null ? String(signal) : code}`),
    );
    // A program that reads nothing closes its end early.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Most of what goes wrong comes as an event, but an argument that no system takes is thrown. */
function begin(
  program: string,
  args: readonly string[],
  env: CommandInput["env"],
): ChildProcessByStdio<Writable, null, null> | string {
  try {
    return spawn(program, args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...env },
      windowsHide: true,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

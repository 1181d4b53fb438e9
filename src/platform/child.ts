// A child process of our own program, such as the embedded fleet of the demo.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** What a child process is started with. It reads nothing. */
export interface ChildOptions {
  readonly script: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Its standard input stays open as long as we live, and ^C at the terminal does not reach it: for a child that
   * must outlast its siblings and end with us.
   */
  readonly endsWithUs?: true;
  /** Told of everything it writes, on either stream. */
  readonly onText: (text: string) => void;
}

/** A running Node process. */
export interface Child {
  /** Its exit code once it has ended; 128 and the signal's number for one that a signal ended. */
  readonly ended: Promise<number>;
  /** Asks it to end, and insists after a while. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 3_000;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts a script with the Node that runs us. */
export function startChild(options: ChildOptions): Child {
  const child = spawn(process.execPath, [options.script, ...options.args], {
    cwd: options.folder,
    env: { ...options.env },
    stdio: [options.endsWithUs === true ? "pipe" : "ignore", "pipe", "pipe"],
    detached: options.endsWithUs === true,
    windowsHide: true,
  });
  child.stdin?.on("error", () => undefined);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => options.onText(text));
  }
  const ended = endOf(child);
  return {
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(insist);
    },
  };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0)));
  });
}

// The terminal: what is printed, asked and read without an echo.
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { tooLarge } from "./streams.ts";

/** The streams a person or a pipe sees. Writing never fails: a reader that went away is not our error. */
export interface Terminal {
  /** Writes a result (standard output). */
  out(text: string): void;
  /** Writes progress or a diagnostic (standard error). */
  err(text: string): void;
  /** Writes what another program reads (standard output), as it is. */
  data(text: string): void;
  /** Puts a line in the place of the one that stands on the screen (standard error); an empty one wipes it. */
  redraw(line: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  /** Width of standard error, in characters. */
  readonly columns: number;
  /** Asks on standard error and reads one line; empty when the input ends or the question is called off. */
  ask(question: string, signal?: AbortSignal): Promise<string>;
  /** The same for a secret: what is typed is not shown. */
  askHidden(question: string): Promise<string>;
  /**
   * Everything that stands on standard input; read once.
   * @throws FleetError files/too-large once there is more than `bytesMax`
   */
  readInput(options: { readonly bytesMax: number }): Promise<Uint8Array>;
  /** Resolves when standard input has ended, whatever stands there, or the signal calls it off. */
  inputEnds(signal: AbortSignal): Promise<void>;
}

/** Takes back what stands on the line of a screen. */
const WIPE = "\r\u001b[K";

/** The terminal of this process. A pipe that closes early ends output quietly. */
export function processTerminal(): Terminal {
  const out = quietly(process.stdout, "standard output");
  const err = quietly(process.stderr, "standard error");
  let input: Promise<Uint8Array> | undefined;
  return {
    out,
    err,
    data: out,
    redraw: (line) => err(`${WIPE}${line}`),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    inIsTerminal: process.stdin.isTTY === true,
    // Read each time: a window is made wider, and a screen that tells no width tells 0.
    get columns() {
      return process.stderr.columns || process.stdout.columns || 80;
    },
    ask,
    askHidden,
    readInput: ({ bytesMax }) => (input ??= readInput(bytesMax)),
    inputEnds,
  };
}

function quietly(stream: NodeJS.WriteStream, name: string): (text: string) => void {
  let isOpen = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isOpen && error.code !== "EPIPE") tellUnwritten(name, error);
    isOpen = false;
  });
  return (text) => {
    if (isOpen) stream.write(text);
  };
}

/** A full disk behind a redirection must not look like success. Whoever sets the exit code later leaves this one. */
function tellUnwritten(name: string, { code = "unknown" }: NodeJS.ErrnoException): void {
  process.exitCode = 1;
  process.stderr.write(`error: ${name} cannot be written to the end (${code})\n`);
}

/** How long what was typed before a question may take to come out of the terminal, ms. */
const TYPED_BEFORE_MS = 30;
const INTERRUPT_BYTE = 3;

/**
 * Reads away what was typed before a question is shown: it answers nothing. Raw mode brings out lines that are not
 * ended yet; a ^C among them counts.
 */
async function dropTyped(input: NodeJS.ReadStream): Promise<void> {
  if (!input.isTTY) return;
  let isInterrupted = false;
  const onData = (chunk: Uint8Array | string): void => {
    isInterrupted ||= Buffer.from(chunk).includes(INTERRUPT_BYTE);
  };
  input.setRawMode(true);
  input.on("data", onData).resume();
  await new Promise((resolve) => setTimeout(resolve, TYPED_BEFORE_MS));
  input.off("data", onData).pause();
  input.setRawMode(false);
  if (isInterrupted) process.kill(process.pid, "SIGINT");
}

async function ask(question: string, signal?: AbortSignal): Promise<string> {
  await dropTyped(process.stdin);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  lines.on("close", () => ended.abort());
  // Raw mode swallows ^C; hand it on so that the first ^C means the same everywhere.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const signals = signal === undefined ? [ended.signal] : [ended.signal, signal];
  try {
    return await lines.question(question, { signal: AbortSignal.any(signals) });
  } catch {
    return "";
  } finally {
    lines.close();
  }
}

async function askHidden(question: string): Promise<string> {
  await dropTyped(process.stdin);
  process.stderr.write(question);
  // Readline echoes what is typed to its output, so it gets one that goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}

async function readInput(bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > bytesMax) throw tooLarge("standard input", bytesMax);
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

async function inputEnds(signal: AbortSignal): Promise<void> {
  signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
  try {
    await finished(process.stdin.resume());
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

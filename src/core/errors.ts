// The one error of this program: a code, what happened, what to try next, and how the process exits.

/** The rooms that may raise a coded error; the part of a code before its slash. */
type ErrorArea =
  | "apply"
  | "cli"
  | "core"
  | "cxo"
  | "embedded"
  | "files"
  | "gob"
  | "key"
  | "ledger"
  | "manifest"
  | "net"
  | "observe"
  | "plan"
  | "relay"
  | "rpc"
  | "secret"
  | "tlog"
  | "visor"
  | "watch";

/** A stable name for what went wrong, `area/what`; programs branch on it, never on the message. */
export type ErrorCode = `${ErrorArea}/${string}`;

/** Exit codes of the command line; docs/exit-codes.md explains each. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 64 | 130 | 143;

/** What a {@link FleetError} may say beside its code and message. */
export interface FleetErrorOptions {
  /** The next thing the reader can try: a sentence without a trailing period. */
  readonly next?: string;
  /** The process exit code when this error ends a command; 1 when not given. */
  readonly exit?: ExitCode;
  readonly cause?: unknown;
}

/**
 * The world failed: a visor, a file, a peer's bytes. Never thrown for mistakes in the user's
 * manifest (those are {@link Diagnostic} values) nor for our own bugs (those are {@link BugError}).
 * The message never contains the text of its cause; one printer walks the chain.
 */
export class FleetError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly exit: ExitCode;

  constructor(code: ErrorCode, message: string, options: FleetErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FleetError";
    this.code = code;
    this.next = options.next;
    this.exit = options.exit ?? 1;
  }
}

/** We are wrong: an invariant of this program does not hold. */
export class BugError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BugError";
  }
}

/** Throws {@link BugError} unless `condition` holds. Never used on outside input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

/** Makes a switch exhaustive: the compiler refuses a variant that is not handled. */
export function unreachable(value: never): never {
  throw new BugError(`unexpected variant ${JSON.stringify(value)}`);
}

/** True when `error` is a {@link FleetError} whose code is `code` or starts with it (`"gob/"`). */
export function hasCode(error: unknown, code: string): error is FleetError {
  return error instanceof FleetError && error.code.startsWith(code);
}

// What calls go by: a method, the errors of a connection that ends, and the timer and the write that the calls of one connection share.
import { type ByteStream, type Clock, FleetError } from "../../core/index.ts";
import { type Encoder, type Schema, t } from "../gob/index.ts";

// A method, by its name and the types of its argument and reply, and the errors of calling it over a connection that ends.

// A method: its name and the types of its argument and reply.

/** One remote method: its full name and what goes in and comes out. */
export interface MethodDef<A, R> {
  /** `service.Method`; the service may hold dots itself. */
  readonly name: string;
  readonly args: Schema<A>;
  readonly reply: Schema<R>;
}

/** Names a remote method and its two schemas. */
export function defineMethod<A, R>(
  name: string,
  args: Schema<A>,
  reply: Schema<R>,
): MethodDef<A, R> {
  return { name, args, reply };
}

/** What net/rpc sends before each argument. */
export interface RequestHeader {
  readonly ServiceMethod: string;
  readonly Seq: number;
}

/** What net/rpc sends before each reply. An empty `Error` means success. */
export interface ResponseHeader extends RequestHeader {
  readonly Error: string;
}

export const requestHeader: Schema<RequestHeader> = t.struct("rpc.Request", {
  ServiceMethod: t.lossyString,
  Seq: t.uint,
});

export const responseHeader: Schema<ResponseHeader> = t.struct("rpc.Response", {
  ServiceMethod: t.lossyString,
  Seq: t.uint,
  Error: t.lossyString,
});

// The errors of a client whose connection ended, by how far it had come.

/** What a connection had received when it ended. */
export interface ReceivedState {
  readonly bytesReceived: number;
  /** Part of a reply had arrived. */
  readonly midMessage: boolean;
}

/** The peer ended the connection; the code says how much of an answer there was. */
export function closedByPeer(state: ReceivedState, cause: Error | undefined): FleetError {
  const options = cause === undefined ? {} : { cause };
  if (state.bytesReceived === 0) {
    return new FleetError("rpc/closed-silent", "the connection was closed without an answer", {
      ...options,
      next: "check that a visor listens there and lets this key in",
    });
  }
  if (state.midMessage) {
    return new FleetError(
      "rpc/closed-mid-message",
      "the connection was closed in the middle of a reply",
      {
        ...options,
        next: "the visor probably stopped; look whether it runs and try again",
      },
    );
  }
  return new FleetError("rpc/closed", "the connection was closed before all calls were answered", {
    ...options,
    next: "the visor probably stopped or refused the call; look whether it runs and try again",
  });
}

/** No reply in time. Go's protocol cannot cancel: the call may still take effect. */
export function timedOut(method: string, timeoutMs: number, midMessage: boolean): FleetError {
  const next = "try again with a longer --timeout";
  return midMessage
    ? new FleetError(
        "rpc/stalled",
        `part of a reply came, then nothing; ${method} waited ${timeoutMs} ms`,
        { next },
      )
    : new FleetError("rpc/timeout", `no reply to ${method} within ${timeoutMs} ms`, { next });
}

/** We closed the connection ourselves. */
export function closedHere(): FleetError {
  return withoutStack(
    () => new FleetError("rpc/closed-here", "the connection was closed on this side"),
  );
}

/** The bytes that came are no gob stream or no net/rpc reply. */
export function undecodable(cause: unknown): FleetError {
  return new FleetError(
    "rpc/undecodable",
    "the reply is not what a visor sends; the connection was closed",
    {
      cause,
      next: "check the address: something else may listen there",
    },
  );
}

/** The caller gave up. */
export function aborted(method: string, cause: unknown): FleetError {
  return new FleetError("rpc/aborted", `the call of ${method} was given up`, { cause });
}

/** The method itself failed; `text` is what it said. */
export function remoteFailure(text: string): FleetError {
  return withoutStack(() => new FleetError("rpc/remote", text));
}

/** Some errors are ordinary answers, many on each connection; where they were made tells nothing. */
function withoutStack(make: () => FleetError): FleetError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

// What the calls of one connection share: one timer for their deadlines, and one write for what is written at once.

// Many deadlines on one timer.

/** Something that has until a certain time. */
export interface Due {
  /** By the clock; infinity for never. */
  readonly dueMs: number;
}

/** One timer for many deadlines: setting one for each call would cost more than the call. */
export class Deadlines<T extends Due> {
  readonly #clock: Clock;
  readonly #waiting: () => Iterable<T>;
  readonly #expire: (item: T) => void;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  /** `waiting` lists what has a deadline; `expire` is told what passed its own. */
  constructor(clock: Clock, waiting: () => Iterable<T>, expire: (item: T) => void) {
    this.#clock = clock;
    this.#waiting = waiting;
    this.#expire = expire;
  }

  /** Takes notice of a deadline, and of `dueMs` as the earliest if it is. */
  watch(dueMs: number): void {
    if (
      dueMs === Number.POSITIVE_INFINITY ||
      (this.#timer !== undefined && this.#timer.atMs <= dueMs)
    )
      return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => this.#ring());
    this.#timer = { atMs: dueMs, cancel };
  }

  /** Nothing waits any more: no timer keeps the process alive. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of [...this.#waiting()]) {
      if (item.dueMs <= now) this.#expire(item);
      else earliest = Math.min(earliest, item.dueMs);
    }
    this.watch(earliest);
  }
}

// Joins what is written at once into one write.

/** Turns of the microtask queue to wait, so that calls made by the answers to earlier ones join the same write. */
const HOPS = 3;

/** Sends what an encoder holds: everything that is added within one turn leaves in one write. */
export class WriteBatch {
  readonly #stream: ByteStream;
  readonly #encoder: Encoder;
  #preamble: Uint8Array | undefined;
  #scheduled = false;
  #open = true;

  constructor(stream: ByteStream, encoder: Encoder, preamble?: Uint8Array) {
    this.#stream = stream;
    this.#encoder = encoder;
    this.#preamble = preamble;
  }

  /** Sends soon: at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#hop(HOPS);
  }

  /** Sends now. */
  flush(): void {
    if (!this.#open || this.#encoder.pendingBytes === 0) return;
    const bytes = this.#encoder.take();
    const preamble = this.#preamble;
    if (preamble === undefined) {
      this.#stream.write(bytes);
      return;
    }
    this.#preamble = undefined;
    const joined = new Uint8Array(preamble.length + bytes.length);
    joined.set(preamble);
    joined.set(bytes, preamble.length);
    this.#stream.write(joined);
  }

  /** Sends nothing more, not even what waits. */
  stop(): void {
    this.#open = false;
  }

  #hop(left: number): void {
    queueMicrotask(() => {
      if (left > 1) this.#hop(left - 1);
      else {
        this.#scheduled = false;
        this.flush();
      }
    });
  }
}

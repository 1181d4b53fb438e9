// A method, by its name and the types of its argument and reply, and the errors of calling it over a connection that ends.
import { FleetError } from "../../core/index.ts";
import { type Schema, t } from "../gob/index.ts";

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

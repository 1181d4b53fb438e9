// A method as a server offers it.
import type { Schema } from "../gob/index.ts";
import type { MethodDef } from "./calls.ts";
import type { PartialReply } from "./partial-reply.ts";

/** The connection a call came on, as its handler sees it. */
export interface ServerConnection {
  /** Cuts the connection at once: waiting replies are lost. */
  destroy(): void;
  readonly isOpen: boolean;
  /** Calls whose handlers have not finished. */
  readonly inFlight: number;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
}

/** One call, as its handler sees it. */
export interface ServerCall {
  readonly method: string;
  readonly seq: number;
  readonly connection: ServerConnection;
}

/**
 * Answers one call. What it throws becomes the reply's error text. A promise that never settles never answers.
 * Handlers of one connection overlap, and replies leave in the order they are ready.
 */
export type Handler<A, R> = (
  args: A,
  call: ServerCall,
) => R | PartialReply<R> | Promise<R | PartialReply<R>>;

/** A method with its handler, ready for a server's table. */
export interface ServedMethod {
  readonly name: string;
  readonly args: Schema<unknown>;
  readonly reply: Schema<unknown>;
  run(args: unknown, call: ServerCall): unknown;
}

/** Joins a method and what answers it. The handler runs only for arguments that fit the schema. */
export function served<A, R>(method: MethodDef<A, R>, handler: Handler<A, R>): ServedMethod {
  return {
    name: method.name,
    args: method.args,
    reply: method.reply,
    run: (args, call) => handler(args as A, call),
  };
}

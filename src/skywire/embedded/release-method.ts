// One method of a release: its types, what it does, and what it does to a visor that is not up.
import type { Schema } from "../gob/index.ts";
import { defineMethod, served, type ServedMethod, type ServerConnection } from "../rpc/index.ts";
import type { Session } from "./session.ts";
import type { VisorInstance } from "./visor-instance.ts";

/** The service under which a visor registers its methods. */
const SERVICE = "app-visor";

/** What a method does on a visor whose modules are not up. */
export type Early = "runs" | "dies" | "hangs" | { readonly error: string };

/** What a handler is given beside its argument. */
export interface CallContext {
  /** The run that answers; for a lying visor's changes a copy that is thrown away. */
  readonly instance: VisorInstance;
  readonly session: Session;
}

/** One method of a release, and what the visor does when it is called. */
export interface MethodSpec<A, R> {
  readonly name: string;
  readonly args: Schema<A>;
  readonly reply: Schema<R>;
  /** A `write` changes something somewhere; only that counts as mutating. */
  readonly effect: "read" | "write";
  readonly early: Early;
  run(context: CallContext, args: A): R | Promise<R>;
}

/** A method without its types, as tables of methods hold it. */
export interface ReleaseMethod {
  readonly name: string;
  readonly effect: "read" | "write";
  readonly early: Early;
  serve(sessionOf: (connection: ServerConnection) => Session): ServedMethod;
}

/** Error texts of a visor without its launcher or its transport manager. Source: session degraded-reads. */
export const NO_LAUNCHER: Early = { error: "no app launcher available" };
export const NO_TRANSPORTS: Early = { error: "no transport manager available" };

/** Prepares a method for a release's table. */
export function method<A, R>(spec: MethodSpec<A, R>): ReleaseMethod {
  return {
    name: spec.name,
    effect: spec.effect,
    early: spec.early,
    serve: (sessionOf) =>
      served(defineMethod(`${SERVICE}.${spec.name}`, spec.args, spec.reply), (args, call) => {
        const session = sessionOf(call.connection);
        return session.inTurn(() => execute(spec, session, args));
      }),
  };
}

function execute<A, R>(spec: MethodSpec<A, R>, session: Session, args: A): R | Promise<R> {
  const { instance } = session;
  if (instance.isEarly && spec.early !== "runs") {
    if (spec.early === "dies") return session.dies(spec.name);
    if (spec.early === "hangs") return never();
    throw new Error(spec.early.error);
  }
  const isLie = instance.visor.state === "lying" && spec.effect === "write";
  return spec.run({ session, instance: isLie ? instance.scratch() : instance }, args);
}

/** A call that is never answered. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

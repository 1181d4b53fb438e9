// A method: its name and the types of its argument and reply.
import { type Schema, t } from "../gob/index.ts";

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

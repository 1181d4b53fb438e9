// What a server is made with.
import type { GobLimits } from "../gob/index.ts";
import type { ServedMethod } from "./served-method.ts";

/** One request, as the server met it. */
export interface RequestEvent {
  readonly seq: number;
  readonly method: string;
  /** `called`: the handler runs; `refused`: the argument does not fit; `unknown`: there is no such method. */
  readonly outcome: "called" | "refused" | "unknown";
  /** The decoded argument; of a refused or unknown call whatever came, where that is known. */
  readonly args: unknown;
  /** The error text that goes back; `undefined` for a call. */
  readonly error: string | undefined;
}

/** What the connections of one server share. */
export interface ServerSettings {
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly services: ReadonlySet<string>;
  readonly observe: ((event: RequestEvent) => void) | undefined;
  readonly limits: Partial<GobLimits>;
  readonly maxInFlight: number;
  readonly firstId: number | undefined;
}

/** What stands before the last dot. */
export function serviceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** Why a method cannot be called, in Go's words; `undefined` when it can. */
export function lookUpFault(settings: ServerSettings, name: string): string | undefined {
  if (settings.methods.has(name)) return undefined;
  if (!name.includes(".")) return `rpc: service/method request ill-formed: ${name}`;
  if (!settings.services.has(serviceOf(name))) return `rpc: can't find service ${name}`;
  return `rpc: can't find method ${name}`;
}

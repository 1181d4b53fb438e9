// What is done to both visors of test/peers/two-visors.test.ts, in short words.
import type { Json } from "../../src/core/index.ts";
import { type Schema, t } from "../../src/skywire/gob/index.ts";
import type { MethodName } from "../../src/skywire/visor/index.ts";
import { CALLS } from "../../src/skywire/visor/methods.ts";
import { fieldsArgument } from "./embedded-world.ts";
import { keyOf } from "./manifest-text.ts";
import type { Deed } from "./two-visors.ts";

/** What is done to both, beginning with `config`; afterwards they must be alike. */
export interface Row {
  readonly title: string;
  readonly deeds: readonly Deed[];
  readonly config?: Readonly<Record<string, Json>>;
}

/** Two keys of strangers. */
export const KIM: string = keyOf("kim");
export const LEE: string = keyOf("lee");
/** A web proxy that is off. */
export const OFF = { enable: false, proxy_port: 4445 } as const;
/** Both visors are started anew. */
export const restart: Deed = { restart: true };

/** A call whose argument the program itself sends. */
export function call(name: MethodName, value: unknown = {}): Deed {
  return other(name, CALLS[name].method.args as Schema<never>, value);
}

/** A call that the program never sends. */
export function other(name: string, schema: Schema<never>, value: unknown): Deed {
  return { call: name, schema: schema as unknown as Schema<unknown>, value };
}

/** `SetConfigFields`. */
export function set(fields: Readonly<Record<string, unknown>>): Deed {
  return { call: "SetConfigFields", ...fieldsArgument(fields) };
}

/** One entry of `SetConfigFields` as text, which need not be JSON. */
export function raw(path: string, text: string): Deed {
  const value = new Map([[path, new TextEncoder().encode(text)]]);
  return { call: "SetConfigFields", schema: fieldsArgument({}).schema, value };
}

/** Registers the record of port 8080, or another. */
export function register(record: Readonly<Record<string, unknown>>): Deed {
  return call("RegisterForwardedPort", port(record));
}

/** Updates it. */
export function update(record: Readonly<Record<string, unknown>>): Deed {
  return call("UpdateForwardedPort", port(record));
}

function port(record: Readonly<Record<string, unknown>>): object {
  return {
    ...{ Port: 8080, LocalPort: 0, Label: "", Description: "", ShowOnLanding: false },
    ...{ Whitelist: [], Skynet: false, DMSG: false, UDP: false, ProxyAddr: "" },
    ...{ PreserveHost: false, InjectPK: false, ...record },
  };
}

/** Replaces an app's arguments. */
export function args(app: string, list: readonly string[]): Deed {
  return call("SetAppArgs", { AppName: app, Args: list });
}

const variable = t.struct("In", { AppName: t.string, Key: t.string, Value: t.string });

/** Sets one variable of an app. */
export function env(app: string, Key: string, Value: string): Deed {
  return other("SetAppEnv", variable as never, { AppName: app, Key, Value });
}

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { defineMethod } from "../../../src/skywire/rpc/index.ts";
import {
  type Argument,
  embeddedWorld,
  type EmbeddedWorld,
  failureOf,
  fieldsArgument,
} from "../../support/embedded-world.ts";

const FRIEND = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const change = t.struct("visorapi.ConfigFieldChange", {
  Path: t.string,
  Old: t.bytes,
  New: t.bytes,
  Live: t.bool,
});
const method = defineMethod("app-visor.SetConfigFields", t.map(t.string, t.bytes), t.list(change));
let world: EmbeddedWorld;

beforeEach(async () => {
  world = await embeddedWorld([{ name: "shop", profile: "newest", local: true }]);
});

afterEach(async () => {
  await world.fleet.stop();
});

async function set(argument: Argument): Promise<readonly string[]> {
  const client = await world.connect("shop");
  try {
    const changes = await client.call(method, argument.value as ReadonlyMap<string, Uint8Array>);
    return changes.map(
      (each) => `${each.Path} ${fromUtf8(each.Old)} ${fromUtf8(each.New)} ${each.Live}`,
    );
  } finally {
    client.close();
  }
}

function raw(path: string, text: string): Argument {
  return {
    schema: t.map(t.string, t.bytes),
    value: new Map([[path, new TextEncoder().encode(text)]]),
  };
}

describe("SetConfigFields", () => {
  it.each([
    {
      name: "a live field",
      fields: { "routing.min_hops": 2 },
      reply: ["routing.min_hops 0 2 true"],
    },
    {
      name: "a field for the next start",
      fields: { "transport.stcpr_port": 9 },
      reply: ["transport.stcpr_port 0 9 false"],
    },
    {
      name: "a trust list",
      fields: { hypervisors: [FRIEND] },
      reply: [`hypervisors [] ["${FRIEND}"] true`],
    },
    {
      name: "an app's field",
      fields: { "launcher.apps[skychat].auto_start": false },
      reply: ["launcher.apps[skychat].auto_start true false true"],
    },
    {
      name: "an entry of a map",
      fields: { "routing.router_settings[width]": "wide" },
      reply: ['routing.router_settings[width] null "wide" true'],
    },
    {
      name: "several, sorted by path",
      fields: { "routing.min_hops": 1, is_public: true },
      reply: ["is_public false true true", "routing.min_hops 0 1 true"],
    },
    {
      name: "null, which is Go's zero",
      fields: { "pty.whitelist": null },
      reply: ["pty.whitelist [] null true"],
    },
  ])("sets $name", async ({ fields, reply }) => {
    expect(await set(fieldsArgument(fields))).toEqual(reply);
  });

  it.each([
    {
      name: "a bare word for a text",
      argument: raw("log_level", "debug"),
      reply: 'log_level "info" "debug" true',
    },
    {
      name: "a quoted number",
      argument: raw("routing.min_hops", '"3"'),
      reply: "routing.min_hops 0 3 true",
    },
  ])("accepts $name", async ({ argument, reply }) => {
    expect(await set(argument)).toEqual([reply]);
  });

  it.each([
    {
      name: "the secret key",
      fields: { sk: "x" },
      error: "sk is not editable: visor identity and secret keys are refused",
    },
    {
      name: "the key",
      fields: { pk: FRIEND },
      error: "pk is not editable: visor identity and secret keys are refused",
    },
    {
      name: "a whole map",
      fields: { "routing.router_settings": {} },
      error:
        "routing.router_settings is owned by the router/app settings catalogs; set it with `skywire cli route settings`",
    },
    {
      name: "a field nobody knows",
      fields: { "routing.nope": 1 },
      error: 'unknown config path "routing.nope" (no field "nope")',
    },
    {
      name: "an app nobody knows",
      fields: { "launcher.apps[nope].args": [] },
      error: 'launcher.apps[nope].args: no entry named "nope" in apps',
    },
    {
      name: "a field of a block that is not set",
      fields: { "dmsgscp.whitelist": [] },
      error: "dmsgscp.whitelist: dmsgscp is not set; set the whole block first",
    },
    {
      name: "a value of another type",
      fields: { "routing.min_hops": true },
      error:
        "routing.min_hops: value true is not valid for this field (uint16): json: cannot unmarshal bool into Go value of type uint16",
    },
    {
      name: "a key that is none",
      fields: { hypervisors: ["02ff"] },
      error:
        'hypervisors: value ["02ff"] is not valid for this field ([]cipher.PubKey): Invalid public key',
    },
    {
      name: "an unknown member",
      fields: { dmsg_web: { nope: 1 } },
      error:
        'dmsg_web: value {"nope":1} is not valid for this field (struct): json: unknown field "nope"',
    },
    {
      name: "a read-only mirror",
      fields: { "dmsg.sessions_count": 3 },
      error:
        "dmsg.sessions_count is a read-only mirror of state held elsewhere in the config and cannot be set by path",
    },
  ])("refuses $name, and sets nothing else either", async ({ fields, error }) => {
    const before = world.fleet.control.inspect("shop").config;
    const failure = await failureOf(set(fieldsArgument({ ...fields, is_public: true })));
    expect(failure).toEqual({ code: "rpc/remote", message: error });
    expect(world.fleet.control.inspect("shop").config).toEqual(before);
  });

  it("does not exist before it came", async () => {
    await world.fleet.stop();
    world = await embeddedWorld([{ name: "shop", profile: "v1.3.94", local: true }]);
    expect(await failureOf(set(fieldsArgument({ is_public: true })))).toMatchObject({
      message: "rpc: can't find method app-visor.SetConfigFields",
    });
  });
});

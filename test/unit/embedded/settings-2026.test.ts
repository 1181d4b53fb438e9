import { afterEach, describe, expect, it } from "vitest";
import { fromUtf8, type Json, type JsonObject, utf8 } from "../../../src/core/index.ts";
import {
  embeddedWorld,
  type EmbeddedWorld,
  failureOf,
  fieldsArgument,
} from "../../support/embedded-world.ts";

const FRIEND = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const BLOCK = { enable: false, proxy_port: 4445, proxy_addr: "" };
let world: EmbeddedWorld;

afterEach(async () => {
  await world.fleet.stop();
});

async function start(config: Readonly<Record<string, Json>> = {}): Promise<void> {
  world = await embeddedWorld([{ name: "shop", profile: "newest", local: true, config }]);
}

async function set(fields: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const failure = await failureOf(world.call("shop", "SetConfigFields", fieldsArgument(fields)));
  return failure?.message;
}

function config(path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>(
      (value, name) => (value as JsonObject | null | undefined)?.[name],
      world.fleet.control.inspect("shop").config,
    );
}

async function fileOf(name: string): Promise<string> {
  const bytes = await world.files.read(`${world.visor("shop").folder}/${name}`);
  return fromUtf8(bytes ?? utf8(""));
}

describe("the address of a web proxy", () => {
  it("A4: is empty by default, and setting it turns the proxy on", async () => {
    await start({ dmsg_web: { ...BLOCK, proxy_addr: "" } });
    expect(config("dmsg_web.proxy_addr")).toBe("");
    expect(await set({ "dmsg_web.proxy_addr": "192.168.1.50" })).toBeUndefined();
    expect(config("dmsg_web.enable")).toBe(true);
    expect(config("dmsg_web.proxy_addr")).toBe("192.168.1.50");
  });

  it("A4: turns it on again in the call that turns it off", async () => {
    await start({ dmsg_web: { ...BLOCK, enable: true } });
    await set({ "dmsg_web.enable": false, "dmsg_web.proxy_addr": "" });
    expect(config("dmsg_web.enable")).toBe(true);
  });
});

describe("blocks that are not set", () => {
  it.each(["dmsg_web", "skynet_web", "hypervisor"])(
    "A5: a new visor has no %s, and no field of it can be set",
    async (block) => {
      // The visor that others come through is a hypervisor.
      await start(block === "hypervisor" ? { hypervisor: null } : {});
      expect(config(block) ?? undefined).toBeUndefined();
      expect(await set({ [`${block}.enable`]: true, is_public: true })).toBe(
        `${block}.enable: ${block} is not set; set the whole block first`,
      );
      expect(config("is_public")).toBe(false);
      expect(await set({ [block]: { enable: true } })).toBeUndefined();
      expect(config(`${block}.enable`)).toBe(true);
    },
  );

  it("A5: a proxy that the visor did not start with takes no upstream", async () => {
    await start();
    await set({ dmsg_web: { enable: false } });
    expect(await set({ "dmsg_web.upstream_socks": "127.0.0.1:9050" })).toBe(
      "dmsg_web.upstream_socks: dmsgweb resolver not initialized",
    );
  });
});

describe("a call that ends in an error", () => {
  it("A6: keeps what comes before it, and nothing of that is mirrored", async () => {
    await start();
    await set({ skynet_web: { enable: false } });
    const error = await set({
      is_public: true,
      "skynet_web.upstream_socks": "127.0.0.1:9050",
      "transport.stcpr_port": 4000,
    });
    expect(error).toContain("skynetweb resolver not initialized");
    expect(config("transport.stcpr_port"), "what waits for a restart comes first").toBe(4000);
    expect(config("is_public")).toBe(true);
    expect(await fileOf("skywire.conf")).not.toContain("VISORISPUBLIC");
    expect(await set({ is_public: true })).toBeUndefined();
    expect(await fileOf("skywire.conf")).toContain("VISORISPUBLIC=true\n");
  });

  it("A6: leaves live fields after it as they were", async () => {
    await start();
    await set({ dmsg_web: { enable: false } });
    await set({ "dmsg_web.upstream_socks": "127.0.0.1:9050", is_public: true });
    expect(config("is_public")).toBe(false);
  });
});

describe("what the newest texts say of the configuration", () => {
  it.each<{ name: string; fields: Record<string, unknown> }>([
    { name: "routing.mux_fec is true or false", fields: { "routing.mux_fec": true } },
    { name: "a router knob is a text", fields: { "routing.router_settings[width]": "wide" } },
    { name: "flight_recorder is live", fields: { flight_recorder: true } },
    {
      name: "upstream rules are pairs",
      fields: { dmsg_web: { enable: false, upstream_rules: [{ suffix: "a", upstream: "b:1" }] } },
    },
    { name: "pty.allow_rpc_exec", fields: { "pty.allow_rpc_exec": true } },
    { name: "public_visor", fields: { public_visor: null } },
    { name: "routing.mux_routes", fields: { "routing.mux_routes": 2 } },
  ])("A11: $name", async ({ fields }) => {
    await start();
    expect(await set(fields)).toBeUndefined();
  });

  it.each([
    { fields: {}, error: "no fields given" },
    { fields: { " ": 1 }, error: "empty config path" },
    { fields: { "a..b": 1 }, error: 'malformed config path "a..b": empty path element' },
    {
      fields: { "routing.nope": 1 },
      error: 'unknown config path "routing.nope" (no field "nope")',
    },
    {
      fields: { sk: "x" },
      error: "sk is not editable: visor identity and secret keys are refused",
    },
    {
      fields: { "app_settings[skychat]": {} },
      error:
        "app_settings[skychat] is owned by the router/app settings catalogs; set it with `skywire cli proxy settings`",
    },
    {
      fields: { "launcher.apps[nope].args": [] },
      error: 'launcher.apps[nope].args: no entry named "nope" in apps',
    },
    {
      fields: { "routing.router_settings[a].b": 1 },
      error: "routing.router_settings[a].b: a map index must be the last path element",
    },
    {
      fields: { "dmsg.sessions_count": 3 },
      error:
        "dmsg.sessions_count is a read-only mirror of state held elsewhere in the config and cannot be set by path",
    },
    {
      fields: { "routing.min_hops": true },
      error:
        "routing.min_hops: value true is not valid for this field (uint16): json: cannot unmarshal bool into Go value of type uint16",
    },
  ])("A12: refuses with the words $error", async ({ fields, error }) => {
    await start();
    expect(await set(fields)).toBe(error);
  });

  it("A11: members that it does not know stay in the file", async () => {
    await start();
    const path = `${world.visor("shop").folder}/skywire-config.json`;
    const text = await fileOf("skywire-config.json");
    await world.files.replace(path, utf8(text.replace("{", '{"of_tomorrow": {"a": 1},')));
    await world.restart("shop");
    await set({ is_public: true });
    expect(JSON.parse(await fileOf("skywire-config.json"))).toMatchObject({
      of_tomorrow: { a: 1 },
      is_public: true,
    });
  });

  it("A11: skywire.conf has lists of words, bare flags and numbers, quoted texts", async () => {
    await start();
    await set({
      hypervisors: [FRIEND],
      "routing.min_hops": 2,
      is_public: true,
      log_level: "debug",
    });
    const conf = await fileOf("skywire.conf");
    expect(conf).toContain(`HYPERVISORPKS=('${FRIEND}')\n`);
    expect(conf).toContain("MINHOPS=2\n");
    expect(conf).toContain("VISORISPUBLIC=true\n");
    expect(conf).toContain("LOGLVL='debug'\n");
    await world.fleet.control.regen("shop");
    expect(config("hypervisors")).toEqual([FRIEND]);
    expect(config("log_level")).toBe("debug");
  });

  it("A6: Skyenv shows its values, lists as words with blanks between", async () => {
    await start();
    const other = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
    await set({ hypervisors: [FRIEND, other], is_public: true, log_level: "debug" });
    const { Values } = (await world.call("shop", "Skyenv")) as {
      readonly Values: ReadonlyMap<string, string>;
    };
    expect(Object.fromEntries(Values)).toMatchObject({
      HYPERVISORPKS: `${FRIEND} ${other}`,
      VISORISPUBLIC: "true",
      LOGLVL: "debug",
    });
  });
});

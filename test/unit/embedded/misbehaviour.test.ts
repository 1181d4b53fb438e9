import { afterEach, describe, expect, it } from "vitest";
import type { Makeable } from "../../../src/skywire/embedded/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { createVisorReader } from "../../../src/skywire/visor/index.ts";
import {
  embeddedWorld,
  type EmbeddedWorld,
  failureOf,
  fieldsArgument,
  keyArgument,
  textArgument,
} from "../../support/embedded-world.ts";

const FRIEND = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
let world: EmbeddedWorld;

afterEach(async () => {
  await world.fleet.stop();
});

async function start(state: Makeable): Promise<void> {
  world = await embeddedWorld([
    { name: "laptop", profile: "newest", local: true },
    { name: "shop", profile: "newest", hypervisors: ["laptop", FRIEND], state },
  ]);
}

async function read(timeoutMs = 400): Promise<string> {
  const local = world.visor("laptop").local ?? { host: "", port: 0 };
  const timeouts = { firstReplyMs: timeoutMs, callMs: timeoutMs, bridgeDialMs: 100 };
  const reader = createVisorReader({
    dial: world.fleet.dial,
    clock: world.clock,
    rpcAddress: local,
    timeouts,
  });
  const reading = await reader.read(world.target("shop"));
  return reading.kind === "unreachable" ? `unreachable: ${reading.reason}` : reading.kind;
}

describe("a visor made to misbehave, as a reader sees it", () => {
  it.each<{ state: Makeable; seen: string; timeoutMs?: number }>([
    { state: "honest", seen: "seen" },
    { state: "dead", seen: "unreachable: dial-timeout" },
    { state: "slow", seen: "seen" },
    { state: "slow", seen: "unreachable: not-answering", timeoutMs: 30 },
    { state: "dying", seen: "unreachable: cut" },
    { state: "lying", seen: "seen" },
    { state: "wrong-key", seen: "impostor" },
    { state: "oversized", seen: "malformed" },
    { state: "starting", seen: "starting" },
    { state: "silent", seen: "unreachable: not-answering" },
  ])("$state: $seen", async ({ state, seen, timeoutMs }) => {
    await start(state);
    expect(await read(timeoutMs)).toBe(seen);
    expect(world.fleet.counters.deaths()).toBe(0);
    await world.fleet.control.make("shop", "honest");
    await new Promise((resolve) => {
      setTimeout(resolve, 40);
    });
    expect(await read()).toBe("seen");
  });

  it("lies about every change", async () => {
    await start("lying");
    const before = world.fleet.control.inspect("shop");
    const reply = await world.call(
      "shop",
      "SetConfigFields",
      fieldsArgument({ hypervisors: [FRIEND], is_public: true }),
    );
    expect(reply).toMatchObject([{ Path: "hypervisors", Live: true }, { Path: "is_public" }]);
    await world.call("shop", "SetMinHops", { schema: t.uint16, value: 7 });
    await world.call("shop", "SetRewardAddress", textArgument("somewhere"));
    await world.call("shop", "StopApp", textArgument("skychat"));
    const { startedAtMs: _, ...after } = world.fleet.control.inspect("shop");
    expect(before).toMatchObject(after);
    expect(await failureOf(world.call("shop", "StopApp", textArgument("nope")))).toMatchObject({
      message: "app not running",
    });
  });

  it("gets keys back that were taken off its lists", async () => {
    await start("regrowing");
    const laptop = world.visor("laptop").key;
    await world.call("shop", "SetConfigFields", fieldsArgument({ hypervisors: [laptop] }));
    expect(world.fleet.control.inspect("shop").config["hypervisors"]).toEqual([laptop]);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    expect(world.fleet.control.inspect("shop").config["hypervisors"]).toEqual([laptop, FRIEND]);
  });
});

describe("a careless call", () => {
  it.each(["App", "GetRuntimeConfig", "ListForwardedPorts", "SetAppSecure", "AddHypervisor"])(
    "%s kills a visor that is starting, with all its connections",
    async (name) => {
      await start("starting");
      const other = await world.connect("shop");
      await other.callGeneric("app-visor.Uptime", { schema: t.empty, value: {} });
      const schemas = {
        App: textArgument("skychat"),
        SetAppSecure: {
          schema: t.struct("visor.SetAppBoolIn", { AppName: t.string, Val: t.bool }),
          value: { AppName: "a", Val: true },
        },
        AddHypervisor: keyArgument(FRIEND),
      } as const;
      const argument = Object.hasOwn(schemas, name)
        ? schemas[name as keyof typeof schemas]
        : undefined;
      expect((await failureOf(world.call("shop", name, argument)))?.code).toBe("rpc/closed-silent");
      await other.whenClosed;
      expect(world.fleet.counters.deaths("shop")).toBe(1);
      expect(world.fleet.counters.calls("shop")).toContainEqual(
        expect.objectContaining({ method: name, outcome: "killed", count: 1 }),
      );
      expect(await read()).toBe("unreachable: dial-timeout");
    },
  );

  it("that names nothing kills a visor that is up", async () => {
    await start("honest");
    const key = keyArgument(FRIEND);
    expect((await failureOf(world.call("shop", "StopPing", key)))?.code).toBe("rpc/closed-silent");
    expect(world.fleet.control.inspect("shop").phase).toBe("down");
  });
});

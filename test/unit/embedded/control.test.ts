import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import { dialTcp, listenTcp } from "../../../src/platform/index.ts";
import {
  connectControl,
  type ControlCommand,
  parseMakeable,
  readEmbeddedFile,
  type RemoteControl,
} from "../../../src/skywire/embedded/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { RpcClient } from "../../../src/skywire/rpc/index.ts";
import { createVisorReader } from "../../../src/skywire/visor/index.ts";
import {
  type Argument,
  embeddedWorld,
  type EmbeddedWorld,
  failureOf,
} from "../../support/embedded-world.ts";

let world: EmbeddedWorld;
let control: RemoteControl;

beforeEach(async () => {
  const specs = [
    { name: "laptop", profile: "newest", local: true },
    { name: "shop", profile: "newest", hypervisors: ["laptop"] },
  ] as const;
  world = await embeddedWorld(specs, { listen: listenTcp });
  const file = await readEmbeddedFile(world.files, "/fleet");
  control = await connectControl(dialTcp, file?.control ?? { host: "", port: 0 }, world.clock);
});

afterEach(async () => {
  control.close();
  await world.fleet.stop();
});

describe("commands from another process", () => {
  it.each<{ command: ControlCommand; answer: unknown }>([
    { command: { do: "make", visor: "shop", state: "lying" }, answer: true },
    {
      command: { do: "make-app", visor: "shop", app: "skychat", behaviour: "crash-at-start" },
      answer: true,
    },
    { command: { do: "restart", visor: "shop" }, answer: true },
    { command: { do: "regen", visor: "shop" }, answer: true },
    {
      command: { do: "inspect", visor: "shop" },
      answer: { name: "shop", alive: true, state: "honest" },
    },
    {
      command: {
        do: "change",
        visor: "shop",
        change: { kind: "config", path: "is_public", value: true },
      },
      answer: true,
    },
    {
      command: {
        do: "change",
        visor: "shop",
        change: { kind: "app", app: "skychat", action: "stop" },
      },
      answer: true,
    },
    {
      command: {
        do: "change",
        visor: "shop",
        change: { kind: "port", port: 80, record: { DMSG: true } },
      },
      answer: true,
    },
    {
      command: {
        do: "change",
        visor: "shop",
        change: { kind: "port", port: 80, record: "closed" },
      },
      answer: true,
    },
    {
      command: { do: "change", visor: "shop", change: { kind: "reward", address: "a" } },
      answer: true,
    },
    {
      command: {
        do: "change",
        visor: "shop",
        change: { kind: "file", path: "log_level", value: "warn" },
      },
      answer: true,
    },
    { command: { do: "counters" }, answer: { total: 0, mutating: 0, deaths: 0 } },
    { command: { do: "reset-counters" }, answer: true },
    {
      command: { do: "show" },
      answer: { visors: [{ name: "laptop" }, { name: "shop", profile: "newest" }] },
    },
  ])("$command.do is answered", async ({ command, answer }) => {
    const given = await control.send(command);
    if (typeof answer === "object" && answer !== null) expect(given).toMatchObject(answer);
    else expect(given).toBe(answer);
  });

  it.each([
    { name: "an unknown visor", command: { do: "restart", visor: "nope" }, error: /no visor nope/ },
    {
      name: "an unknown app",
      command: { do: "make-app", visor: "shop", app: "x", behaviour: "good" },
      error: /no app x/,
    },
    {
      name: "an unknown state",
      command: { do: "make", visor: "shop", state: "sad" },
      error: /cannot be made "sad"/,
    },
    { name: "an unknown verb", command: { do: "dance" }, error: /no command dance/ },
    {
      name: "an incomplete change",
      command: { do: "change", visor: "shop", change: { kind: "app" } },
      error: /members/,
    },
  ])("refuses $name", async ({ command, error }) => {
    const failure = await failureOf(control.send(command as unknown as ControlCommand));
    expect(failure?.code).toBe("embedded/command");
    expect(failure?.message).toMatch(error);
  });

  it("stop is passed on, and the file is gone afterwards", async () => {
    await control.send({ do: "stop" });
    await world.fleet.whenStopped;
    await world.fleet.stop();
    expect(await readEmbeddedFile(world.files, "/fleet")).toBeUndefined();
  });
});

describe("over real sockets", () => {
  it("a visor is read, and a dead local visor refuses connections until it is back on its port", async () => {
    const local = world.visor("laptop").local ?? { host: "", port: 0 };
    const read = async (): Promise<string> => {
      const reader = createVisorReader({ dial: dialTcp, clock: world.clock, rpcAddress: local });
      const reading = await reader.read(world.target("shop"));
      return reading.kind === "unreachable" ? reading.reason : reading.kind;
    };
    expect(await read()).toBe("seen");
    await world.fleet.control.make("laptop", "dead");
    expect(await read()).toBe("no-local-visor");
    await world.fleet.control.make("laptop", "honest");
    await new Promise((resolve) => {
      setTimeout(resolve, 40);
    });
    expect(await read()).toBe("seen");
  });
});

describe("counters", () => {
  it("count a mutating call only when its argument decodes", async () => {
    const bool = { schema: t.bool, value: true };
    await failureOf(callLaptop("SetMinHops", bool));
    await failureOf(callLaptop("Nope", bool));
    expect(world.fleet.counters.mutating()).toBe(0);
    await callLaptop("SetMinHops", { schema: t.uint16, value: 1 });
    expect(
      world.fleet.counters
        .calls("laptop")
        .map(({ method, outcome, mutating }) => ({ method, outcome, mutating })),
    ).toEqual([
      { method: "SetMinHops", outcome: "refused", mutating: false },
      { method: "SetMinHops", outcome: "called", mutating: true },
      { method: "Nope", outcome: "unknown", mutating: false },
    ]);
    expect(world.fleet.counters.mutating("laptop")).toBe(1);
    expect(world.fleet.counters.connections("laptop")).toBe(3);
    world.fleet.counters.reset();
    expect(world.fleet.counters.total()).toBe(0);
  });
});

async function callLaptop(method: string, argument: Argument): Promise<void> {
  const address = world.visor("laptop").local ?? { host: "", port: 0 };
  const client = new RpcClient(await dialTcp(address, { timeoutMs: 1000 }), { clock: world.clock });
  try {
    await client.callGeneric(`app-visor.${method}`, argument);
  } finally {
    client.close();
  }
}

it("parses the names of states", () => {
  expect(parseMakeable("lying")).toBe("lying");
  expect(() => parseMakeable("toString")).toThrow(FleetError);
});

it("takes two visors of one name for a mistake", async () => {
  const twice = embeddedWorld([
    { name: "a", profile: "newest" },
    { name: "a", profile: "newest" },
  ]);
  expect(await failureOf(twice)).toMatchObject({ code: "embedded/name" });
});

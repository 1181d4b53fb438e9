import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import { visorKeyFromSeed } from "../../../src/skywire/embedded/identity.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { RpcClient } from "../../../src/skywire/rpc/index.ts";
import { encodePreamble } from "../../../src/skywire/visor/target.ts";
import { embeddedWorld, type EmbeddedWorld, failureOf } from "../../support/embedded-world.ts";

const EMPTY = { schema: t.empty, value: {} };
const TRUST = { hypervisors: ["laptop"] };
let world: EmbeddedWorld;

afterEach(async () => {
  await world.fleet.stop();
});

async function uptime(client: RpcClient): Promise<string> {
  try {
    await client.callGeneric("app-visor.Uptime", EMPTY);
    return "answered";
  } catch (error) {
    if (error instanceof FleetError) return error.code;
    throw error;
  } finally {
    client.close();
  }
}

describe("a connection through a local visor", () => {
  it.each([
    { name: "newest", profile: "newest", port: 65, result: "answered" },
    { name: "v1.3.94", profile: "v1.3.94", port: 65, result: "answered" },
    { name: "v1.3.73 on its own port", profile: "v1.3.73", port: 44, result: "answered" },
    {
      name: "v1.3.73 on the port of newer releases",
      profile: "v1.3.73",
      port: 65,
      result: "rpc/closed-silent",
    },
    {
      name: "newest on a port of another service",
      profile: "newest",
      port: 57,
      result: "rpc/closed-silent",
    },
    {
      name: "v1.3.28 has no remote RPC",
      profile: "v1.3.28",
      port: 65,
      result: "rpc/closed-silent",
    },
  ] as const)("$name: $result", async ({ profile, port, result }) => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "shop", profile, ...TRUST },
    ]);
    expect(await uptime(await world.connect("shop", { by: "laptop", port }))).toBe(result);
  });

  it.each([
    { name: "nobody is trusted", trust: {}, result: "rpc/closed-silent" },
    { name: "somebody else is trusted", trust: { pty: ["desk"] }, result: "rpc/closed-silent" },
    { name: "a hypervisor is trusted", trust: { hypervisors: ["laptop"] }, result: "answered" },
    { name: "the remote shell's list counts too", trust: { pty: ["laptop"] }, result: "answered" },
  ])("$name: $result", async ({ trust, result }) => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "desk", profile: "newest" },
      { name: "shop", profile: "newest", ...trust },
    ]);
    expect(await uptime(await world.connect("shop", { by: "laptop" }))).toBe(result);
  });

  it("lets a hypervisor's own hypervisors in as well", async () => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "desk", profile: "newest", local: true, hypervisors: ["laptop"] },
      { name: "shop", profile: "newest", hypervisors: ["desk"] },
    ]);
    expect(await uptime(await world.connect("shop", { by: "laptop" }))).toBe("answered");
  });

  it("leads back to the local visor itself, which trusts its own key", async () => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true, ...{ pty: ["laptop"] } },
    ]);
    expect(await uptime(await world.connect("laptop", { by: "laptop", scheme: "skynet" }))).toBe(
      "answered",
    );
  });

  it("is refused at once for a key nobody registered", async () => {
    world = await embeddedWorld([{ name: "laptop", profile: "newest", local: true }]);
    const { local } = world.visor("laptop");
    const preamble = encodePreamble(
      { kind: "bridge", scheme: "dmsg", port: 65 },
      visorKeyFromSeed("x", "nobody"),
    );
    const stream = await world.fleet.dial(local ?? { host: "", port: 0 }, { timeoutMs: 1 });
    const startedMs = Date.now();
    expect(await uptime(new RpcClient(stream, { clock: world.clock, preamble }))).toBe(
      "rpc/closed-silent",
    );
    expect(Date.now() - startedMs).toBeLessThan(100);
  });

  it("ends without a byte after the dial time when the visor is dead", async () => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "shop", profile: "newest", ...TRUST, state: "dead" },
    ]);
    const startedMs = Date.now();
    expect(await uptime(await world.connect("shop", { by: "laptop" }))).toBe("rpc/closed-silent");
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(140);
  });

  it("is recorded as a pending hypervisor when it was refused over skynet", async () => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "desk", profile: "newest", local: true },
      { name: "shop", profile: "newest", hypervisors: ["desk"] },
    ]);
    expect(await uptime(await world.connect("shop", { by: "laptop", scheme: "skynet" }))).toBe(
      "rpc/closed-silent",
    );
    const client = await world.connect("shop", { by: "desk" });
    const pending = await client.callGeneric("app-visor.PendingHypervisors", EMPTY);
    expect(pending).toMatchObject([{ Via: "rpc" }]);
    client.close();
  });

  it("takes a simulated round trip for each answer", async () => {
    world = await embeddedWorld(
      [
        { name: "laptop", profile: "newest", local: true },
        { name: "shop", profile: "newest", ...TRUST },
      ],
      { rttMs: 60 },
    );
    const client = await world.connect("shop", { by: "laptop" });
    const startedMs = performance.now();
    await client.callGeneric("app-visor.Uptime", EMPTY);
    const tookMs = performance.now() - startedMs;
    client.close();
    expect(tookMs).toBeGreaterThanOrEqual(55);
    expect(tookMs).toBeLessThan(200);
  });

  it("is cut when either visor ends", async () => {
    world = await embeddedWorld([
      { name: "laptop", profile: "newest", local: true },
      { name: "shop", profile: "newest", ...TRUST },
    ]);
    for (const name of ["shop", "laptop"]) {
      const client = await world.connect("shop", { by: "laptop" });
      await client.callGeneric("app-visor.Uptime", EMPTY);
      await world.fleet.control.make(name, "dead");
      await client.whenClosed;
      expect(client.isOpen).toBe(false);
      await world.fleet.control.make(name, "honest");
      await new Promise((resolve) => {
        setTimeout(resolve, 40);
      });
    }
  });

  it("is not served to more direct clients than the release takes at a time", async () => {
    world = await embeddedWorld([{ name: "laptop", profile: "newest", local: true }]);
    const clients = await Promise.all(Array.from({ length: 51 }, () => world.connect("laptop")));
    const results = await Promise.all(
      clients.map((client) => failureOf(client.callGeneric("app-visor.Uptime", EMPTY))),
    );
    expect(results.filter((failure) => failure === undefined)).toHaveLength(50);
    clients.forEach((client) => client.close());
  });
});

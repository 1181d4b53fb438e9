// What is really open on a visor that serves ports, whatever its records say.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VisorInside } from "../../../src/skywire/embedded/index.ts";
import { servedForwardedPort } from "../../../src/skywire/embedded/wire-2026.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { embeddedWorld, type EmbeddedWorld, failureOf } from "../../support/embedded-world.ts";
import { keyOf } from "../../support/manifest-text.ts";

const FRIEND = keyOf("friend");
const STRANGER = keyOf("stranger");
const PROFILES = ["newest", "v1.3.94", "v1.3.73"] as const;
const RECORD = {
  Port: 8080,
  LocalPort: 3000,
  Label: "",
  Description: "",
  ShowOnLanding: false,
  Whitelist: [FRIEND] as readonly string[],
  Skynet: true,
  DMSG: true,
  UDP: false,
  ProxyAddr: "",
  PreserveHost: false,
  InjectPK: false,
};

let world: EmbeddedWorld;

beforeEach(async () => {
  world = await embeddedWorld(
    PROFILES.map((profile) => ({ name: profile, profile, local: true as const })),
  );
});
afterEach(async () => {
  await world.fleet.stop();
});

type Record = typeof RECORD;

async function write(visor: string, method: string, more: Partial<Record> = {}): Promise<void> {
  await world.call(visor, method, { schema: servedForwardedPort, value: { ...RECORD, ...more } });
}

async function close(visor: string, port = 8080): Promise<void> {
  await world.call(visor, "DeregisterTCPPort", { schema: t.int, value: port });
}

function reach(visor: string, from: string, over: "dmsg" | "skynet" = "dmsg", port = 8080) {
  return world.fleet.control.reach(visor, { from, port, over });
}

function listeners(visor: string): VisorInside["dmsgListeners"] {
  return world.fleet.control.inspect(visor).dmsgListeners;
}

describe.each(PROFILES)("A3: a port served over dmsg by %s", (visor) => {
  it("lets in who is listed, and nobody else", async () => {
    await write(visor, "RegisterForwardedPort");
    expect(reach(visor, FRIEND)).toBe("localhost:3000");
    expect(reach(visor, STRANGER)).toBeUndefined();
    expect(reach(visor, FRIEND, "skynet")).toBe("localhost:3000");
    expect(listeners(visor)).toEqual([{ port: 8080, localPort: 3000 }]);
  });

  it("keeps its listener and its local port through an update; whitelist and proxy count at once", async () => {
    await write(visor, "RegisterForwardedPort");
    await write(visor, "UpdateForwardedPort", { LocalPort: 4000, DMSG: false });
    expect(reach(visor, FRIEND)).toBe("localhost:3000");
    expect(reach(visor, FRIEND, "skynet")).toBe("localhost:4000");
    await write(visor, "UpdateForwardedPort", { ProxyAddr: "127.0.0.1:4000" });
    expect(reach(visor, FRIEND)).toBe("127.0.0.1:4000");
    await write(visor, "UpdateForwardedPort", { Whitelist: [STRANGER] });
    expect([FRIEND, STRANGER].map((from) => reach(visor, from))).toEqual([
      undefined,
      "localhost:3000",
    ]);
  });

  it("lets everybody in once its record is gone, until the visor restarts", async () => {
    await write(visor, "RegisterForwardedPort");
    await close(visor);
    expect(reach(visor, STRANGER)).toBe("localhost:3000");
    expect(reach(visor, STRANGER, "skynet")).toBeUndefined();
    await write(visor, "RegisterForwardedPort", { LocalPort: 4000 });
    expect(reach(visor, STRANGER)).toBeUndefined();
    expect(reach(visor, FRIEND)).toBe("localhost:3000");
    await close(visor);
    await world.restart(visor);
    expect(reach(visor, STRANGER)).toBeUndefined();
    expect(listeners(visor)).toEqual([]);
  });

  it("is opened at the start by its record, and not by an update", async () => {
    await write(visor, "RegisterForwardedPort", { DMSG: false });
    await write(visor, "UpdateForwardedPort", { LocalPort: 0 });
    expect(listeners(visor)).toEqual([]);
    await world.restart(visor);
    expect(reach(visor, FRIEND)).toBe("localhost:8080");
  });
});

describe.each(PROFILES)("A9: records of %s", (visor) => {
  it("are replaced by a registration without a word", async () => {
    await write(visor, "RegisterForwardedPort");
    await write(visor, "RegisterForwardedPort", { Whitelist: [], Label: "mine" });
    expect(world.fleet.control.inspect(visor).ports).toMatchObject([
      { Label: "mine", Whitelist: [] },
    ]);
  });

  it("that are not there cannot be updated or taken away", async () => {
    expect(await failureOf(write(visor, "UpdateForwardedPort"))).toMatchObject({
      message: "port 8080 not registered",
    });
    expect(await failureOf(close(visor))).toMatchObject({ message: "port :8080 not registered" });
    expect(await failureOf(write(visor, "RegisterForwardedPort", { Port: 70_000 }))).toMatchObject({
      message: "invalid port 70000",
    });
  });

  it("of port 80 are the visor's web site, at once and without a listener", async () => {
    const site = (): string | undefined => reach(visor, FRIEND, "dmsg", 80);
    expect(site()).toBe("landing page");
    await write(visor, "RegisterForwardedPort", { Port: 80 });
    expect(site()).toBe("127.0.0.1:3000");
    await write(visor, "UpdateForwardedPort", { Port: 80, LocalPort: 4000 });
    expect(site()).toBe("127.0.0.1:4000");
    await close(visor, 80);
    expect(site()).toBe("landing page");
    expect(listeners(visor)).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { fromUtf8, type Json, type JsonObject, utf8 } from "../../../src/core/index.ts";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import {
  embeddedWorld,
  type EmbeddedWorld,
  fieldsArgument,
  keyArgument,
  textArgument,
} from "../../support/embedded-world.ts";

const FRIEND = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const SPECS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true },
  { name: "shop", profile: "newest", hypervisors: ["laptop"], local: true },
  { name: "old", profile: "v1.3.73", hypervisors: ["laptop"], local: true },
  { name: "mid", profile: "v1.3.94", hypervisors: ["laptop"], local: true },
  { name: "ancient", profile: "v1.3.28", local: true },
];
let world: EmbeddedWorld;

afterEach(async () => {
  await world.fleet.stop();
});

function memberOf(config: JsonObject, path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>((value, name) => (value as JsonObject | undefined)?.[name], config);
}

function inMemory(name: string, path: string): Json | undefined {
  return memberOf(world.fleet.control.inspect(name).config, path);
}

async function onDisk(name: string): Promise<JsonObject> {
  const bytes = await world.files.read(`${world.visor(name).folder}/skywire-config.json`);
  return JSON.parse(fromUtf8(bytes ?? utf8("{}"))) as JsonObject;
}

const UINT16 = (value: number): { schema: typeof t.uint16; value: number } => ({
  schema: t.uint16,
  value,
});

describe("what lasts until when", () => {
  it("keeps a setter's value in the file over a restart, and loses what is only in memory", async () => {
    world = await embeddedWorld(SPECS);
    await world.call("old", "SetMinHops", UINT16(3));
    await world.call("old", "AddPtyWhitelist", {
      schema: t.struct("visorapi.AddPtyWhitelistIn", { PKs: t.list(keyArgument("").schema) }),
      value: { PKs: [FRIEND] },
    });
    expect(memberOf(await onDisk("old"), "routing.min_hops")).toBe(3);
    expect(world.fleet.control.inspect("old").livePeers).toContain(FRIEND);
    await world.fleet.control.restart("old");
    expect(inMemory("old", "routing.min_hops")).toBe(3);
    expect(world.fleet.control.inspect("old").livePeers).not.toContain(FRIEND);
  });

  it.each([
    { name: "newest mirrors the trust list and the setting", visor: "shop", keeps: true },
    { name: "v1.3.94 mirrors hypervisors", visor: "mid", keeps: true },
    { name: "v1.3.73 mirrors nothing", visor: "old", keeps: false },
  ])("a package update: $name", async ({ visor, keeps }) => {
    world = await embeddedWorld(SPECS);
    await world.call(visor, "AddHypervisor", keyArgument(FRIEND));
    await world.call(visor, "SetIsPublic", { schema: t.bool, value: true });
    await world.fleet.control.regen(visor);
    expect((inMemory(visor, "hypervisors") as readonly string[]).includes(FRIEND)).toBe(keeps);
    expect(inMemory(visor, "is_public"), "an older setter never mirrors").toBe(false);
  });

  it("carries apps and min hops forward over a package update, and mirrored fields", async () => {
    world = await embeddedWorld(SPECS);
    await world.call(
      "shop",
      "SetConfigFields",
      fieldsArgument({
        "routing.min_hops": 2,
        is_public: true,
        "transport.stcpr_port": 4000,
        "launcher.apps[skychat].args": ["--addr", "*:8055"],
        "pty.whitelist": [FRIEND],
      }),
    );
    await world.fleet.control.regen("shop");
    expect(inMemory("shop", "routing.min_hops")).toBe(2);
    expect(inMemory("shop", "is_public")).toBe(true);
    expect(inMemory("shop", "pty.whitelist")).toEqual([FRIEND]);
    expect(inMemory("shop", "transport.stcpr_port"), "only in the file").toBe(0);
    const chat = world.fleet.control.inspect("shop").apps.find(({ name }) => name === "skychat");
    expect(chat?.args).toEqual(["--addr", "*:8055"]);
  });

  it("takes a hand edit at the next start, unless a setter rewrote the file first", async () => {
    world = await embeddedWorld(SPECS);
    const edit = { kind: "file", path: "routing.min_hops", value: 9 } as const;
    await world.fleet.control.changeBehindBack("shop", edit);
    expect(inMemory("shop", "routing.min_hops")).toBe(0);
    await world.call("shop", "SetIsPublic", { schema: t.bool, value: true });
    await world.fleet.control.restart("shop");
    expect(inMemory("shop", "routing.min_hops")).toBe(0);
    await world.fleet.control.changeBehindBack("shop", edit);
    await world.fleet.control.restart("shop");
    expect(inMemory("shop", "routing.min_hops")).toBe(9);
  });

  it("does not start with a broken file", async () => {
    world = await embeddedWorld(SPECS);
    await world.files.replace(
      `${world.visor("shop").folder}/skywire-config.json`,
      utf8('{"version": "v1'),
    );
    await world.fleet.control.restart("shop");
    expect(world.fleet.control.inspect("shop").phase).toBe("down");
  });

  it("is taken up by the next fleet in the same folder", async () => {
    world = await embeddedWorld(SPECS);
    await world.call("shop", "SetConfigFields", fieldsArgument({ "routing.min_hops": 4 }));
    await world.call("shop", "SetRewardAddress", textArgument("an-address"));
    await world.fleet.stop();
    world = await embeddedWorld(SPECS, { files: world.files });
    expect(inMemory("shop", "routing.min_hops")).toBe(4);
    expect(world.fleet.control.inspect("shop").rewardAddress).toBe("an-address");
  });

  it("keeps served ports in a file of their own", async () => {
    world = await embeddedWorld(SPECS);
    await world.fleet.control.changeBehindBack("shop", {
      kind: "port",
      port: 8080,
      record: { Label: "site" },
    });
    await world.fleet.control.regen("shop");
    expect(world.fleet.control.inspect("shop").ports).toMatchObject([
      { Port: 8080, Label: "site" },
    ]);
  });

  it("lets a reader of an older visor's file meet half of it while it is written", async () => {
    world = await embeddedWorld(SPECS);
    const path = `${world.visor("old").folder}/skywire-config.json`;
    const seen: boolean[] = [];
    const append = world.files.openAppend.bind(world.files);
    world.files.openAppend = async (name, options) => {
      const file = await append(name, options);
      return {
        ...file,
        append: async (bytes) => {
          await file.append(bytes);
          seen.push(isJson(fromUtf8((await world.files.read(path)) ?? new Uint8Array())));
        },
        sync: () => file.sync(),
        close: () => file.close(),
      };
    };
    await world.call("old", "SetMinHops", UINT16(1));
    expect(seen).toEqual([false, true]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("trust in force", () => {
  it.each([
    { name: "newest: at once", visor: "shop", live: true },
    { name: "v1.3.94: at once", visor: "mid", live: true },
    { name: "v1.3.73: after a restart", visor: "old", live: false },
  ])("$name", async ({ visor, live }) => {
    world = await embeddedWorld(SPECS);
    const peers = (): readonly string[] => world.fleet.control.inspect(visor).livePeers;
    await world.call(visor, "AddHypervisor", keyArgument(FRIEND));
    expect(peers().includes(FRIEND)).toBe(live);
    await world.restart(visor);
    expect(peers()).toContain(FRIEND);
    await world.call(visor, "RemoveHypervisor", keyArgument(FRIEND));
    expect(peers().includes(FRIEND)).toBe(!live);
    await world.restart(visor);
    expect(peers()).not.toContain(FRIEND);
  });
});

import { describe, expect, it } from "vitest";
import { t } from "../../../src/skywire/gob/index.ts";
import { createVisorReader } from "../../../src/skywire/visor/index.ts";
import {
  answers,
  configOf,
  fails,
  KEYS,
  type Script,
  scriptedVisor,
} from "../../support/scripted-visor.ts";
import { accessTo, FAR, LOCAL, seen, worldOf } from "../../support/visor-reading.ts";
import { visorWorld } from "../../support/visor-world.ts";

describe("a v1.3.28 visor at the local address", () => {
  it("is read through its summary, in two writes, without what it does not show", async () => {
    const old = scriptedVisor({ key: KEYS.local, release: "old", apps: [{ name: "skychat" }] });
    const world = visorWorld(old);
    const reading = await seen(createVisorReader(accessTo(world)).read(LOCAL));
    expect(world.connections[0]?.written).toHaveLength(2);
    expect(reading).toMatchObject({
      key: KEYS.local,
      release: { version: "v1.3.28" },
      summary: { minHops: 2 },
    });
    expect(reading.config).toBeUndefined();
    expect(reading.summary).not.toHaveProperty("isPublic");
    expect(reading.apps[0]).not.toHaveProperty("env");
    expect(reading.apps[0]).not.toHaveProperty("launcherMode");
    expect(reading.methods.get("GetRuntimeConfig")).toBe("absent");
  });

  it("is the reason when nothing is reached through it, asked for once", async () => {
    const old = scriptedVisor({ key: KEYS.local, release: "old" });
    const world = visorWorld(old, new Map(), { hasBridge: false });
    const reader = createVisorReader(accessTo(world));
    const readings = await Promise.all([
      reader.read(FAR),
      reader.read({ ...FAR, key: KEYS.third }),
    ]);
    for (const reading of readings)
      expect(reading).toMatchObject({ kind: "unreachable", reason: "old-local-visor" });
    expect(world.connections).toHaveLength(3);
  });
});

describe("a visor that is not to be asked more", () => {
  const cases: readonly {
    name: string;
    script: Partial<Script>;
    reading: object;
    asked: number;
  }[] = [
    {
      name: "one without launcher",
      script: { methods: [fails("Apps", "no app launcher available")] },
      reading: {
        kind: "starting",
        waitingFor: "Apps",
        detail: expect.stringContaining("no app launcher available") as string,
      },
      asked: 4,
    },
    {
      name: "one without transports",
      script: { methods: [fails("TransportTypes", "no transport manager available")] },
      reading: { kind: "starting", waitingFor: "TransportTypes" },
      asked: 4,
    },
    {
      name: "one that has not finished",
      script: { methods: [answers("IsStartupComplete", t.empty, t.bool, () => false)] },
      reading: { kind: "starting", waitingFor: "IsStartupComplete" },
      asked: 5,
    },
    {
      name: "a server that is no visor",
      script: { without: ["Apps"] },
      reading: { kind: "malformed", code: "visor/no-visor" },
      asked: 4,
    },
    {
      name: "another visor",
      script: { config: configOf(KEYS.third) },
      reading: { kind: "impostor", answered: KEYS.third },
      asked: 6,
    },
  ];
  it.each(cases)("$name", async ({ script, reading, asked }) => {
    const far = scriptedVisor({ key: KEYS.far, ...script });
    expect(await createVisorReader(accessTo(worldOf(far))).read(FAR)).toMatchObject(reading);
    expect(far.requests).toHaveLength(asked);
  });
});

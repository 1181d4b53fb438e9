import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { createVisorReader, methodRow, type SentCall } from "../../../src/skywire/visor/index.ts";
import { CALLS, METHODS } from "../../../src/skywire/visor/methods.ts";
import {
  answers,
  configOf,
  KEYS,
  newAppState,
  type Script,
  scriptedVisor,
} from "../../support/scripted-visor.ts";
import {
  accessTo,
  EVERYTHING,
  FAR,
  LOCAL,
  readFar,
  seen,
  worldOf,
} from "../../support/visor-reading.ts";
import { visorWorld } from "../../support/visor-world.ts";

describe("a visor that answers", () => {
  it("is read in two writes, the preamble in the first", async () => {
    const far = scriptedVisor({
      key: KEYS.far,
      apps: [{ name: "skychat", status: 1 }],
      uptimeSeconds: 60,
    });
    const world = worldOf(far);
    const reading = await seen(createVisorReader(accessTo(world)).read(FAR, EVERYTHING));
    expect(world.connections).toHaveLength(1);
    expect(world.connections[0]?.written).toHaveLength(2);
    expect(far.requests.slice(0, 4).map(({ method }) => method.replace("app-visor.", ""))).toEqual([
      "Uptime",
      "Apps",
      "TransportTypes",
      "IsStartupComplete",
    ]);
    expect(reading.key).toBe(KEYS.far);
    expect(reading.release).toEqual({
      version: "v1.3.95",
      commit: "0e7420a5cb01",
      date: "2026-09-14T00:00:00Z",
    });
    expect(reading.uptimeSeconds).toBe(60);
    expect(Math.abs(Date.now() - 60_000 - reading.startedAtMs)).toBeLessThan(2_000);
    expect(reading.config?.hypervisors).toEqual([KEYS.local]);
    expect(reading.configFile).toBe("/opt/skywire/skywire.json");
    expect(reading.summary).toMatchObject({
      minHops: 1,
      publicAutoconnect: true,
      isPublic: false,
      transportCount: 1,
    });
    expect(reading.skyenv).toEqual({
      exists: true,
      writable: true,
      values: new Map([["LOGLVL", "info"]]),
    });
    expect(reading.ports).toEqual([]);
    expect(reading.apps).toEqual([
      {
        name: "skychat",
        binary: "skychat",
        args: [],
        autoStart: false,
        port: 44,
        env: [],
        launcherMode: "",
        status: 1,
        detail: "Running",
      },
    ]);
  });

  // When it started decides what waits for a restart: a time that cannot be must not pass for one.
  it.each([
    ["less than no time", -1],
    ["no number", Number.NaN],
    ["for ever", Number.POSITIVE_INFINITY],
    ["longer than any machine", 1e300],
  ])("9.8: is not believed to have run for %s", async (_, uptimeSeconds) => {
    expect(await readFar({ uptimeSeconds })).toMatchObject({
      kind: "malformed",
      code: "visor/uptime",
    });
  });

  it("is asked for no more than is wanted", async () => {
    const far = scriptedVisor({ key: KEYS.far });
    await seen(createVisorReader(accessTo(worldOf(far))).read(FAR));
    expect(far.requests.map(({ method }) => method.replace("app-visor.", ""))).toEqual([
      "Uptime",
      "Apps",
      "TransportTypes",
      "IsStartupComplete",
      "GetRuntimeConfig",
      "GetConfigPath",
    ]);
  });

  it("tells its key by its overview where the configuration is not wanted", async () => {
    const reading = await seen(readFar({}, { config: false }));
    expect(reading.key).toBe(KEYS.far);
    expect(reading.release?.version).toBe("v1.3.95");
    expect(reading.config).toBeUndefined();
  });

  it("is sent nothing outside the table, and writing methods only as probes that never run", async () => {
    const sent: SentCall[] = [];
    const far = scriptedVisor({ key: KEYS.far });
    const world = worldOf(far);
    const probes = METHODS.filter((row) => row.class === "write").map(
      (row) => row.name as keyof typeof CALLS,
    );
    const reader = createVisorReader(accessTo(world, { onSend: (call) => sent.push(call) }));
    const reading = await seen(reader.read(FAR, { ...EVERYTHING, probes }));
    expect(sent.filter(({ method }) => methodRow(method) === undefined)).toEqual([]);
    expect(
      sent.filter(({ method, kind }) => kind === "call" && methodRow(method)?.class === "write"),
    ).toEqual([]);
    const ofWrites = far.requests.filter(
      ({ method }) => methodRow(method.replace("app-visor.", ""))?.class === "write",
    );
    expect(ofWrites.length).toBeGreaterThan(15);
    expect(ofWrites.filter(({ outcome }) => outcome === "called")).toEqual([]);
    expect(far.requests).toHaveLength(sent.length);
    expect(world.connections[0]?.written).toHaveLength(2);
    for (const name of probes) {
      expect([name, reading.methods.get(name)]).toEqual([
        name,
        methodRow(name)?.probe === undefined ? "unknown" : "present",
      ]);
    }
  });

  it("says which methods it lacks", async () => {
    const reading = await seen(
      readFar({ without: ["SetConfigFields", "Skyenv", "ListForwardedPorts"] }, EVERYTHING),
    );
    expect(reading.methods.get("SetConfigFields")).toBe("absent");
    expect(reading.methods.get("Skyenv")).toBe("absent");
    expect(reading.methods.get("ListForwardedPorts")).toBe("absent");
    expect(reading.methods.get("AddHypervisor")).toBe("present");
    expect(reading.methods.get("SetIsPublic")).toBe("unknown");
    expect(reading.skyenv).toBeUndefined();
    expect(reading.ports).toBeUndefined();
  });

  it("gives equal readings although its lists change their order", async () => {
    const apps = [{ name: "b" }, { name: "a", status: 1 }, { name: "c" }];
    const port = {
      LocalPort: 1,
      Label: "",
      Description: "",
      ShowOnLanding: false,
      Skynet: true,
      DMSG: true,
      UDP: false,
      ProxyAddr: "",
      PreserveHost: false,
      InjectPK: false,
    };
    const ports = [
      { ...port, Port: 80, Whitelist: [KEYS.third, KEYS.local] },
      { ...port, Port: 8, Whitelist: [] },
    ];
    const listing = (list: typeof ports): Script["methods"] => [
      answers("ListForwardedPorts", t.empty, CALLS.ListForwardedPorts.method.reply, () => list),
    ];
    const first = await seen(readFar({ apps, methods: listing(ports) ?? [] }, { ports: true }));
    const second = await seen(
      readFar(
        { apps: apps.toReversed(), methods: listing(ports.toReversed()) ?? [] },
        { ports: true },
      ),
    );
    expect(second.apps).toEqual(first.apps);
    expect(second.ports).toEqual(first.ports);
    expect(first.ports?.map(({ port: number }) => number)).toEqual([8, 80]);
    expect(first.ports?.[1]?.whitelist).toEqual([KEYS.local, KEYS.third]);
  });

  it("may answer in any order", async () => {
    const late = <R>(reply: R, delayMs: number): Promise<R> =>
      new Promise((resolve) => setTimeout(() => resolve(reply), delayMs));
    const reading = await seen(
      readFar({
        methods: [
          answers("Uptime", t.empty, t.float, () => late(5, 30)),
          answers("Apps", t.empty, t.list(newAppState), () => late([], 20)),
          answers("TransportTypes", t.empty, t.list(t.string), () => late(["dmsg"], 10)),
          answers("GetRuntimeConfig", t.empty, t.bytes, () =>
            late(utf8(JSON.stringify(configOf(KEYS.far))), 20),
          ),
        ],
      }),
    );
    expect(reading.uptimeSeconds).toBe(5);
    expect(reading.config?.pk).toBe(KEYS.far);
  });

  it("knows other visors", async () => {
    const far = scriptedVisor({
      key: KEYS.local,
      methods: [
        answers("RemoteVisors", t.empty, t.list(t.string), () => [
          KEYS.far,
          "not a key",
          KEYS.local,
        ]),
        answers("HVListVisors", t.empty, CALLS.HVListVisors.method.reply, () => [
          { PK: KEYS.far, Hostname: "attic" },
        ]),
        answers("Transports", CALLS.Transports.method.args, CALLS.Transports.method.reply, () => [
          { Remote: KEYS.third },
        ]),
      ],
      config: configOf(KEYS.local, { hypervisors: [KEYS.third], pty: { whitelist: [] } }),
    });
    const reading = await seen(
      createVisorReader(accessTo(visorWorld(far))).read(LOCAL, { known: true }),
    );
    expect(reading.known).toEqual([
      { key: KEYS.third, sources: ["hypervisor", "transport"] },
      { key: KEYS.far, sources: ["managed"], hostname: "attic" },
    ]);
  });
});

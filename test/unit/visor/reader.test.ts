import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type ByteStream, type Dial, FleetError, utf8 } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { partialReply, served } from "../../../src/skywire/rpc/index.ts";
import {
  CALLS,
  createVisorReader,
  DEFAULT_RPC_ADDRESS,
  methodRow,
  METHODS,
  type ReadingWants,
  type SeenReading,
  type SentCall,
  type VisorAccess,
  type VisorReading,
  type VisorTarget,
} from "../../../src/skywire/visor/index.ts";
import { fastClock, realClock } from "../../support/clocks.ts";
import { answers, CANARY, configOf, fails, KEYS, newAppState, type Script, scriptedVisor } from "../../support/scripted-visor.ts";
import { type FarEnd, visorWorld, type VisorWorld } from "../../support/visor-world.ts";

const FAR: VisorTarget = { key: KEYS.far, route: { kind: "bridge", scheme: "dmsg", port: 65 } };
const LOCAL: VisorTarget = { key: undefined, route: { kind: "local" } };
const EVERYTHING: ReadingWants = {
  config: true,
  summary: true,
  ports: true,
  skyenv: true,
  known: true,
  probes: ["SetConfigFields", "StartApp", "AddHypervisor", "SetIsPublic"],
};
const QUICK = { dialMs: 200, firstReplyMs: 200, callMs: 200, bridgeDialMs: 160 };

function accessTo(world: VisorWorld, more: Partial<VisorAccess> = {}): VisorAccess {
  return { dial: world.dial, clock: realClock, rpcAddress: DEFAULT_RPC_ADDRESS, timeouts: QUICK, ...more };
}

function worldOf(far: FarEnd, local: FarEnd = scriptedVisor({ key: KEYS.local })): VisorWorld {
  return visorWorld(local, new Map([[KEYS.far, far]]));
}

async function readFar(script: Partial<Script>, wants?: ReadingWants): Promise<VisorReading> {
  const world = worldOf(scriptedVisor({ key: KEYS.far, ...script }));
  return createVisorReader(accessTo(world)).read(FAR, wants);
}

async function seen(reading: Promise<VisorReading>): Promise<SeenReading> {
  const result = await reading;
  if (result.kind !== "seen") throw new Error(inspect(result));
  return result;
}

describe("a visor that answers", () => {
  it("is read in two writes, the preamble in the first", async () => {
    const far = scriptedVisor({ key: KEYS.far, apps: [{ name: "skychat", status: 1 }], uptimeSeconds: 60 });
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
    expect(reading.release).toEqual({ version: "v1.3.95", commit: "0e7420a5cb01", date: "2026-09-14T00:00:00Z" });
    expect(reading.uptimeSeconds).toBe(60);
    expect(Math.abs(Date.now() - 60_000 - reading.startedAtMs)).toBeLessThan(2_000);
    expect(reading.config?.hypervisors).toEqual([KEYS.local]);
    expect(reading.configFile).toBe("/opt/skywire/skywire.json");
    expect(reading.summary).toMatchObject({ minHops: 1, publicAutoconnect: true, isPublic: false, transportCount: 1 });
    expect(reading.skyenv).toEqual({ exists: true, writable: true });
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
        detailedStatus: "Running",
      },
    ]);
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
    const probes = METHODS.filter((row) => row.class === "write").map((row) => row.name as keyof typeof CALLS);
    const reader = createVisorReader(accessTo(world, { onSend: (call) => sent.push(call) }));
    const reading = await seen(reader.read(FAR, { ...EVERYTHING, probes }));
    expect(sent.filter(({ method }) => methodRow(method) === undefined)).toEqual([]);
    expect(sent.filter(({ method, kind }) => kind === "call" && methodRow(method)?.class === "write")).toEqual([]);
    const ofWrites = far.requests.filter(({ method }) => methodRow(method.replace("app-visor.", ""))?.class === "write");
    expect(ofWrites.length).toBeGreaterThan(15);
    expect(ofWrites.filter(({ outcome }) => outcome === "called")).toEqual([]);
    expect(far.requests).toHaveLength(sent.length);
    expect(world.connections[0]?.written).toHaveLength(2);
    for (const name of probes) {
      expect([name, reading.methods.get(name)]).toEqual([name, methodRow(name)?.probe === undefined ? "unknown" : "present"]);
    }
  });

  it("says which methods it lacks", async () => {
    const reading = await seen(readFar({ without: ["SetConfigFields", "Skyenv", "ListForwardedPorts"] }, EVERYTHING));
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
    const port = { LocalPort: 1, Label: "", Description: "", ShowOnLanding: false, Skynet: true, DMSG: true, UDP: false, ProxyAddr: "", PreserveHost: false, InjectPK: false };
    const ports = [
      { ...port, Port: 80, Whitelist: [KEYS.third, KEYS.local] },
      { ...port, Port: 8, Whitelist: [] },
    ];
    const listing = (list: typeof ports): Script["methods"] => [
      answers("ListForwardedPorts", t.empty, CALLS.ListForwardedPorts.method.reply, () => list),
    ];
    const first = await seen(readFar({ apps, methods: listing(ports) ?? [] }, { ports: true }));
    const second = await seen(readFar({ apps: apps.toReversed(), methods: listing(ports.toReversed()) ?? [] }, { ports: true }));
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
          answers("GetRuntimeConfig", t.empty, t.bytes, () => late(utf8(JSON.stringify(configOf(KEYS.far))), 20)),
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
        answers("RemoteVisors", t.empty, t.list(t.string), () => [KEYS.far, "not a key", KEYS.local]),
        answers("HVListVisors", t.empty, CALLS.HVListVisors.method.reply, () => [{ PK: KEYS.far, Hostname: "attic" }]),
        answers("Transports", CALLS.Transports.method.args, CALLS.Transports.method.reply, () => [{ Remote: KEYS.third }]),
      ],
      config: configOf(KEYS.local, { hypervisors: [KEYS.third], pty: { whitelist: [] } }),
    });
    const reading = await seen(createVisorReader(accessTo(visorWorld(far))).read(LOCAL, { known: true }));
    expect(reading.known).toEqual([
      { key: KEYS.third, sources: ["hypervisor", "transport"] },
      { key: KEYS.far, sources: ["managed"], hostname: "attic" },
    ]);
  });
});

describe("a v1.3.28 visor at the local address", () => {
  it("is read through its summary, in two writes, without what it does not show", async () => {
    const old = scriptedVisor({ key: KEYS.local, release: "old", apps: [{ name: "skychat" }] });
    const world = visorWorld(old);
    const reading = await seen(createVisorReader(accessTo(world)).read(LOCAL));
    expect(world.connections[0]?.written).toHaveLength(2);
    expect(reading).toMatchObject({ key: KEYS.local, release: { version: "v1.3.28" }, summary: { minHops: 2 } });
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
    const readings = await Promise.all([reader.read(FAR), reader.read({ ...FAR, key: KEYS.third })]);
    for (const reading of readings) expect(reading).toMatchObject({ kind: "unreachable", reason: "old-local-visor" });
    expect(world.connections).toHaveLength(3);
  });
});

describe("a visor that is not to be asked more", () => {
  const cases: readonly { name: string; script: Partial<Script>; reading: object; asked: number }[] = [
    {
      name: "one without launcher",
      script: { methods: [fails("Apps", "no app launcher available")] },
      reading: { kind: "starting", waitingFor: "Apps", detail: expect.stringContaining("no app launcher available") },
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
      asked: 4,
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

describe("a visor that is not reached", () => {
  const hangs = (): Promise<never> => new Promise(() => undefined);
  const silent = (stream: ByteStream): void => stream.listen({ data: () => undefined, end: () => undefined, closed: () => undefined });
  const cases: readonly { name: string; far: FarEnd; reason: string }[] = [
    { name: "closed at once", far: (stream) => stream.destroy(), reason: "refused-or-no-listener" },
    { name: "closed after the bridge's patience", far: (stream) => void setTimeout(() => stream.destroy(), 150), reason: "dial-timeout" },
    { name: "never answered", far: silent, reason: "not-answering" },
    {
      name: "answered in part",
      far: scriptedVisor({ key: KEYS.far, methods: [answers("Uptime", t.empty, t.float, hangs)] }),
      reason: "not-answering",
    },
    {
      name: "silent in the middle of a reply",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => partialReply(utf8(JSON.stringify(configOf(KEYS.far))), { bytes: 300, then: "silence" }))],
      }),
      reason: "cut",
    },
    {
      name: "cut in the middle of a reply",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => partialReply(utf8(JSON.stringify(configOf(KEYS.far))), { bytes: 300, then: "destroy" }))],
      }),
      reason: "cut",
    },
    {
      name: "dead between two replies",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [
          answers("GetRuntimeConfig", t.empty, t.bytes, (_args, call) => {
            call.connection.destroy();
            return new Uint8Array();
          }),
        ],
      }),
      reason: "cut",
    },
  ];
  it.each(cases)("$name: $reason", async ({ far, reason }) => {
    const reading = await createVisorReader(accessTo(worldOf(far))).read(FAR, EVERYTHING);
    expect(reading).toMatchObject({ kind: "unreachable", reason });
    expect(inspect(reading, { depth: 20, showHidden: true })).not.toContain(CANARY.slice(0, 16));
  });

  it("because there is no local visor", async () => {
    const reading = await createVisorReader(accessTo(visorWorld(undefined))).read(FAR);
    expect(reading).toMatchObject({ kind: "unreachable", reason: "no-local-visor", next: expect.stringContaining("--rpc") });
  });

  it("because the local visor is still starting", async () => {
    const local = scriptedVisor({ key: KEYS.local, methods: [answers("IsStartupComplete", t.empty, t.bool, () => false)] });
    const reading = await createVisorReader(accessTo(visorWorld(local))).read(FAR);
    expect(reading).toMatchObject({ kind: "unreachable", reason: "local-visor-starting" });
  });

  it("is told within the default deadlines: 20 s for the first reply", async () => {
    const clock = fastClock(100);
    const startMs = clock.now();
    const { timeouts: _timeouts, ...access } = accessTo(worldOf(silent), { clock });
    expect(await createVisorReader(access).read(FAR)).toMatchObject({ reason: "not-answering" });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(19_500);
    expect(clock.now() - startMs).toBeLessThan(40_000);
  });

  it("gives the dialler the literal address it was given", async () => {
    const dialled: string[] = [];
    const dial: Dial = async ({ host, port }) => {
      dialled.push(`${host} ${port}`);
      throw new FleetError("net/refused", "nobody listens");
    };
    await createVisorReader({ dial, clock: realClock, rpcAddress: { host: "::1", port: 9 } }).read(LOCAL);
    expect(dialled).toEqual(["::1 9"]);
  });
});

describe("a configuration", () => {
  const whole = JSON.stringify(configOf(KEYS.far), undefined, "\t");
  const configs = (texts: readonly string[]): Script["methods"] => {
    let next = 0;
    return [
      answers("GetRuntimeConfig", t.empty, t.bytes, () => utf8(texts[Math.min(next++, texts.length - 1)] ?? "")),
    ];
  };

  it("that was half written is read once more", async () => {
    const reading = await seen(readFar({ methods: configs([whole.slice(0, 700), whole]) ?? [] }));
    expect(reading.config?.pk).toBe(KEYS.far);
  });

  it("that stays half written is malformed, and nothing of it is told", async () => {
    const reading = await readFar({ methods: configs([whole.slice(0, 700)]) ?? [] });
    expect(reading).toMatchObject({ kind: "malformed", code: "visor/config-json" });
    expect(inspect(reading, { depth: 20 })).not.toContain(CANARY.slice(0, 8));
  });

  it("that is refused is malformed, not absent", async () => {
    const reading = await readFar({ methods: [fails("GetRuntimeConfig", "open /opt/x:\u001b[31m denied")] });
    expect(reading).toMatchObject({ kind: "malformed", code: "visor/unexpected-answer" });
    expect(inspect(reading)).not.toContain("\\x1B");
  });

  it("that a release cannot show leaves the summary, in a third write", async () => {
    const far = scriptedVisor({ key: KEYS.far, without: ["GetRuntimeConfig"] });
    const world = worldOf(far);
    const reading = await seen(createVisorReader(accessTo(world)).read(FAR));
    expect(reading.summary?.minHops).toBe(1);
    expect(reading.config).toBeUndefined();
    expect(world.connections[0]?.written).toHaveLength(3);
  });

  it("never shows its secrets, whatever else is read", async () => {
    const reading = await seen(readFar({}, EVERYTHING));
    expect(inspect(reading, { depth: 20, showHidden: true }) + JSON.stringify(reading)).not.toContain(CANARY.slice(0, 16));
  });
});

describe("a hostile visor", () => {
  it("that sends too much is malformed", async () => {
    const huge = new Uint8Array(200_000).fill(0x20);
    const world = worldOf(scriptedVisor({ key: KEYS.far, methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => huge)] }));
    const reader = createVisorReader(accessTo(world, { limits: { messageBytes: 100_000 } }));
    expect(await reader.read(FAR)).toMatchObject({ kind: "malformed", code: "gob/limit" });
  });

  it.each([
    { name: "text instead of a reply", bytes: utf8("HTTP/1.1 400 Bad Request\r\n\r\n"), kind: ["malformed", "unreachable"] },
    { name: "zeroes", bytes: new Uint8Array(64), kind: ["malformed"] },
    { name: "a length without end", bytes: Uint8Array.of(0xf8, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), kind: ["malformed"] },
  ])("that sends $name is no bug of ours", async ({ bytes, kind }) => {
    const reading = await createVisorReader(accessTo(worldOf((stream) => stream.write(bytes)))).read(FAR);
    expect(kind).toContain(reading.kind);
  });

  it("whose replies have other types is malformed", async () => {
    const strange = served({ ...CALLS.Apps.method, reply: t.string }, () => "none");
    expect(await readFar({ methods: [strange] })).toMatchObject({ kind: "malformed", code: "gob/mismatch" });
  });
});

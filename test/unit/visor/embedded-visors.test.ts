import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedFleet, startEmbeddedFleet } from "../../../src/skywire/embedded/index.ts";
import { CANARIES } from "../../../src/skywire/embedded/canaries.ts";
import {
  createVisorReader,
  createVisorWriter,
  type MethodName,
  type SentCall,
  type VisorAccess,
  type VisorReading,
  type VisorTarget,
} from "../../../src/skywire/visor/index.ts";
import { METHODS } from "../../../src/skywire/visor/methods.ts";
import { realClock } from "../../support/clocks.ts";
import { countingRandom } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { EVERYTHING } from "../../support/visor-reading.ts";

const TRUST = { hypervisors: ["local"], pty: ["local"], canaries: true } as const;
const PROBED = METHODS.filter((row) => row.class === "write").map((row) => row.name as MethodName);
const EVERY_READ = { ...EVERYTHING, probes: PROBED };

let fleet: EmbeddedFleet;
let access: VisorAccess;
const sent: SentCall[] = [];

beforeAll(async () => {
  fleet = await startEmbeddedFleet({
    visors: [
      { name: "local", profile: "newest", local: true, ...TRUST },
      { name: "old", profile: "v1.3.28", local: true, ...TRUST },
      { name: "newest", profile: "newest", ...TRUST },
      { name: "v1.3.94", profile: "v1.3.94", ...TRUST },
      { name: "v1.3.73", profile: "v1.3.73", ...TRUST },
      { name: "stranger", profile: "newest", hypervisors: ["newest"], pty: ["newest"] },
      { name: "dead", profile: "newest", ...TRUST, state: "dead" },
      { name: "dying", profile: "newest", ...TRUST, state: "dying" },
      { name: "wrong-key", profile: "newest", ...TRUST, state: "wrong-key" },
      { name: "oversized", profile: "newest", ...TRUST, state: "oversized" },
      { name: "starting", profile: "newest", ...TRUST, state: "starting" },
      { name: "silent", profile: "newest", ...TRUST, state: "silent" },
    ],
    files: new MemoryFiles(),
    folder: "/fleet",
    clock: realClock,
    random: countingRandom("visor"),
    timeScale: 0.02,
  });
  const rpcAddress = fleet.addresses.get("local");
  if (rpcAddress === undefined) throw new Error("the local visor does not listen");
  access = {
    dial: fleet.dial,
    clock: realClock,
    rpcAddress,
    timeouts: { dialMs: 1_000, firstReplyMs: 1_000, callMs: 1_000, bridgeDialMs: 300 },
    onSend: (call) => sent.push(call),
  };
});

afterAll(() => fleet.stop());

function far(name: string, port = 65): VisorTarget {
  const key = fleet.visors.find((visor) => visor.name === name)?.key;
  return { key, route: { kind: "bridge", scheme: "dmsg", port } };
}

function expectNoCanary(what: unknown): void {
  const text = inspect(what, { depth: 30, showHidden: true, maxArrayLength: null });
  expect(text).not.toContain(CANARIES.secretKey);
}

describe("embedded visors of every release", () => {
  const releases = [
    {
      name: "newest",
      port: 65,
      present: ["SetConfigFields", "SetAppDNS", "AddHypervisor"],
      absent: [],
    },
    {
      name: "v1.3.94",
      port: 65,
      present: ["AddHypervisor", "SetAppArgs"],
      absent: ["SetConfigFields", "Skyenv"],
    },
    {
      name: "v1.3.73",
      port: 44,
      present: ["AddHypervisor", "SetAppArgs"],
      absent: ["SetConfigFields", "Skyenv"],
    },
  ] as const;
  it.each(releases)(
    "$name is read whole, changed in nothing, and keeps its secret key",
    async ({ name, port, present, absent }) => {
      fleet.counters.reset();
      const target = far(name, port);
      const reading = await createVisorReader(access).read(target, EVERY_READ);
      expect(reading).toMatchObject({
        kind: "seen",
        key: target.key,
        config: { pk: target.key, pty: [expect.any(String)] },
      });
      if (reading.kind !== "seen") return;
      expect(present.filter((method) => reading.methods.get(method) !== "present")).toEqual([]);
      expect(absent.filter((method) => reading.methods.get(method) !== "absent")).toEqual([]);
      expect(reading.apps.length).toBeGreaterThanOrEqual(8);
      expect(reading.summary?.transportCount).toBe(20);
      expect(fleet.counters.mutating()).toBe(0);
      expect(fleet.counters.deaths()).toBe(0);
      expectNoCanary({ ...reading, apps: [] });
    },
  );

  it("v1.3.28 is read at its own address", async () => {
    fleet.counters.reset();
    const rpcAddress = fleet.addresses.get("old") ?? access.rpcAddress;
    const reading = await createVisorReader({ ...access, rpcAddress }).read(
      { key: undefined, route: { kind: "local" } },
      EVERY_READ,
    );
    expect(reading).toMatchObject({
      kind: "seen",
      release: { version: expect.stringContaining("1.3.28") as string },
    });
    expect(fleet.counters.mutating()).toBe(0);
    expect(fleet.counters.deaths()).toBe(0);
  });

  it("v1.3.28 carries nothing to others, and is named as the reason", async () => {
    const rpcAddress = fleet.addresses.get("old") ?? access.rpcAddress;
    expect(await createVisorReader({ ...access, rpcAddress }).read(far("newest"))).toMatchObject({
      reason: "old-local-visor",
    });
  });
});

describe("embedded visors that misbehave", () => {
  const cases: readonly { name: string; reading: Partial<Record<string, unknown>> }[] = [
    { name: "stranger", reading: { kind: "unreachable", reason: "refused-or-no-listener" } },
    { name: "dead", reading: { kind: "unreachable" } },
    { name: "dying", reading: { kind: "unreachable", reason: "cut" } },
    { name: "wrong-key", reading: { kind: "impostor" } },
    { name: "oversized", reading: { kind: "malformed", code: "gob/limit" } },
    { name: "starting", reading: { kind: "starting" } },
    { name: "silent", reading: { kind: "unreachable", reason: "not-answering" } },
  ];
  it.each(cases)("$name", async ({ name, reading }) => {
    const result: VisorReading = await createVisorReader(access).read(far(name), EVERY_READ);
    expect(result).toMatchObject(reading);
    expectNoCanary(result);
    const error: unknown = await createVisorWriter(access)
      .open(far(name), EVERY_READ)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "FleetError", exit: 3 });
    expectNoCanary(error);
  });

  it("have met nothing outside the table", () => {
    const names = new Set(METHODS.map(({ name }) => name));
    expect(sent.filter(({ method }) => !names.has(method))).toEqual([]);
    expect(fleet.counters.calls().filter(({ method }) => !names.has(method))).toEqual([]);
  });
});

describe("writing to embedded visors", () => {
  it("is seen on a fresh connection", async () => {
    const target = far("newest");
    const session = await createVisorWriter(access).open(target, { ports: true });
    const app = session.reading.apps[0]?.name ?? "";
    const isOn = session.reading.apps[0]?.autoStart === true;
    await session.setConfigFields(
      new Map<string, number | boolean>([
        ["routing.min_hops", 3],
        ["is_public", true],
      ]),
    );
    await session.setAutoStart(app, !isOn);
    await session.registerForwardedPort({
      port: 8080,
      local_port: 8080,
      label: "",
      description: "",
      show_on_landing: false,
      whitelist: [],
      skynet: true,
      dmsg: true,
      udp: false,
      proxy_addr: "",
      preserve_host: false,
      inject_pk: false,
    });
    session.close();
    const reading = await createVisorReader(access).read(target, { ports: true });
    expect(reading).toMatchObject({
      kind: "seen",
      config: { settings: { "routing.min_hops": 3, is_public: true } },
      ports: expect.arrayContaining([
        expect.objectContaining({ port: 8080, skynet: true }),
      ]) as unknown[],
    });
    expect(
      reading.kind === "seen" && reading.apps.find(({ name }) => name === app)?.autoStart,
    ).toBe(!isOn);
  });

  it("takes the older setters where a release has only those", async () => {
    const target = far("v1.3.73", 44);
    const session = await createVisorWriter(access).open(target);
    await session.setMinHops(4);
    await session.setPublicAutoconnect(false);
    await expect(session.setConfigFields(new Map([["is_public", true]]))).rejects.toMatchObject({
      code: "visor/no-method",
    });
    session.close();
    expect(await createVisorReader(access).read(target)).toMatchObject({
      config: { settings: { "routing.min_hops": 4, "transport.public_autoconnect": false } },
    });
  });
});

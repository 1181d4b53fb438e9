import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import type { DesiredField, SeenVisor } from "../../../src/model/index.ts";
import { type ApplyReport, buildPlan } from "../../../src/reconcile/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import {
  anyoneLeaf,
  desiredFleet,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const [A, B] = [keyAt(3), keyAt(4)];
const worlds: FleetWorld[] = [];
async function startWorld(count = 3): Promise<FleetWorld> {
  const world = await startFleetWorld(defaultMix(count));
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function outcomes(report: ApplyReport): readonly string[] {
  return report.visors.flatMap(({ name, outcomes: own }) =>
    own.map(({ path, outcome }) => `${name} ${path} ${outcome}`),
  );
}

function startsOn(world: FleetWorld, name: string): readonly unknown[] {
  return world.fleet.counters
    .calls(name)
    .filter(({ method, mutating }) => method.endsWith("StartApp") && mutating);
}

function refusalsOf(fields: readonly DesiredField[], seen: Partial<SeenVisor>): readonly string[] {
  const visor = desiredVisor(1, fields);
  const plan = buildPlan({
    desired: desiredFleet([visor]),
    selected: [visor],
    observed: [seenVisor(1, seen)],
    acting: keyAt(0),
    history: { known: false, why: "none" },
    overrides: { allowTrustLoss: [], allowRemovals: 9 },
    nowMs: Date.UTC(2026, 0, 1),
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
  });
  return plan.refusals.map(({ guard, path }) => `${guard} ${path ?? ""}`);
}

describe("an exit never opens by what a plan leaves out", () => {
  it.each<{
    name: string;
    leaves: readonly DesiredField[];
    seen: Partial<SeenVisor>;
    want: readonly string[];
  }>([
    {
      name: "its whitelist cannot be set on this release, so the wanted keys protect nothing",
      leaves: [setLeaf("apps.skysocks.whitelist", [A]), valueLeaf("apps.skysocks.running", true)],
      seen: { apps: [seenApp("skysocks")], configReadable: false, methods: new Map() },
      want: ["open-exit apps.skysocks.running"],
    },
    {
      name: "auto_start on such a release",
      leaves: [
        setLeaf("apps.skysocks.whitelist", [A]),
        valueLeaf("apps.skysocks.auto_start", true),
      ],
      seen: {
        apps: [seenApp("skysocks")],
        configReadable: false,
        methods: new Map([["SetAutoStart", "present"]]),
      },
      want: ["open-exit apps.skysocks.auto_start"],
    },
    {
      name: "the binary becomes an exit in the same plan",
      leaves: [valueLeaf("apps.web.binary", "skysocks"), valueLeaf("apps.web.running", true)],
      seen: { apps: [seenApp("web", { binary: "skychat" })] },
      want: ["open-exit apps.web.running"],
    },
    {
      name: "the binary of an app that starts with the visor becomes an exit",
      leaves: [valueLeaf("apps.web.binary", "vpn-server")],
      seen: { apps: [seenApp("web", { binary: "skychat", autoStart: true })] },
      want: ["open-exit apps.web.binary"],
    },
    {
      name: "the binary is named by a path",
      leaves: [valueLeaf("apps.web.running", true)],
      seen: { apps: [seenApp("web", { binary: "/opt/skywire/bin/skysocks" })] },
      want: ["open-exit apps.web.running"],
    },
    {
      name: "an added exit that starts with the visor",
      leaves: [
        valueLeaf("apps.web.present", true),
        valueLeaf("apps.web.binary", "skysocks"),
        valueLeaf("apps.web.auto_start", true),
      ],
      seen: {},
      want: ["open-exit apps.web.auto_start"],
    },
    {
      name: "a list is opened on purpose and the exit restarts",
      leaves: [anyoneLeaf("apps.skysocks.whitelist"), valueLeaf("apps.skysocks.running", true)],
      seen: { apps: [seenApp("skysocks", { running: true, rawArgs: ["--whitelist", A] })] },
      want: [],
    },
  ])("$name", ({ leaves: fields, seen, want }) => {
    expect(refusalsOf(fields, seen)).toEqual(want);
  });
});

describe("an exit whose whitelist could not be written", () => {
  const fields = [
    setLeaf("apps.skysocks.whitelist", [A]),
    valueLeaf("apps.skysocks.running", true),
  ];

  it("is not started when the visor only said that it wrote the list", async () => {
    const world = await startWorld();
    const desired = world.desired({ "shop-1": fields });
    const plan = await world.plan(desired);
    const writer = bentWriter(world.writer, () => ({ setConfigFields: () => Promise.resolve([]) }));
    world.fleet.counters.reset();
    expect(outcomes(await world.apply(plan, { writer }))).toEqual([
      "shop-1 apps.skysocks.whitelist failed",
      "shop-1 apps.skysocks.running refused",
    ]);
    expect(startsOn(world, "shop-1")).toEqual([]);
  });

  it("is not started when somebody emptied the list between two steps", async () => {
    const world = await startWorld();
    const desired = world.desired({ "shop-1": fields });
    const plan = await world.plan(desired);
    let emptied: Promise<void> = Promise.resolve();
    const writer = {
      open: async (...args: Parameters<typeof world.writer.open>) => {
        await emptied;
        return await world.writer.open(...args);
      },
    };
    const report = await world.apply(plan, {
      writer,
      atPoint: (point) => {
        if (point !== "after-receipt") return;
        emptied = world.fleet.control.changeBehindBack("shop-1", {
          kind: "config",
          path: "launcher.apps[skysocks].args",
          value: ["app", "skysocks"],
        });
      },
    });
    expect(outcomes(report)).toEqual([
      "shop-1 apps.skysocks.whitelist done",
      "shop-1 apps.skysocks.running refused",
    ]);
  });

  it("is not made to start with the visor either, by older setters", async () => {
    const world = await startWorld(5);
    const desired = world.desired({
      "shop-3": [
        setLeaf("apps.skysocks.whitelist", [A]),
        valueLeaf("apps.skysocks.auto_start", true),
      ],
    });
    const plan = await world.plan(desired);
    const lies = (): Promise<void> => Promise.reject(refusedByVisor());
    const writer = bentWriter(world.writer, () => ({ setAppArgs: lies, setAppWhitelist: lies }));
    world.fleet.counters.reset();
    await world.apply(plan, { writer });
    const set = world.fleet.counters
      .calls("shop-3")
      .filter(({ method, mutating }) => method.endsWith("SetAutoStart") && mutating);
    expect(set).toEqual([]);
  });
});

describe("a list that others shorten while it is written", () => {
  it("is not emptied on an app", async () => {
    const world = await startWorld();
    const set = (keys: readonly string[]): Promise<void> =>
      world.fleet.control.changeBehindBack("shop-1", {
        kind: "config",
        path: "launcher.apps[skysocks].args",
        value: ["app", "skysocks", "--whitelist", keys.join(",")],
      });
    await set([A, B]);
    const desired = world.desired({ "shop-1": [setLeaf("apps.skysocks.whitelist", [], [A])] });
    const plan = await world.plan(desired);
    expect(plan.refusals).toEqual([]);
    const writer = bentWriter(world.writer, (session) => ({
      readApps: async () => {
        await set([A]);
        return await session.readApps();
      },
    }));
    expect(outcomes(await world.apply(plan, { writer }))).toEqual([
      "shop-1 apps.skysocks.whitelist failed",
    ]);
    const app = world.fleet.control.inspect("shop-1").apps.find(({ name }) => name === "skysocks");
    expect(app?.args.join(" ")).toContain(A);
  });

  it("is not emptied on a served port, and a port that vanished is not opened to everybody", async () => {
    const world = await startWorld();
    const open = [valueLeaf("ports.8080.open", true), valueLeaf("ports.8081.open", true)];
    const first = world.desired({
      "shop-1": [
        ...open,
        setLeaf("ports.8080.whitelist", [A, B]),
        setLeaf("ports.8081.whitelist", [A]),
      ],
    });
    await world.apply(await world.plan(first));
    const desired = world.desired({
      "shop-1": [
        ...open,
        setLeaf("ports.8080.whitelist", [B]),
        setLeaf("ports.8081.whitelist", [A]),
        valueLeaf("ports.8081.label", "git"),
      ],
    });
    const plan = await world.plan(desired);
    const writer = bentWriter(world.writer, (session) => ({
      readPorts: async () =>
        (await session.readPorts())
          ?.filter(({ port }) => port !== 8081)
          .map((record) => ({ ...record, whitelist: record.whitelist.filter((key) => key !== B) })),
    }));
    await world.apply(plan, { writer });
    const ports = world.fleet.control.inspect("shop-1").ports;
    expect(
      ports.map(
        (record) => JSON.stringify(record).includes(A) || JSON.stringify(record).includes(B),
      ),
    ).toEqual([true, true]);
  });
});

function refusedByVisor(): Error {
  return new FleetError("visor/refused", "the visor refused it");
}

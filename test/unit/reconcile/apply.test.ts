import { afterEach, describe, expect, it } from "vitest";
import { intentsWithoutReceipt } from "../../../src/ledger/index.ts";
import type { DesiredField } from "../../../src/model/index.ts";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";

const worlds: FleetWorld[] = [];
async function startWorld(count = 5): Promise<FleetWorld> {
  const world = await startFleetWorld(defaultMix(count));
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

/** The outcomes of one report, `name path outcome`. */
function outcomes(report: ApplyReport): readonly string[] {
  return report.visors.flatMap(({ name, outcomes: own }) =>
    own.map(({ path, outcome }) => `${name} ${path} ${outcome}`),
  );
}

const LEAVES = [
  setLeaf("trust.pty", [keyAt(3)], []),
  valueLeaf("settings.routing.min_hops", 2),
  valueLeaf("apps.skychat.running", true),
  valueLeaf("apps.skychat.auto_start", true),
];

describe("applying on visors of three releases", () => {
  it("changes what it can, says what it cannot, and has nothing to do the second time", async () => {
    const world = await startWorld();
    const names = world.fleet.visors.map(({ name }) => name);
    const desired = world.desired(Object.fromEntries(names.map((name) => [name, LEAVES])));
    const plan = await world.plan(desired);
    expect(plan.refusals).toEqual([]);
    const report = await world.apply(plan);
    expect(outcomes(report).filter((line) => !/ (done|done-after-restart)$/.test(line))).toEqual(
      [],
    );
    expect(report.exit).toBe(0);
    const second = await world.plan(desired);
    expect(second.counts).toMatchObject({ changing: 0, unreachable: 0 });
    expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
    const again = await world.apply(second);
    expect(again.exit).toBe(0);
    const size = world.ledger.head.size;
    await world.apply(await world.plan(desired));
    expect(world.ledger.head.size).toBe(size);
  });

  it.each<{ name: string; leaves: readonly DesiredField[] }>([
    {
      name: "an app is added with all its fields",
      leaves: [
        valueLeaf("apps.socks2.present", true),
        valueLeaf("apps.socks2.binary", "skysocks-client"),
        valueLeaf("apps.socks2.pk", keyAt(4)),
        valueLeaf("apps.socks2.auto_start", true),
      ],
    },
    { name: "an app is deleted", leaves: [valueLeaf("apps.skychat.present", false)] },
    {
      name: "arguments of a running app change with a visible restart",
      leaves: [
        valueLeaf("apps.skychat.running", true),
        valueLeaf("apps.skychat.args", ["--pair-enable", "--persist"]),
        valueLeaf("apps.skychat.address", ":8005"),
      ],
    },
    {
      name: "an environment with a secret",
      leaves: [
        {
          ...valueLeaf("apps.skychat.env", { TOKEN: { secret: "env:T" }, LEVEL: "debug" }, [
            "env:T",
          ]),
        },
      ],
    },
    {
      name: "a served port with everything",
      leaves: [
        valueLeaf("ports.8080.open", true),
        valueLeaf("ports.8080.local_port", 3000),
        valueLeaf("ports.8080.label", "git"),
        setLeaf("ports.8080.whitelist", [keyAt(4), keyAt(5)]),
      ],
    },
    {
      name: "exact trust lists",
      leaves: [setLeaf("trust.hypervisors", [keyAt(4)], []), setLeaf("trust.pty", [keyAt(5)], [])],
    },
    {
      name: "a setting that needs a restart",
      leaves: [valueLeaf("settings.transport.stcpr_port", 7777)],
    },
    {
      name: "survey keys and a reward address",
      leaves: [
        setLeaf("survey", [keyAt(4)], []),
        valueLeaf("reward_address", "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8"),
      ],
    },
    {
      name: "a whitelist of an exit that starts",
      leaves: [
        setLeaf("apps.skysocks.whitelist", [keyAt(4)]),
        valueLeaf("apps.skysocks.running", true),
      ],
    },
  ])("on the newest release: $name", async ({ leaves: fields }) => {
    const world = await startWorld(3);
    const desired = world.desired({ "shop-1": fields });
    const plan = await world.plan(desired);
    expect(plan.refusals).toEqual([]);
    expect(plan.counts.unsupported).toBe(0);
    const report = await world.apply(plan);
    expect(outcomes(report).filter((line) => !/ (done|done-after-restart)$/.test(line))).toEqual(
      [],
    );
    expect((await world.plan(desired)).counts.changing).toBe(0);
  });
});

describe("trust on older releases", () => {
  it("is in force at once where pairing is served, after a restart where it is not", async () => {
    const world = await startWorld(6);
    const own = [setLeaf("trust.hypervisors", [keyAt(4)], [])];
    const desired = world.desired({ "shop-2": own, "shop-3": own });
    const report = await world.apply(await world.plan(desired));
    expect([...outcomes(report)].sort()).toEqual([
      "shop-2 trust.hypervisors done",
      "shop-3 trust.hypervisors done-after-restart",
    ]);
    expect((await world.plan(desired)).counts.awaitingRestart).toBe(1);
    await world.fleet.control.restart("shop-3");
    await expect
      .poll(async () => (await world.plan(desired)).counts)
      .toMatchObject({ unreachable: 0, awaitingRestart: 0 });
  });

  it("says of the pty list that it cannot be kept there, and never writes it", async () => {
    const world = await startWorld(6);
    const desired = world.desired({ "shop-2": [setLeaf("trust.pty", [keyAt(4)], [])] });
    const plan = await world.plan(desired);
    expect(plan.counts).toMatchObject({ changing: 0, unsupported: 1 });
  });
});

describe("visors that misbehave", () => {
  it("tells a liar, a dead visor and an honest one apart", async () => {
    const world = await startWorld(6);
    await world.fleet.control.make("shop-1", "lying");
    await world.fleet.control.make("shop-2", "dead");
    const own = [valueLeaf("settings.routing.min_hops", 3)];
    const desired = world.desired({ "shop-1": own, "shop-2": own, "shop-3": own });
    const plan = await world.plan(desired);
    expect(plan.visors.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      "shop-1 changes",
      "shop-2 unreachable",
      "shop-3 changes",
    ]);
    const report = await world.apply(plan);
    expect([...outcomes(report)].sort()).toEqual([
      "shop-1 settings.routing.min_hops failed",
      "shop-3 settings.routing.min_hops done",
    ]);
    expect(report.exit).toBe(6);
    const changes = (await world.plan(desired)).visors.flatMap(({ steps }) =>
      steps.flatMap((step) => step.changes),
    );
    expect(changes.map(({ drift }) => drift)).toEqual([undefined]);
    await world.fleet.control.make("shop-1", "honest");
    await world.fleet.control.make("shop-2", "honest");
    await expect.poll(async () => (await world.plan(desired)).counts.unreachable).toBe(0);
    expect((await world.apply(await world.plan(desired))).exit).toBe(0);
    expect((await world.plan(desired)).counts).toMatchObject({ changing: 0, unreachable: 0 });
  });

  it("writes nothing to a visor that changed since the plan", async () => {
    const world = await startWorld(3);
    const desired = world.desired({
      "shop-1": [
        valueLeaf("settings.routing.min_hops", 3),
        valueLeaf("settings.log_level", "debug"),
      ],
    });
    const plan = await world.plan(desired);
    await world.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "log_level",
      value: "trace",
    });
    world.fleet.counters.reset();
    const report = await world.apply(plan);
    expect(outcomes(report)).toEqual([
      "shop-1 settings.log_level stale",
      "shop-1 settings.routing.min_hops stale",
    ]);
    expect(report.exit).toBe(5);
    expect(world.fleet.counters.mutating()).toBe(0);
  });

  it("calls an app failed that crashes right after its start", async () => {
    const world = await startWorld(3);
    await world.fleet.control.makeApp("shop-1", "skysocks-client", "crash-at-start");
    const desired = world.desired({ "shop-1": [valueLeaf("apps.skysocks-client.running", true)] });
    const report = await world.apply(await world.plan(desired));
    expect(outcomes(report)).toEqual(["shop-1 apps.skysocks-client.running failed"]);
    expect(report.exit).toBe(6);
  });

  it("does not start a second process beside one whose stop was never confirmed", async () => {
    const world = await startWorld(3);
    await world.fleet.control.makeApp("shop-1", "skychat", "stop-hangs");
    await world.fleet.control.restart("shop-1");
    const running = world.desired({ "shop-1": [valueLeaf("apps.skychat.running", true)] });
    await world.apply(await world.plan(running));
    world.fleet.counters.reset();
    const desired = world.desired({
      "shop-1": [
        valueLeaf("apps.skychat.running", true),
        valueLeaf("apps.skychat.args", ["--persist"]),
      ],
    });
    const report = await world.apply(await world.plan(desired));
    expect(outcomes(report)).toEqual([
      "shop-1 apps.skychat.args done",
      "shop-1 apps.skychat.running unverified",
    ]);
    const starts = world.fleet.counters
      .calls("shop-1")
      .filter(({ method, mutating }) => method.endsWith("StartApp") && mutating);
    expect(starts).toEqual([]);
    const next = await world.plan(desired);
    expect(next.visors[0]?.steps).toEqual([]);
    expect(next.visors[0]?.unsupported.map(({ why }) => why)).toEqual([
      expect.stringContaining("a second process may run beside it"),
    ]);
  });

  it("stops after the first failed trust step", async () => {
    const world = await startWorld(4);
    await world.fleet.control.make("shop-1", "lying");
    const own = [setLeaf("trust.pty", [keyAt(4)], [])];
    const desired = world.desired({ "shop-1": own, laptop: own });
    const report = await world.apply(await world.plan(desired));
    expect(outcomes(report)).toEqual(["shop-1 trust.pty failed", "laptop trust.pty refused"]);
    expect(report.exit).toBe(6);
  });
});

describe("an apply that ends early", () => {
  it("finishes the step in hand, records it, and says what is left", async () => {
    const world = await startWorld(5);
    const own = [setLeaf("trust.pty", [keyAt(4)], []), valueLeaf("apps.skychat.running", true)];
    const desired = world.desired({ "shop-1": own, "shop-2": own, laptop: own });
    const stop = new AbortController();
    const report = await world.apply(await world.plan(desired), {
      stop: stop.signal,
      timing: { appPollMs: 5, appSettleMs: 40, appDeadlineMs: 1_500, parallel: 1 },
      atPoint: (point) => {
        if (point === "after-intent") stop.abort();
      },
    });
    expect(report.interrupted).toBe(true);
    expect(report.exit).toBe(130);
    expect(report.left.length).toBeGreaterThan(0);
    expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
    expect((await world.apply(await world.plan(desired))).exit).toBe(0);
    expect((await world.plan(desired)).counts.changing).toBe(0);
  });

  const POINTS = [
    "before-record",
    "after-record",
    "before-intent",
    "after-intent",
    "after-write",
    "after-read-back",
    "after-receipt",
  ] as const;
  it.each(POINTS.flatMap((point) => [1, 2, 3].map((time) => ({ point, time }))))(
    "cut off at $point, time $time: the same plan again ends in the same state",
    async ({ point, time }) => {
      const world = await startWorld(3);
      const desired = world.desired({
        "shop-1": [
          setLeaf("trust.pty", [keyAt(4), world.keyOf("laptop"), world.keyOf("desk")]),
          valueLeaf("apps.skychat.running", true),
          valueLeaf("apps.skychat.args", ["--persist"]),
          valueLeaf("apps.extra.present", true),
          valueLeaf("apps.extra.binary", "skychat"),
          valueLeaf("ports.8080.open", true),
          setLeaf("ports.8080.whitelist", [keyAt(5)]),
        ],
      });
      const plan = await world.plan(desired);
      let count = 0;
      const cut = world.apply(plan, {
        atPoint: (reached) => {
          if (reached === point && (count += 1) === time) throw new Error("the process ends here");
        },
      });
      await cut.catch(() => undefined);
      await world.reopenLedger();
      const report = await world.apply(plan);
      expect(outcomes(report).filter((line) => !line.endsWith(" done"))).toEqual([]);
      const last = await world.plan(desired);
      const steps = last.visors.flatMap(({ steps: own }) => own);
      expect(steps.filter(({ letter }) => letter !== "b")).toEqual([]);
      await world.apply(last);
      expect((await world.plan(desired)).counts.changing).toBe(0);
      expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
    },
  );
});

describe("commands that only read", () => {
  it("never make a mutating call and send nothing outside the table", async () => {
    const world = await startWorld(6);
    const names = world.fleet.visors.map(({ name }) => name);
    const desired = world.desired(Object.fromEntries(names.map((name) => [name, LEAVES])));
    await world.plan(desired);
    await world.plan(desired);
    expect(world.fleet.counters.mutating()).toBe(0);
    expect(world.fleet.counters.total()).toBeGreaterThan(0);
  });
});

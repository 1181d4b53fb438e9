import { describe, expect, it } from "vitest";
import type { DesiredVisor, Plan, SeenVisor } from "../../../src/model/index.ts";
import { buildPlan } from "../../../src/reconcile/index.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  knownHistory,
  placeAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../../support/reconcile-builders.ts";

const NOW_MS = Date.UTC(2026, 0, 1, 0, 5);

function ignoring(
  visor: DesiredVisor,
  paths: readonly string[],
  untilMs = NOW_MS + 1,
): DesiredVisor {
  return { ...visor, ignores: paths.map((path) => ({ path, untilMs, place: placeAt(30) })) };
}

function planOf(visor: DesiredVisor, seen: SeenVisor, only?: readonly string[]): Plan {
  return buildPlan({
    desired: desiredFleet([visor]),
    selected: [visor],
    observed: [seen],
    ...(only === undefined ? {} : { only: only.map((path) => ({ visor: visor.key, path })) }),
    acting: keyAt(0),
    history: knownHistory({ head: 7 }),
    overrides: { allowTrustLoss: [], allowRemovals: 1_000 },
    nowMs: NOW_MS,
    expiresAfterMs: 1,
    tool: "test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
  });
}

function pathsOf({ visors }: Plan): readonly string[] {
  return visors.flatMap(({ steps }) => steps.flatMap((s) => s.changes.map(({ path }) => path)));
}

const APP = desiredVisor(0, [
  valueLeaf("apps.own.args", ["--a"]),
  valueLeaf("apps.own.binary", "tool"),
  valueLeaf("apps.own.present", true),
  valueLeaf("apps.own.running", true),
  valueLeaf("settings.log_level", "debug"),
]);
const PORT = desiredVisor(0, [
  valueLeaf("ports.80.label", "site"),
  valueLeaf("ports.80.open", true),
  setLeaf("ports.80.whitelist", [keyAt(1)]),
  valueLeaf("settings.log_level", "debug"),
]);

describe("a plan with ignored leaves", () => {
  it("leaves them alone, lists what would be done, and keeps them owned", () => {
    const plan = planOf(ignoring(APP, ["settings.log_level"]), seenVisor(0, { apps: [] }));
    expect(pathsOf(plan)).not.toContain("settings.log_level");
    const [visor] = plan.visors;
    expect(visor?.owned).toContain("settings.log_level");
    expect(visor?.ignored).toEqual([
      expect.objectContaining({ path: "settings.log_level", ended: false }),
    ]);
    expect(visor?.ignored?.[0]?.changes.map(({ after }) => after)).toEqual(["debug"]);
    expect(plan.counts.ignored).toBe(1);
  });

  it("plans them again from their time on, and says that they are no longer ignored", () => {
    const plan = planOf(ignoring(APP, ["settings.log_level"], NOW_MS), seenVisor(0));
    expect(pathsOf(plan)).toContain("settings.log_level");
    expect(plan.visors[0]?.ignored?.[0]).toMatchObject({ ended: true, changes: [] });
    expect(plan.counts.ignored).toBeUndefined();
  });

  it.each(["apps.own.present", "apps.own.binary"])("adds no app half: %s", (path) => {
    const plan = planOf(ignoring(APP, [path]), seenVisor(0, { apps: [] }));
    expect(pathsOf(plan)).toEqual(["settings.log_level"]);
  });

  it.each(["apps.own.args", "apps.own.running"])("adds no app without its %s", (path) => {
    const plan = planOf(ignoring(APP, [path]), seenVisor(0, { apps: [] }));
    expect(pathsOf(plan)).toEqual(["settings.log_level"]);
  });

  it.each(["open", "label", "whitelist"])("opens no port without its %s", (field) => {
    const plan = planOf(ignoring(PORT, [`ports.80.${field}`]), seenVisor(0, { ports: [] }));
    expect(pathsOf(plan)).toEqual(["settings.log_level"]);
  });

  it("opens no port half", () => {
    const plan = planOf(ignoring(PORT, ["ports.80.open"]), seenVisor(0, { ports: [] }));
    expect(pathsOf(plan)).toEqual(["settings.log_level"]);
    expect(plan.visors[0]?.ignored?.[0]?.changes.length).toBeGreaterThan(1);
  });

  it("names every element of an ignored whitelist that would come or go", () => {
    const visor = ignoring(desiredVisor(0, [setLeaf("apps.skysocks.whitelist", [keyAt(1)])]), [
      "apps.skysocks.whitelist",
    ]);
    const rawArgs = ["--whitelist", keyAt(2)];
    const plan = planOf(visor, seenVisor(0, { apps: [seenApp("skysocks", { rawArgs })] }));
    expect(pathsOf(plan)).toEqual([]);
    const changes = plan.visors[0]?.ignored?.[0]?.changes ?? [];
    expect(new Set(changes.map(({ op, element = "" }) => `${op} ${element}`))).toEqual(
      new Set([`add ${keyAt(1)}`, `remove ${keyAt(2)}`]),
    );
  });
});

describe("a narrowed plan", () => {
  it("takes the adding of an app along, whole, and names what it leaves out", () => {
    const plan = planOf(APP, seenVisor(0, { apps: [] }), ["apps.own.args"]);
    expect(new Set(pathsOf(plan))).toEqual(
      new Set(["apps.own.args", "apps.own.present", "apps.own.running"]),
    );
    expect(plan.visors[0]?.leftOut).toEqual(["settings.log_level"]);
    expect(plan.counts.leftOut).toBe(1);
    expect(plan.only).toEqual([{ visor: keyAt(0), path: "apps.own.args" }]);
  });

  it("restarts the app of the field, and no other that owes it", () => {
    const visor = desiredVisor(0, [
      valueLeaf("apps.a.args", ["--new"]),
      valueLeaf("apps.a.running", true),
      valueLeaf("apps.b.args", ["--new"]),
      valueLeaf("apps.b.running", true),
    ]);
    const old = { running: true, rawArgs: ["--old"] };
    const seen = seenVisor(0, { apps: [seenApp("a", old), seenApp("b", old)] });
    expect(new Set(pathsOf(planOf(visor, seen, ["apps.a.args"])))).toEqual(
      new Set(["apps.a.args", "apps.a.running"]),
    );
  });

  it("opens the whole record of a port", () => {
    const plan = planOf(PORT, seenVisor(0, { ports: [] }), ["ports.80.label"]);
    expect(new Set(pathsOf(plan))).toEqual(
      new Set(["ports.80.label", "ports.80.open", "ports.80.whitelist"]),
    );
  });

  it("asks the guards as ever: whoever would be locked out is not", () => {
    const visor = desiredVisor(1, [
      setLeaf("trust.hypervisors", [keyAt(2)]),
      setLeaf("trust.pty", [keyAt(2)]),
    ]);
    const seen = seenVisor(1, { hypervisors: [keyAt(0)], pty: [keyAt(0)] });
    const plan = planOf(visor, seen, ["trust.hypervisors", "trust.pty"]);
    expect(plan.refusals.map(({ guard }) => guard)).toContain("lock-out");
    expect(plan.applyable).toBe(false);
    expect(plan.counts.trustRemovals).toBe(2);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatWatchState } from "../../src/watch/index.ts";
import { CORRECTIONS_MAX, WINDOW_MS } from "../../src/watch/state.ts";
import { placeAt } from "../support/reconcile-builders.ts";
import { digestOf, WatchSim } from "../support/watch-sim.ts";

const SEED = 20_261_126;
const NAMES = ["laptop", "desk", "shop-1"] as const;
const PATHS = [
  "settings.log_level",
  "apps.skychat.running",
  "trust.pty/eve",
  "trust.pty/kim",
] as const;
const VALUES = ["true", "false"] as const;

const anAct = fc.oneof(
  fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 100, max: 900_000 }) }),
  fc.record({
    kind: fc.constant("is" as const),
    name: fc.constantFrom(...NAMES),
    path: fc.constantFrom(...PATHS),
    value: fc.constantFrom(...VALUES),
  }),
  fc.record({
    kind: fc.constant("wants" as const),
    path: fc.constantFrom(...PATHS),
    value: fc.constantFrom(...VALUES),
    manifest: fc.constantFrom("one", "two", "three"),
    commit: fc.option(fc.constantFrom("c1", "c2", "c3", "c4"), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("fights" as const),
    name: fc.constantFrom(...NAMES),
    path: fc.constantFrom(...PATHS),
    value: fc.constantFrom(...VALUES),
    afterMs: fc.integer({ min: 1, max: 120_000 }),
  }),
  fc.record({
    kind: fc.constant("away" as const),
    name: fc.constantFrom(...NAMES),
    isAway: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("jump" as const),
    ms: fc.integer({ min: -10_000_000, max: 10_000_000 }),
  }),
  fc.record({
    kind: fc.constantFrom("crash", "hint", "refuse", "allow", "lose-source", "find-source"),
  }),
  fc.record({ kind: fc.constant("by-hand" as const), manifest: fc.constantFrom("one", "two") }),
);

type Act = typeof anAct extends fc.Arbitrary<infer T> ? T : never;

function act(sim: WatchSim, each: Act): void {
  switch (each.kind) {
    case "run":
      return sim.run(each.ms);
    case "is":
      return void sim.visor(each.name).values.set(each.path, each.value);
    case "wants":
      sim.wanted.set(each.path, each.value);
      sim.manifest = {
        digest: digestOf(each.manifest),
        ...(each.commit === undefined ? {} : { commit: each.commit, changedBy: each.commit }),
      };
      return sim.send({ kind: "hint" });
    case "fights":
      return void sim
        .visor(each.name)
        .fights.set(each.path, { value: each.value, afterMs: each.afterMs });
    case "away":
      sim.visor(each.name).isAway = each.isAway;
      return;
    case "jump":
      return sim.jump(each.ms);
    case "by-hand":
      return sim.appliedByHand(each.manifest);
    case "crash":
      return sim.crash();
    case "hint":
      return sim.send({ kind: "hint" });
    case "refuse":
      sim.refusal = "a guard says no";
      return;
    case "allow":
      sim.refusal = undefined;
      return;
    case "lose-source":
      sim.sourceFault = "no such remote";
      return;
    case "find-source":
      sim.sourceFault = undefined;
  }
}

function aSim(): WatchSim {
  const rules = [{ fields: ["*"], verb: "correct" as const, place: placeAt(1) }];
  const sim = new WatchSim({ intervalMs: 60_000, otherwise: "report", rules }, NAMES);
  sim.start();
  return sim;
}

describe("whatever happens, a watch", () => {
  const history = fc.array(anAct, { minLength: 1, maxLength: 60 });

  it("corrects no field more often than allowed within a window, over crashes too", () => {
    fc.assert(
      fc.property(history, (acts) => {
        const sim = aSim();
        for (const each of acts) act(sim, each);
        for (const first of sim.writes) {
          const again = sim.writes.filter(
            ({ steadyMs, visor, path, manifest }) =>
              visor === first.visor &&
              path === first.path &&
              manifest === first.manifest &&
              steadyMs >= first.steadyMs &&
              steadyMs - first.steadyMs <= WINDOW_MS,
          );
          expect(again.length).toBeLessThanOrEqual(CORRECTIONS_MAX);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("never takes trust away", () => {
    fc.assert(
      fc.property(history, (acts) => {
        const sim = aSim();
        for (const path of PATHS) sim.wanted.set(path, "false");
        for (const each of acts) act(sim, each);
        sim.run(7_200_000);
        const removed = sim.writes.filter(
          ({ path, value }) => path.includes("/") && value === "false",
        );
        expect(removed).toEqual([]);
      }),
      { seed: SEED, numRuns: 80 },
    );
  });

  it("never sleeps for ever: it goes on making passes, however the clocks went", () => {
    fc.assert(
      fc.property(history, (acts) => {
        const sim = aSim();
        for (const each of acts) act(sim, each);
        const before = sim.state.passes;
        sim.run(3_600_000);
        expect(sim.state.passes).toBeGreaterThan(before);
      }),
      { seed: SEED, numRuns: 80 },
    );
  });

  it("keeps a state that can be saved and is no larger after a year than after a day", () => {
    const sim = aSim();
    const sizes: number[] = [];
    for (let day = 0; day < 120; day += 1) {
      sim.manifest = { digest: digestOf(`day-${day}`), commit: `c${day}`, changedBy: `c${day}` };
      sim.wanted.set("settings.log_level", day % 2 === 0 ? "true" : "false");
      sim.visor("desk").fights.set("settings.log_level", { value: "odd", afterMs: 30_000 });
      sim.visor("shop-1").isAway = day % 3 === 0;
      sim.send({ kind: "hint" });
      sim.run(2 * 3_600_000);
      sizes.push(formatWatchState(sim.state).length);
    }
    const early = Math.max(...sizes.slice(66, 90));
    const late = Math.max(...sizes.slice(96));
    expect(late).toBeLessThanOrEqual(early * 1.02);
  });
});

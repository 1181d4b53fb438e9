import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import type { SeenVisor } from "../../../src/model/index.ts";
import { diffVisor } from "../../../src/reconcile/diff/index.ts";
import { buildPlan } from "../../../src/reconcile/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { allRecords } from "../../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

describe("an app that is not there", () => {
  it("is unsupported with the way to add it", () => {
    const { unsupported } = diffVisor(
      desiredVisor(1, [valueLeaf("apps.web.address", ":1")]),
      seenVisor(1),
      undefined,
    );
    expect(unsupported.map(({ why }) => why)).toEqual([
      "the visor has no app web; apps.web: { present: true } adds it where the release can",
    ]);
  });

  it("and cannot be added has none of its fields planned", () => {
    const fields = [
      valueLeaf("apps.web.present", true),
      valueLeaf("apps.web.auto_start", true),
      valueLeaf("apps.web.running", true),
    ];
    const seen: Partial<SeenVisor> = { methods: new Map([["SetConfigFields", "present"]]) };
    const { changes, unsupported } = diffVisor(
      desiredVisor(1, fields),
      seenVisor(1, seen),
      undefined,
    );
    expect(changes).toEqual([]);
    expect(unsupported.map(({ path }) => path)).toEqual(fields.map(({ path }) => path).toSorted());
  });
});

describe("what an apply says", () => {
  it("of arguments of an app that it does not restart: in force when it next starts", async () => {
    const world = await startFleetWorld(defaultMix(3));
    worlds.push(world);
    const desired = world.desired({ "shop-1": [valueLeaf("apps.skychat.address", ":8005")] });
    const report = await world.apply(await world.plan(desired));
    expect(report.visors[0]?.outcomes).toEqual([
      {
        path: "apps.skychat.address",
        outcome: "done",
        note: "in force when the app next starts",
        step: "a",
      },
    ]);
  });

  it("never holds a secret that a visor gives back, however short", async () => {
    const world = await startFleetWorld(defaultMix(3));
    worlds.push(world);
    const field = valueLeaf("apps.skychat.env", { TOKEN: { secret: "env:T" } }, ["env:T"]);
    const writer = bentWriter(world.writer, () => ({
      setConfigFields: () =>
        Promise.reject(new FleetError("visor/refused", 'the visor refused it: bad value "q7§"')),
    }));
    const report = await world.apply(await world.plan(world.desired({ "shop-1": [field] })), {
      writer,
      resolveSecrets: async (refs) => new Map(refs.map((ref) => [ref, "q7§"])),
    });
    expect(report.exit).toBe(6);
    expect(
      JSON.stringify([report, (await allRecords(world.ledger)).map(({ payload }) => payload)]),
    ).not.toContain("q7§");
  });
});

describe("guards of lists count what is there", () => {
  it("an argument is measured with the keys that stay", () => {
    const many = Array.from(
      { length: 2_000 },
      (_, index) => `02${index.toString(16).padStart(64, "0")}`,
    );
    const visor = desiredVisor(1, [setLeaf("apps.skysocks.whitelist", [keyAt(3)], [])]);
    const plan = buildPlan({
      desired: desiredFleet([visor]),
      selected: [visor],
      observed: [
        seenVisor(1, { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", many.join(",")] })] }),
      ],
      acting: keyAt(0),
      history: { known: false, why: "none" },
      overrides: { allowTrustLoss: [] },
      nowMs: 0,
      expiresAfterMs: 1,
      tool: "test",
      manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
    });
    expect(plan.refusals.map(({ guard }) => guard)).toEqual(["argument-size"]);
  });
});

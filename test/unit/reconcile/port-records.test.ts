// Records of served ports that others write while an apply is under way.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DesiredFleet } from "../../../src/model/index.ts";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const OURS = keyAt(4);
const THEIRS = keyAt(5);

let world: FleetWorld;
beforeEach(async () => {
  world = await startFleetWorld(defaultMix(3));
});
afterEach(async () => {
  await world.stop();
});

function opened(): DesiredFleet {
  return world.desired({
    "shop-1": [
      valueLeaf("ports.8080.open", true),
      valueLeaf("ports.8080.label", "ours"),
      setLeaf("ports.8080.whitelist", [OURS]),
    ],
  });
}

async function foreign(record: Record<string, unknown> = {}): Promise<void> {
  const shown = { Label: "theirs", Whitelist: [THEIRS], DMSG: true, ...record } as never;
  await world.fleet.control.changeBehindBack("shop-1", { kind: "port", port: 8080, record: shown });
}

function records(): readonly object[] {
  return world.fleet.control.inspect("shop-1").ports;
}

/** Applies while somebody else writes: before, or right after, the n-th reading of the records. */
async function applyWhile(
  desired: DesiredFleet,
  act: () => Promise<void>,
  when: "before" | "after",
): Promise<ApplyReport> {
  const plan = await world.plan(desired);
  let isDone = false;
  const writer = bentWriter(world.writer, (session) => ({
    readPorts: async () => {
      const isNow = !isDone;
      isDone = true;
      if (isNow && when === "before") await act();
      const seen = await session.readPorts();
      if (isNow && when === "after") await act();
      return seen;
    },
  }));
  return await world.apply(plan, { writer });
}

describe("A9: a registration replaces what is there", () => {
  it.each(["before", "after"] as const)(
    "A9: so a port that others open %s the records are read is left to them",
    async (when) => {
      const report = await applyWhile(opened(), foreign, when);
      expect(records()).toMatchObject([{ Label: "theirs", Whitelist: [THEIRS] }]);
      const notes = report.visors.flatMap(({ outcomes }) => outcomes.map(({ note }) => note));
      expect(notes.join(" ")).toMatch(/others opened port 8080 meanwhile/);
      expect(report.exit).toBe(6);
    },
  );

  it("A9: and one that nobody else opens is written", async () => {
    const report = await applyWhile(opened(), async () => undefined, "after");
    expect(report.exit).toBe(0);
    expect(records()).toMatchObject([{ Label: "ours", Whitelist: [OURS] }]);
  });

  it("A3: a port that gets dmsg meanwhile is not deregistered over its listener", async () => {
    await foreign({ DMSG: false });
    const desired = world.desired({ "shop-1": [valueLeaf("ports.8080.open", false)] });
    await applyWhile(
      desired,
      async () => {
        await world.fleet.control.changeBehindBack("shop-1", {
          kind: "port",
          port: 8080,
          record: "closed",
        });
        await foreign();
      },
      "before",
    );
    const knock = { from: keyAt(3), port: 8080, over: "dmsg" } as const;
    expect(world.fleet.control.reach("shop-1", knock)).toBeUndefined();
  });
});

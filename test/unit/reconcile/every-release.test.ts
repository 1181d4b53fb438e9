import { afterEach, describe, expect, it } from "vitest";
import type { DesiredField } from "../../../src/model/index.ts";
import type { ReleaseName } from "../../../src/skywire/visor/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";

const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const LEAVES: readonly DesiredField[] = [
  setLeaf("trust.hypervisors", [keyAt(3)], []),
  setLeaf("trust.pty", [keyAt(4)], []),
  setLeaf("survey", [keyAt(4)], []),
  valueLeaf("reward_address", "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8"),
  valueLeaf("settings.routing.min_hops", 2),
  valueLeaf("settings.transport.public_autoconnect", false),
  valueLeaf("settings.is_public", true),
  valueLeaf("settings.log_level", "debug"),
  valueLeaf("apps.skychat.running", true),
  valueLeaf("apps.skychat.auto_start", true),
  valueLeaf("apps.skychat.address", ":8005"),
  valueLeaf("apps.vpn-client.killswitch", true),
  valueLeaf("apps.vpn-client.pk", keyAt(5)),
  setLeaf("apps.skysocks.whitelist", [keyAt(4)]),
  valueLeaf("ports.8080.open", true),
  setLeaf("ports.8080.whitelist", [keyAt(4)]),
];

describe("applying everything to the local visor, twice", () => {
  it.each<ReleaseName>(["newest", "v1.3.94", "v1.3.73", "v1.3.28"])(
    "does nothing the second time on %s",
    async (profile) => {
      const world = await startFleetWorld([{ name: "laptop", profile, local: true }]);
      worlds.push(world);
      const desired = world.desired({ laptop: LEAVES });
      const first = await world.plan(desired);
      expect(first.refusals).toEqual([]);
      const report = await world.apply(first);
      expect(
        report.visors.flatMap(({ outcomes }) =>
          outcomes.filter(({ outcome }) => !outcome.startsWith("done")),
        ),
      ).toEqual([]);
      expect(report.exit).toBe(0);
      const second = await world.plan(desired);
      expect(
        second.visors.flatMap(({ steps }) =>
          steps.flatMap(({ changes }) => changes.map(({ path }) => path)),
        ),
      ).toEqual([]);
      expect(second.counts.unsupported).toBe(first.counts.unsupported);
      world.fleet.counters.reset();
      const size = world.ledger.head.size;
      expect((await world.apply(second)).exit).toBe(0);
      expect([world.fleet.counters.mutating(), world.ledger.head.size]).toEqual([0, size]);
      const [visor] = second.visors;
      const told = [...(visor?.unsupported ?? []).map(({ path }) => path)];
      expect((visor?.inSync ?? 0) + new Set(told).size).toBe(LEAVES.length);
    },
  );
});

import fc from "fast-check";
import { expect, it } from "vitest";
import type { DesiredField } from "../../src/model/index.ts";
import { defaultMix } from "../../src/skywire/embedded/index.ts";
import { startFleetWorld } from "../support/fleet-world.ts";
import { anyoneLeaf, KEYS, setLeaf, valueLeaf } from "../support/reconcile-builders.ts";

/** Keys that are no visors of the embedded fleet, so that taking their trust away locks nobody out. */
const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 });

function elements(path: string): fc.Arbitrary<DesiredField> {
  return fc.tuple(keys, keys).map(([members, other]) =>
    setLeaf(
      path,
      members,
      other.filter((key) => !members.includes(key)),
    ),
  );
}

const fields: readonly fc.Arbitrary<readonly DesiredField[]>[] = [
  elements("trust.hypervisors").map((field) => [field]),
  elements("trust.pty").map((field) => [field]),
  elements("survey").map((field) => [field]),
  fc.nat(9).map((hops) => [valueLeaf("settings.routing.min_hops", hops)]),
  fc.boolean().map((on) => [valueLeaf("settings.transport.public_autoconnect", on)]),
  fc.constantFrom("debug", "info", "warn").map((level) => [valueLeaf("settings.log_level", level)]),
  fc.boolean().map((on) => [valueLeaf("apps.skychat.running", on)]),
  fc.boolean().map((on) => [valueLeaf("apps.skychat.auto_start", on)]),
  fc
    .constantFrom(["--persist"], ["--pair-enable", "--persist"], [])
    .map((args) => [valueLeaf("apps.skychat.args", args)]),
  fc.constantFrom(":8005", ":9001").map((address) => [valueLeaf("apps.skychat.address", address)]),
  fc
    .constantFrom(...KEYS)
    .map((key) => [
      valueLeaf("apps.vpn-client.pk", key),
      valueLeaf("apps.vpn-client.killswitch", true),
    ]),
  keys.map((members) => [
    members.length === 0
      ? anyoneLeaf("apps.skysocks.whitelist")
      : setLeaf("apps.skysocks.whitelist", members),
    valueLeaf("apps.skysocks.running", true),
  ]),
  keys.map((members) => [
    valueLeaf("ports.8080.open", true),
    valueLeaf("ports.8080.udp", members.length > 1),
    members.length === 0
      ? anyoneLeaf("ports.8080.whitelist")
      : setLeaf("ports.8080.whitelist", members),
  ]),
  fc.constant([valueLeaf("ports.8080.open", false)]),
  fc
    .boolean()
    .map((on) => [
      valueLeaf("apps.socks2.present", on),
      ...(on ? [valueLeaf("apps.socks2.binary", "skysocks-client")] : []),
    ]),
];

/** Leaves of several rows, the first of each path. */
const manifest = fc.shuffledSubarray([...fields], { minLength: 1, maxLength: 6 }).chain((rows) =>
  fc.tuple(...rows).map((picked) => {
    const byPath = new Map<string, DesiredField>();
    for (const row of picked) {
      if (
        row.some(({ path }) => path.startsWith("ports.")) &&
        [...byPath.keys()].some((path) => path.startsWith("ports."))
      )
        continue;
      for (const field of row) if (!byPath.has(field.path)) byPath.set(field.path, field);
    }
    return [...byPath.values()];
  }),
);

it(
  "applying any plan to an honest fleet makes the next plan empty, release by release",
  { timeout: 120_000 },
  async () => {
    const world = await startFleetWorld(defaultMix(5));
    try {
      await fc.assert(
        fc.asyncProperty(manifest, manifest, manifest, async (newest, middle, oldest) => {
          const desired = world.desired({ "shop-1": newest, "shop-2": middle, "shop-3": oldest });
          const plan = await world.plan(desired);
          expect(plan.refusals).toEqual([]);
          const report = await world.apply(plan);
          const bad = report.visors.flatMap(({ name, outcomes }) =>
            outcomes
              .filter(({ outcome }) => !outcome.startsWith("done"))
              .map((outcome) => ({ name, ...outcome })),
          );
          expect(bad).toEqual([]);
          const next = await world.plan(desired);
          expect(
            next.visors.flatMap(({ name, steps }) =>
              steps.flatMap(({ changes }) => changes.map(({ path }) => `${name} ${path}`)),
            ),
          ).toEqual([]);
        }),
        { seed: 20_260_101, numRuns: 40 },
      );
    } finally {
      await world.stop();
    }
  },
);

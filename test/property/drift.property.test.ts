import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Adoptable, type FieldToKeep } from "../../src/cli/drift/adoptable.ts";
import { liveEdits } from "../../src/cli/manifest/live-value.ts";
import { FleetError, utf8 } from "../../src/core/index.ts";
import { adoptFleet, editManifest, loadManifest } from "../../src/manifest/index.ts";
import type { DesiredFleet, SeenVisor } from "../../src/model/index.ts";
import { buildPlan, diffVisor } from "../../src/reconcile/index.ts";
import { EYES as planView } from "../support/adopting.ts";
import { keyOf } from "../support/manifest-text.ts";
import { CANARIES, randomFleet } from "../support/random-fleet.ts";
import { type SeededRandom, seededRandom } from "../support/seeded-random.ts";

const SEED = 20261126;
const NOW_MS = Date.UTC(2026, 10, 26, 12);
const STRANGER = keyOf("stranger");

/** A visor after somebody turned a few of its knobs. */
function turned(seen: SeenVisor, random: SeededRandom): SeenVisor {
  const isHit = (): boolean => random.next(3) === 0;
  const list = (keys: readonly string[] | undefined): readonly string[] | undefined =>
    keys === undefined || !isHit()
      ? keys
      : random.next(2) === 0 || keys.length < 2
        ? [...keys, STRANGER].toSorted()
        : keys.slice(1);
  const settings = { ...seen.settings };
  if (typeof settings["log_level"] === "string" && isHit()) settings["log_level"] = "fatal";
  if (typeof settings["is_public"] === "boolean" && isHit())
    settings["is_public"] = !settings["is_public"];
  const { hypervisors, pty, ports } = seen;
  return {
    ...seen,
    settings,
    ...(hypervisors === undefined ? {} : { hypervisors: list(hypervisors) ?? [] }),
    ...(pty === undefined ? {} : { pty: list(pty) ?? [] }),
    ...(ports === undefined
      ? {}
      : {
          ports: ports
            .filter(() => random.next(6) > 0)
            .map((port) => ({
              ...port,
              whitelist: list(port.whitelist) ?? [],
              label: isHit() ? "turned" : port.label,
              udp: isHit() ? !port.udp : port.udp,
            })),
        }),
    apps: seen.apps
      .filter(() => random.next(12) > 0)
      .map((app) => ({
        ...app,
        autoStart: isHit() ? !app.autoStart : app.autoStart,
        ...(isHit() ? { running: !app.running, status: app.running ? 0 : 1 } : {}),
      })),
  };
}

function desiredOf(text: string): DesiredFleet {
  const { desired, diagnostics } = loadManifest(utf8(text), "fleet.yaml");
  if (desired === undefined) throw new Error(`${JSON.stringify(diagnostics)}\n${text}`);
  return desired;
}

function changedPaths(desired: DesiredFleet, seen: SeenVisor): readonly string[] {
  const visor = desired.visors.find(({ key }) => key === seen.key);
  if (visor === undefined) return [];
  return [...new Set(diffVisor(visor, seen, undefined).changes.map(({ path }) => path))];
}

/** What drift says of keeping a value. */
function isOffered(text: string, field: FieldToKeep): boolean {
  return new Adoptable(utf8(text), editManifest).has(field);
}

/** Takes one value over; `undefined` when the manifest cannot say it, and is told why. */
function adoptOne(text: string, seen: SeenVisor, path: string): string | undefined {
  const { visors, keyNames: names } = desiredOf(text);
  const desired = visors.find(({ key }) => key === seen.key);
  if (desired === undefined) return undefined;
  try {
    let after = text;
    for (const edit of liveEdits({ desired, seen, path, names, open: false })) {
      const bytes = utf8(after);
      after = editManifest({ bytes, file: "fleet.yaml", visors: [seen.key], edit }).text;
    }
    expect(isOffered(text, { desired, seen, path, names }), `${path}\n${text}`).toBe(true);
    return after;
  } catch (error) {
    // What drift offers to keep is what can be kept.
    expect(isOffered(text, { desired, seen, path, names }), `${path}\n${text}`).toBe(false);
    const isTold = error instanceof FleetError && error.next !== undefined;
    if (isTold && /^(cli\/adopt-field|manifest\/edit)$/.test(error.code)) return undefined;
    throw error;
  }
}

const CASES = fc.record({
  seed: fc.integer({ min: 1, max: 0x7fff_ffff }),
  count: fc.integer({ min: 1, max: 5 }),
  wildness: fc.constantFrom(0 as const, 1 as const, 2 as const),
});

describe("a value that is taken over", () => {
  it("is not planned any more, and neither is anything that was not before", () => {
    let [taken, told] = [0, 0];
    fc.assert(
      fc.property(CASES, ({ seed, count, wildness }) => {
        const fleet = randomFleet(seed, count, wildness);
        const local = fleet[0]?.seen.key;
        const { text } = adoptFleet({
          visors: fleet,
          sections: new Set(["trust", "apps", "settings", "ports"]),
          open: false,
          planView,
          fleet: "home",
          controllers: local === undefined ? [] : [local],
          unread: [],
        });
        const random = seededRandom(seed);
        const now = fleet.map(({ seen }) => turned(seen, random));
        let manifest = text;
        for (const seen of now) {
          for (const path of changedPaths(desiredOf(manifest), seen)) {
            const before = now.map((each) => changedPaths(desiredOf(manifest), each));
            const after = adoptOne(manifest, seen, path);
            if (after === undefined) {
              told += 1;
              continue;
            }
            const left = now.map((each) => changedPaths(desiredOf(after), each));
            expect(left[now.indexOf(seen)], `${path}\n${after}`).not.toContain(path);
            left.forEach((paths, index) => {
              const fresh = paths.filter((each) => before[index]?.includes(each) !== true);
              expect(fresh, `${path}\n${after}`).toEqual([]);
            });
            taken += 1;
            manifest = after;
          }
        }
        for (const canary of CANARIES) expect(manifest.includes(canary)).toBe(false);
      }),
      { seed: SEED, numRuns: 70 },
    );
    expect(taken).toBeGreaterThan(200);
    expect(told).toBeLessThan(taken);
  }, 120_000);
});

describe("a plan that is narrowed to one value", () => {
  it("holds changes of it and of what it needs alone, and lists the rest as left out", () => {
    fc.assert(
      fc.property(CASES, fc.nat(), ({ seed, count, wildness }, pick) => {
        const fleet = randomFleet(seed, count, wildness);
        const local = fleet[0]?.seen.key;
        if (local === undefined) return;
        const { text } = adoptFleet({
          visors: fleet,
          sections: new Set(["trust", "apps", "settings", "ports"]),
          open: false,
          planView,
          fleet: "home",
          controllers: [local],
          unread: [],
        });
        const desired = desiredOf(text);
        const random = seededRandom(seed);
        const now = new Map(
          fleet.map(({ seen }) => [seen.key as string, turned(seen, random)] as const),
        );
        const differing = [...now.values()].flatMap((seen) =>
          changedPaths(desired, seen).map((path) => ({ visor: seen.key, path })),
        );
        const field = differing[pick % Math.max(1, differing.length)];
        if (field === undefined) return;
        const selected = desired.visors.filter(({ key }) => key === field.visor);
        const plan = buildPlan({
          desired,
          selected,
          observed: selected.flatMap(({ key }) => now.get(key) ?? []),
          only: [field],
          acting: local,
          history: { known: false, why: "none" },
          overrides: { allowTrustLoss: [] },
          nowMs: NOW_MS,
          expiresAfterMs: 1,
          tool: "test",
          manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
        });
        const [visor] = plan.visors;
        const paths = new Set(visor?.steps.flatMap((s) => s.changes.map(({ path }) => path)));
        const [section, name] = field.path.split(".");
        const near = `${section ?? ""}.${name ?? ""}.`;
        expect(paths).toContain(field.path);
        for (const path of paths) {
          expect(path === field.path || path.startsWith(near), path).toBe(true);
        }
        const all = differing.filter((each) => each.visor === field.visor).map(({ path }) => path);
        expect(new Set([...paths, ...(visor?.leftOut ?? [])])).toEqual(new Set([...all, ...paths]));
        expect(plan.only).toEqual([field]);
      }),
      { seed: SEED, numRuns: 150 },
    );
  }, 120_000);
});

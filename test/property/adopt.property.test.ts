import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8, type VisorKey } from "../../src/core/index.ts";
import {
  ADOPT_SECTIONS,
  adoptFleet,
  type AdoptFleetInput,
  adoptInto,
  type AdoptSection,
  formatManifest,
  isManaged,
  loadManifest,
} from "../../src/manifest/index.ts";
import type { DesiredFleet, DesiredVisor, Plan } from "../../src/model/index.ts";
import { buildPlan } from "../../src/reconcile/index.ts";
import { EYES as planView } from "../support/adopting.ts";
import { CANARIES, type NamedSeen, randomFleet, type Wildness } from "../support/random-fleet.ts";

const SEED = 20261125;
/** A short look for every run; the thousand of the full check with FLEET_ADOPT_FLEETS=1000. */
const FLEETS = Number(process.env["FLEET_ADOPT_FLEETS"] ?? 40);
const NOW_MS = Date.UTC(2026, 10, 25, 12);

interface Case {
  readonly seed: number;
  readonly count: number;
  readonly wildness: Wildness;
  readonly open: boolean;
  readonly sections: readonly AdoptSection[];
}

/** Most fleets are small; some are as large as fleets get. */
function cases(most: number): fc.Arbitrary<Case> {
  return fc.record({
    seed: fc.integer({ min: 1, max: 0x7fff_ffff }),
    count: fc.integer({ min: 1, max: most }),
    wildness: fc.constantFrom<Wildness>(0, 1, 2, 3),
    open: fc.boolean(),
    sections: fc.oneof(
      fc.constant(ADOPT_SECTIONS),
      fc.subarray([...ADOPT_SECTIONS], { minLength: 1 }),
    ),
  });
}

/** Fleets of 1 to 500 visors: nine of ten are as small as most are, one of a hundred is as large as fleets get. */
function casesOfAllSizes(): fc.Arbitrary<Case> {
  const size = fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 8 }), weight: 90 },
    { arbitrary: fc.integer({ min: 9, max: 60 }), weight: 9 },
    { arbitrary: fc.integer({ min: 61, max: 500 }), weight: 1 },
  );
  return fc.tuple(cases(1), size).map(([one, count]) => ({ ...one, count }));
}

function inputOf(fleet: readonly NamedSeen[], { open, sections }: Case): AdoptFleetInput {
  const local = fleet[0]?.seen.key;
  return {
    visors: fleet,
    sections: new Set(sections),
    open,
    planView,
    fleet: "home",
    controllers: local === undefined ? [] : [local],
    unread: [],
  };
}

function desiredOf(text: string): DesiredFleet {
  const { desired, diagnostics } = loadManifest(utf8(text), "fleet.yaml");
  const faults = diagnostics.map(({ at, code, message }) => `${at?.line} ${code} ${message}`);
  if (desired === undefined) throw new Error(`${faults.join("\n")}\n${text}`);
  return desired;
}

function planOf(desired: DesiredFleet, fleet: readonly NamedSeen[]): Plan {
  const seenBy = new Map<string, NamedSeen["seen"]>(fleet.map(({ seen }) => [seen.key, seen]));
  const selected = desired.visors.filter(({ key }) => seenBy.has(key));
  const acting = fleet[0]?.seen.key;
  if (acting === undefined) throw new Error("no fleet");
  return buildPlan({
    desired,
    selected,
    observed: selected.flatMap(({ key }) => seenBy.get(key) ?? []),
    acting,
    history: { known: false, why: "none" },
    overrides: { allowTrustLoss: [] },
    nowMs: NOW_MS,
    expiresAfterMs: 1,
    tool: "test",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
  });
}

function changesOf(plan: Plan): readonly string[] {
  return plan.visors
    .flatMap(({ key, steps }) =>
      steps.flatMap((step) =>
        step.changes.map(({ path, after }) => `${key} ${path} ${String(after)}`),
      ),
    )
    .toSorted();
}

function expectEmpty(plan: Plan, text: string): void {
  const open = plan.visors.flatMap(({ unsupported, notCompared }) => [
    ...unsupported,
    ...notCompared,
  ]);
  if (changesOf(plan).length + open.length + plan.refusals.length === 0) return;
  throw new Error(`${JSON.stringify([changesOf(plan), open, plan.refusals])}\n${text}`);
}

function expectNoSecret(text: string): void {
  for (const canary of CANARIES) expect(text.includes(canary)).toBe(false);
}

describe("a manifest adopted from a fleet", () => {
  const check = (one: Case): void => {
    const fleet = randomFleet(one.seed, one.count, one.wildness);
    const { text, adoption } = adoptFleet(inputOf(fleet, one));
    const desired = desiredOf(text);
    expectEmpty(planOf(desired, fleet), text);
    expectNoSecret(text);
    expect(formatManifest(text)).toBe(text);
    expect(desired.visors.map(({ key }) => key)).toEqual(
      fleet.map(({ seen }) => seen.key).toSorted(),
    );
    const owned = adoption.visors.reduce((sum, visor) => sum + visor.owned, 0);
    expect(desired.visors.every(({ leaves: fields }) => fields.size === 0)).toBe(owned === 0);
    // Arguments are the visor's own words: a key in them has no name.
    const named = text.replace(/args: \[.*?\]|args:(\n +- .*)+/g, "");
    for (const key of named.match(/0[23][0-9a-f]{64}/g) ?? []) {
      expect(named.split(key)).toHaveLength(2);
    }
    if (!one.open) expect(text.replace(/#.*/g, "")).not.toContain("anyone");
  };

  it("plans nothing on it, holds no secret, names every key once, and is formatted", () => {
    fc.assert(fc.property(cases(6), check), { seed: SEED, numRuns: 700 });
  }, 90_000);

  it("does so for fleets of a hundred visors", () => {
    fc.assert(fc.property(cases(120), check), { seed: SEED, numRuns: 20 });
  }, 90_000);

  it("does so for fleets of five hundred visors", () => {
    fc.assert(
      fc.property(cases(1), (one) => check({ ...one, count: 500 })),
      { seed: SEED, numRuns: 2 },
    );
  }, 90_000);

  it("does so for random fleets of one to five hundred visors", () => {
    fc.assert(fc.property(casesOfAllSizes(), check), { seed: SEED + 1, numRuns: FLEETS });
  }, 900_000);

  it("after one line is edited plans exactly that", () => {
    let planned = 0;
    fc.assert(
      fc.property(cases(6), fc.nat(), (one, pick) => {
        const fleet = randomFleet(one.seed, one.count, one.wildness);
        const { text } = adoptFleet(inputOf(fleet, { ...one, sections: ["settings", "apps"] }));
        const lines = text.split("\n");
        const levels = lines.flatMap((line, index) => (/log_level: \w+/.test(line) ? [index] : []));
        const index = levels[pick % Math.max(1, levels.length)];
        if (index === undefined) return;
        const before = desiredOf(text);
        lines[index] = (lines[index] ?? "").replace(/log_level: \w+/, "log_level: panic");
        const after = desiredOf(lines.join("\n"));
        const edited = after.visors.filter(
          (visor, at) => levelOf(visor) !== levelOf(before.visors[at]),
        );
        expect(edited.length).toBeGreaterThan(0);
        const plan = planOf(after, fleet);
        const cannot = plan.visors.flatMap(({ key, unsupported }) =>
          unsupported.map(({ path }) => `${key} ${path} panic`),
        );
        expect([...changesOf(plan), ...cannot].toSorted()).toEqual(
          edited.map(({ key }) => `${key} settings.log_level panic`).toSorted(),
        );
        expect(plan.refusals).toEqual([]);
        planned += changesOf(plan).length;
      }),
      { seed: SEED, numRuns: Math.max(150, FLEETS) },
    );
    expect(planned).toBeGreaterThan(100);
  }, 900_000);
});

function levelOf(visor: DesiredVisor | undefined): unknown {
  const field = visor?.leaves.get("settings.log_level");
  return field?.kind === "value" ? field.value : undefined;
}

/** The records of visors without the places of their values. */
function recordsOf(desired: DesiredFleet, keys: ReadonlySet<VisorKey>): string {
  const records = desired.visors
    .filter(({ key }) => keys.has(key))
    .map((visor) => ({ ...visor, place: undefined, leaves: [...visor.leaves.values()] }));
  return JSON.stringify(records, (name, value: unknown) => (name === "origin" ? undefined : value));
}

describe("adopting more visors into a manifest", () => {
  const adoptMore = (text: string, fleet: readonly NamedSeen[], one: Case): string => {
    const { sections, open } = inputOf(fleet, one);
    const result = adoptInto({ text, file: "fleet.yaml", visors: fleet, sections, open, planView });
    if (result.kind !== "adopted") throw new Error(JSON.stringify(result));
    const [before, after] = [desiredOf(text), desiredOf(result.text)];
    expectEmpty(planOf(after, fleet), result.text);
    expectNoSecret(result.text);
    const managed = new Set(before.visors.filter(isManaged).map(({ key }) => key));
    expect(recordsOf(after, managed)).toBe(recordsOf(before, managed));
    expect(after.visors).toHaveLength(fleet.length);
    return result.text;
  };

  it("changes no visor that is managed, keeps every line, and plans nothing", () => {
    fc.assert(
      fc.property(cases(6), fc.nat(), (one, pick) => {
        const fleet = randomFleet(one.seed, one.count + 1, one.wildness);
        const first = fleet.slice(0, 1 + (pick % one.count));
        const { text } = adoptFleet(inputOf(first, one));
        const kept = text.split("\n").filter((line) => !/^ {2}key-|^keys:|^# Keys /.test(line));
        expect(isSubsequence(kept, adoptMore(text, fleet, one).split("\n"))).toBe(true);
      }),
      { seed: SEED, numRuns: 100 },
    );
  }, 90_000);

  it("fills visors that own nothing, in blocks and in braces, and keeps what stands around", () => {
    fc.assert(
      fc.property(cases(6), fc.boolean(), (one, isCrlf) => {
        const fleet = randomFleet(one.seed, one.count + 1, one.wildness);
        const visors = fleet
          .slice(1)
          .map(({ seen: { key } }, index) =>
            index % 2 === 0
              ? `  x${index}:\n    key: "${key}"   # mine\n    # about it\n    tags: [t1]\n`
              : `  x${index}: { key: ${key}, tags: [t2] }   # mine\n`,
          );
        const head = "apiVersion: fleet.skywire/v1\nfleet: home\n\n# All of them.\nvisors:\n";
        const text = `${head}${visors.join("")}\n# The end.\npolicy: { max_removals: 5 }\n`;
        const given = isCrlf ? text.replaceAll("\n", "\r\n") : text;
        const adopted = adoptMore(given, fleet, one);
        expect(/[^\r]\n/.test(adopted)).toBe(!isCrlf);
        const plain = adopted.replaceAll("\r\n", "\n");
        expect(plain.match(/ {3}# mine\n/g)).toHaveLength(visors.length);
        expect(plain.endsWith("\n# The end.\npolicy: { max_removals: 5 }\n")).toBe(true);
        for (const { tags, name } of desiredOf(adopted).visors) {
          if (name.startsWith("x")) expect(tags).toHaveLength(1);
        }
      }),
      { seed: SEED, numRuns: 40 },
    );
  }, 90_000);
});

function isSubsequence(wanted: readonly string[], lines: readonly string[]): boolean {
  let at = 0;
  for (const line of lines) if (line === wanted[at]) at += 1;
  return at === wanted.length;
}

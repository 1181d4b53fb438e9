import { describe, expect, it } from "vitest";
import type { Change, DesiredField, Overrides, SeenVisor } from "../../../src/model/index.ts";
import { buildPlan, type PlanInput } from "../../../src/reconcile/index.ts";
import { checkLockOut } from "../../../src/reconcile/plan/index.ts";
import {
  anyoneLeaf,
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

const ACTING = keyAt(0);
const [A, B, C] = [keyAt(3), keyAt(4), keyAt(5)];

/** Plans visor 1 alone, through visor 0. */
function planOne(
  fields: readonly DesiredField[],
  seen: Partial<SeenVisor>,
  overrides: Overrides = { allowTrustLoss: [] },
  more: Partial<PlanInput> = {},
): ReturnType<typeof buildPlan> {
  const visor = desiredVisor(1, fields);
  return buildPlan({
    desired: desiredFleet([visor]),
    selected: [visor],
    observed: [seenVisor(1, seen)],
    acting: ACTING,
    history: { known: false, why: "none" },
    overrides,
    nowMs: Date.UTC(2026, 0, 1),
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
    ...more,
  });
}

describe("what is said to do next", () => {
  const open = [valueLeaf("apps.skysocks.running", true)];
  const apps = [seenApp("skysocks")];
  const nextOf = (guard: string, plan: ReturnType<typeof buildPlan>): string | undefined =>
    plan.refusals.find((refusal) => refusal.guard === guard)?.next;

  it.each<{ name: string; overrides: Overrides; want: string }>([
    {
      name: "both options where trust is taken away",
      overrides: { allowTrustLoss: [] },
      want: "run again with --allow-removals 2 --allow-trust-removals 2",
    },
    {
      name: "the right number of removals where another one was given",
      overrides: { allowTrustLoss: [], allowRemovals: 1, allowTrustRemovals: 2 },
      want: "run again with --allow-removals 2",
    },
  ])("names $name", ({ overrides, want }) => {
    const fields = [setLeaf("trust.hypervisors", [], [A, B])];
    const plan = planOne(fields, { hypervisors: [ACTING, A, B] }, overrides);
    expect(nextOf("removals", plan)).toMatch(new RegExp(`; if all of them are meant, ${want}$`));
  });

  it.each<{
    name: string;
    leaves: readonly DesiredField[];
    seen: Partial<SeenVisor>;
    want: string;
  }>([
    {
      name: "a removal of trust that an open exit holds up",
      leaves: [setLeaf("trust.hypervisors", [], [A]), setLeaf("trust.pty", [], [A])],
      seen: { hypervisors: [ACTING, A], pty: [A] },
      want: "`fleet apply --only visor-1/trust.hypervisors --only visor-1/trust.pty` makes it alone",
    },
    {
      name: "a removal from the whitelist of another app, and how many more",
      leaves: [
        setLeaf("trust.hypervisors", [], [A]),
        setLeaf("trust.pty", [], [A]),
        setLeaf("apps.vpn-server.whitelist", [], [A]),
        setLeaf("apps.web.whitelist", [], [A]),
      ],
      seen: {
        hypervisors: [ACTING, A],
        pty: [A],
        apps: [
          ...apps,
          seenApp("vpn-server", { rawArgs: ["--whitelist", `${A},${B}`] }),
          seenApp("web", { binary: "vpn-server", rawArgs: ["--whitelist", `${A},${B}`] }),
        ],
      },
      want: "--only visor-1/trust.pty --only visor-1/apps.vpn-server.whitelist` makes it alone, and so on for 1 more",
    },
  ])("points to $name", ({ leaves: fields, seen, want }) => {
    const overrides = { allowTrustLoss: [], allowRemovals: 9 };
    const plan = planOne([...open, ...fields], { apps, ...seen }, overrides);
    expect(nextOf("open-exit", plan)).toContain("the removal of keys need not wait for that");
    expect(nextOf("open-exit", plan)).toContain(want);
  });

  it.each<{
    name: string;
    guard: string;
    leaves: readonly DesiredField[];
    seen: Partial<SeenVisor>;
  }>([
    {
      name: "where nothing else loses a key",
      guard: "open-exit",
      leaves: [...open, setLeaf("trust.pty", [A])],
      seen: { pty: [] },
    },
    {
      name: "where the removal is what is refused",
      guard: "would-open",
      leaves: [setLeaf("apps.skysocks.whitelist", [], [A])],
      seen: { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", A] })] },
    },
    {
      name: "where the removal would lock us out",
      guard: "open-exit",
      leaves: [...open, setLeaf("trust.hypervisors", [], [ACTING])],
      seen: { hypervisors: [ACTING, A] },
    },
  ])("points nowhere else $name", ({ guard, leaves: fields, seen }) => {
    const plan = planOne(fields, { apps, ...seen }, { allowTrustLoss: [], allowRemovals: 9 });
    expect(nextOf(guard, plan)).not.toContain("--only");
  });
});

describe("what can be done on an old release", () => {
  const without = (...absent: readonly string[]): Partial<SeenVisor> => {
    const { methods: present } = seenVisor(1, {});
    return {
      methods: new Map(
        [...present].map(([name, served]) => [name, absent.includes(name) ? "absent" : served]),
      ),
    };
  };

  it("R5: deleting an app is offered only where an app can be deleted", () => {
    const fields = [setLeaf("apps.skysocks.whitelist", [], [A])];
    const seen = { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", A] })] };
    const nextOn = (more: Partial<SeenVisor>): string =>
      planOne(fields, { ...seen, ...more }).refusals[0]?.next ?? "";
    expect(nextOn({})).toContain("present: false");
    expect(nextOn(without("DeleteApp"))).toContain("whitelist: anyone");
    expect(nextOn(without("DeleteApp"))).not.toContain("present: false");
  });

  it("R5: keys are offered for an exit only where its release takes keys", () => {
    const fields = [valueLeaf("apps.skysocks.running", true)];
    const seen = { apps: [seenApp("skysocks")] };
    const nextOn = (more: Partial<SeenVisor>): string =>
      planOne(fields, { ...seen, ...more }).refusals[0]?.next ?? "";
    expect(nextOn({})).toContain("with the keys that may use it");
    expect(nextOn(without("SetConfigFields", "SetAppArgs", "SetAppWhitelist"))).toContain(
      "whitelist: anyone",
    );
    expect(nextOn(without("SetConfigFields", "SetAppArgs", "SetAppWhitelist"))).not.toContain(
      "with the keys that may use it",
    );
  });
});

describe("guards of a plan", () => {
  it.each<{
    name: string;
    leaves: readonly DesiredField[];
    seen: Partial<SeenVisor>;
    overrides?: Overrides;
    want: readonly string[];
  }>([
    {
      name: "the key we come through keeps its way in",
      leaves: [setLeaf("trust.hypervisors", [A])],
      seen: { hypervisors: [ACTING] },
      want: ["lock-out --allow-trust-loss visor-1", "removals --allow-removals 1"],
    },
    {
      name: "moving the way in from one list to the other passes",
      leaves: [setLeaf("trust.hypervisors", []), setLeaf("trust.pty", [ACTING])],
      seen: { hypervisors: [ACTING], pty: [] },
      overrides: { allowTrustLoss: [], allowRemovals: 1 },
      want: [],
    },
    {
      name: "losing it by name passes, trusting nobody never does",
      leaves: [setLeaf("trust.hypervisors", [])],
      seen: { hypervisors: [ACTING] },
      overrides: { allowTrustLoss: ["visor-1"], allowRemovals: 1 },
      want: ["lock-out "],
    },
    {
      name: "a key that had no way in loses none",
      leaves: [setLeaf("trust.hypervisors", [], [A])],
      seen: { hypervisors: [A, B] },
      overrides: { allowTrustLoss: [], allowRemovals: 1 },
      want: [],
    },
    {
      name: "up to three ordinary removals pass",
      leaves: [setLeaf("survey", [], [A, B, C])],
      seen: { survey: [A, B, C] },
      want: [],
    },
    {
      name: "four do not, without a recorded apply to take a share of",
      leaves: [setLeaf("survey", [], [A, B, C, ACTING])],
      seen: { survey: [A, B, C, ACTING] },
      want: ["removals --allow-removals 4"],
    },
    {
      name: "taking the last key off a whitelist would open it",
      leaves: [setLeaf("apps.skysocks.whitelist", [], [A])],
      seen: { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", A] })] },
      want: ["would-open "],
    },
    {
      name: "an exit does not start open",
      leaves: [valueLeaf("apps.skysocks.running", true)],
      seen: { apps: [seenApp("skysocks")] },
      want: ["open-exit "],
    },
    {
      name: "an exit starts open when the manifest says so",
      leaves: [valueLeaf("apps.skysocks.running", true), anyoneLeaf("apps.skysocks.whitelist")],
      seen: { apps: [seenApp("skysocks")] },
      want: [],
    },
    {
      name: "an exit with keys starts",
      leaves: [valueLeaf("apps.skysocks.running", true), setLeaf("apps.skysocks.whitelist", [A])],
      seen: { apps: [seenApp("skysocks")] },
      want: [],
    },
  ])("$name", ({ leaves: fields, seen, overrides, want }) => {
    const { refusals, applyable } = planOne(fields, seen, overrides);
    expect(refusals.map(({ guard, override }) => `${guard} ${override ?? ""}`)).toEqual(want);
    expect(applyable).toBe(want.length === 0);
  });

  it("names measured value, limit, line and next step in every refusal", () => {
    for (const refusal of planOne([setLeaf("trust.hypervisors", [A])], { hypervisors: [ACTING] })
      .refusals) {
      expect(refusal).toMatchObject({
        measured: expect.any(String),
        limit: expect.any(String),
        next: expect.any(String),
      });
    }
  });
});

describe("the lock-out guard", () => {
  const removal = (element: string): Change => ({
    path: "trust.hypervisors",
    element,
    op: "remove",
    before: true,
    after: false,
    reason: { place: placeAt(1) },
    lifetime: "config",
    restart: "none",
    risk: "trust",
    step: "c",
    method: "SetConfigFields",
    inverse: { after: true },
  });
  const base = {
    visor: keyAt(1),
    name: "one",
    acting: ACTING,
    protected: [A],
    allowLoss: false,
    nameOf: (key: string) => key,
  };

  it("protects controllers beside the acting key", () => {
    const before = { hypervisors: [ACTING, A], pty: [] };
    expect(
      checkLockOut({ ...base, before, changes: [removal(A)] }).map(({ message }) => message),
    ).toEqual([
      `${A} would lose its way into one: it would stand in neither trust.hypervisors nor trust.pty`,
    ]);
  });

  it("lets the local visor trust nobody", () => {
    const before = { hypervisors: [B], pty: [] };
    expect(checkLockOut({ ...base, visor: ACTING, before, changes: [removal(B)] })).toEqual([]);
  });

  it("3: tells nobody to keep a key that the manifest no longer wants", () => {
    const before = { hypervisors: [ACTING, A], pty: [] };
    const nextOf = (given: Partial<Parameters<typeof checkLockOut>[0]>): string => {
      const [first] = checkLockOut({ ...base, before, changes: [removal(A)], ...given });
      return first?.next ?? "";
    };
    const gone = new Set<string>([A]);
    expect(nextOf({})).toBe(`keep ${A} in one of the two lists of one`);
    expect(nextOf({ gone })).toContain("among its controllers no longer");
    expect(nextOf({ gone })).toContain("--allow-trust-loss one");
    expect(nextOf({ gone, acting: A, protected: [] })).toContain("--rpc");
  });

  it("3: a plan knows controllers of earlier keysets and revoked keys as such", () => {
    const visor = desiredVisor(1, [setLeaf("trust.hypervisors", [ACTING])]);
    const revoked = new Map([[A, { name: "old", place: placeAt(4) }]]);
    const { policy } = desiredFleet([visor]);
    const nextOf = (fleet: Parameters<typeof desiredFleet>[1]): string | undefined =>
      planOne([...visor.leaves.values()], { hypervisors: [ACTING, A] }, undefined, {
        desired: desiredFleet([visor], fleet),
        history: knownHistory({ keyset: { operators: [], controllers: [A], policy } }),
      }).refusals.find(({ guard }) => guard === "lock-out")?.next;
    expect(nextOf({ controllers: [A] })).toContain("keep ");
    expect(nextOf({ controllers: [] })).toContain("no longer");
    expect(nextOf({ controllers: [A], revoked })).toContain("no longer");
  });
});

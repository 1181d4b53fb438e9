// Which keys are no longer wanted, and where they keep a way in: one decision for every door.
import { describe, expect, it } from "vitest";
import type { DesiredFleet, DesiredVisor, Lingering, Plan } from "../../../src/model/index.ts";
import { buildPlan, type History, type PlanInput } from "../../../src/reconcile/index.ts";
import { plainPaint, planSarif, planText } from "../../../src/view/index.ts";
import { KnownFields } from "../../../src/ledger/index.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  knownHistory,
  NOWHERE,
  placeAt,
  seenVisor,
  setLeaf,
} from "../../support/reconcile-builders.ts";
import { testKeys } from "../../support/ledger-world.ts";

const OWNER = testKeys("owner");
const BEN = testKeys("ben");
const [LAPTOP, SHOP, TENT, OLD] = [keyAt(0), keyAt(1), keyAt(2), keyAt(3)];
const ONCE = { controllers: [], operators: [], takenOut: [], putIn: [] } as const;

interface Case {
  readonly visors?: readonly DesiredVisor[];
  readonly fleet?: Partial<DesiredFleet>;
  readonly history?: History;
  readonly seen?: PlanInput["observed"];
  readonly selected?: readonly DesiredVisor[];
  readonly more?: Partial<PlanInput>;
}

/** A plan of shop and tent; shop's two lists hold laptop and the old key unless said otherwise. */
function planned({ visors, fleet, history, seen, selected, more }: Case): Plan {
  const own = visors ?? [desiredVisor(1, [], "shop"), desiredVisor(2, [], "tent")];
  const desired = desiredFleet(own, {
    ...fleet,
    keyNames: new Map([...own.map(({ key, name }) => [key, name] as const), [OLD, "old"]]),
  });
  const lists = { hypervisors: [LAPTOP, OLD], pty: [LAPTOP, OLD] };
  return buildPlan({
    desired,
    selected: selected ?? own,
    observed: seen ?? [seenVisor(1, lists), seenVisor(2)].slice(0, (selected ?? own).length),
    acting: LAPTOP,
    history: history ?? { known: false, why: "none" },
    overrides: { allowTrustLoss: [] },
    nowMs: Date.UTC(2026, 0, 1),
    expiresAfterMs: 1,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
    ...more,
  });
}

/** `KEY why: NAME/LIST end, …`, then `? VISOR why` for what nobody can tell. */
function said(lingering: Lingering | undefined): readonly string[] {
  const keys = lingering?.keys.map(
    ({ key, why, ways }) =>
      `${key === OLD ? "old" : key} ${why}: ${ways.map(({ name, path, end }) => `${name}/${path} ${end}`).join(", ")}`,
  );
  const unknown = lingering?.unknown.map(({ name, why }) => `? ${name} ${why}`);
  return [...(keys ?? []), ...(unknown ?? [])];
}

const REVOKED = { revoked: new Map([[OLD, { name: "old", place: placeAt(4) }]]) };
const BOTH = "shop/trust.hypervisors write, shop/trust.pty write";

describe("keys that are no longer wanted", () => {
  it("3: are revoked ones, former controllers, operators' keys, and what receipts took out", () => {
    const operators = [{ name: "ben", keys: [BEN.operator, OLD] }];
    const receipt = { visor: SHOP, path: "trust.pty", key: OLD, entry: 7 } as const;
    const histories: readonly (readonly [Case, string])[] = [
      [{ fleet: REVOKED }, "is revoked"],
      [
        { history: knownHistory({ onceTrusted: { ...ONCE, controllers: [LAPTOP, OLD] } }) },
        "was a controller",
      ],
      [
        { history: knownHistory({ onceTrusted: { ...ONCE, operators } }) },
        "was the key of operator ben",
      ],
      [
        { history: knownHistory({ onceTrusted: { ...ONCE, takenOut: [receipt] } }) },
        "was taken out of trust.pty of shop (entry 7)",
      ],
      [{ more: { namedBefore: { commit: "ab".repeat(20), keys: new Map([[TENT, "tent"]]) } } }, ""],
    ];
    for (const [given, why] of histories)
      expect(said(planned(given).lingering)).toEqual(why === "" ? [] : [`old ${why}: ${BOTH}`]);
  });

  it("3: are those that an earlier commit named and that nothing names now", () => {
    const stranger = keyAt(4);
    const seen = [seenVisor(1, { pty: [stranger] }), seenVisor(2)];
    const namedBefore = { commit: "ab".repeat(20), keys: new Map([[stranger as string, "kim"]]) };
    const { lingering } = planned({ seen, more: { namedBefore } });
    expect(lingering?.keys).toMatchObject([
      { key: stranger, formerName: "kim", why: "was named at commit abababababab" },
    ]);
    const wanted = [desiredVisor(1, [setLeaf("trust.pty", [stranger], [])], "shop")];
    const now = planned({ visors: wanted, seen: seen.slice(0, 1), more: { namedBefore } });
    expect(now.lingering).toBeUndefined();
  });

  it("3: are those that a receipt put in and the manifest names nowhere", () => {
    const stranger = keyAt(4);
    const receipt = { visor: SHOP, path: "trust.pty", key: stranger, entry: 9 } as const;
    const history = knownHistory({ onceTrusted: { ...ONCE, putIn: [receipt] } });
    const seen = [seenVisor(1, { pty: [stranger] }), seenVisor(2, { pty: [stranger] })];
    expect(said(planned({ history, seen }).lingering)).toEqual([
      `${stranger} was put into trust.pty of shop (entry 9), is named nowhere now: shop/trust.pty write`,
    ]);
  });

  it("3: are not controllers of now, nor operators of now under another key", () => {
    const once = {
      ...ONCE,
      controllers: [LAPTOP],
      operators: [{ name: "owner", keys: [BEN.operator, OLD] }],
    };
    const operators = [
      { name: "owner", key: OWNER.operator, may: ["plan", "apply"] as const, place: placeAt(2) },
    ];
    const history = knownHistory({ onceTrusted: once });
    expect(planned({ fleet: { operators }, history }).lingering).toBeUndefined();
  });

  it("3: have a way in rightly where the manifest wants them, unless they are revoked", () => {
    const history = knownHistory({ onceTrusted: { ...ONCE, controllers: [OLD] } });
    const lets = (path: string) => [
      desiredVisor(1, [setLeaf(path, [OLD], [])], "shop"),
      desiredVisor(2, [], "tent"),
    ];
    expect(planned({ visors: lets("trust.pty"), history }).lingering).toBeUndefined();
    const receipt = { visor: TENT, path: "trust.pty", key: OLD, entry: 3 } as const;
    const seen = [seenVisor(1, { pty: [OLD] }), seenVisor(2, { hypervisors: [LAPTOP, OLD] })];
    const elsewhere = knownHistory({ onceTrusted: { ...ONCE, takenOut: [receipt] } });
    expect(
      said(planned({ visors: lets("trust.hypervisors"), seen, history: elsewhere }).lingering),
    ).toEqual(["old was taken out of trust.pty of tent (entry 3): tent/trust.hypervisors write"]);
  });

  it("3: are found where they may copy files, unless that is wanted", () => {
    const seen = [seenVisor(1, { dmsgscp: [OLD] }), seenVisor(2, { dmsgscp: [TENT] })];
    expect(said(planned({ fleet: REVOKED, seen }).lingering)).toEqual([
      "old is revoked: shop/trust.dmsgscp write",
    ]);
    const visors = [
      desiredVisor(1, [setLeaf("trust.dmsgscp", [OLD])], "shop"),
      desiredVisor(2, [], "tent"),
    ];
    const history = knownHistory({ onceTrusted: { ...ONCE, controllers: [LAPTOP, OLD] } });
    expect(said(planned({ visors, seen, history }).lingering)).toEqual([]);
  });

  it("3: are no news on the very visor whose key it is", () => {
    const history = knownHistory({ onceTrusted: { ...ONCE, controllers: [SHOP] } });
    const seen = [seenVisor(1, { pty: [SHOP] }), seenVisor(2)];
    expect(planned({ history, seen }).lingering).toBeUndefined();
  });
});

describe("what a plan leaves behind", () => {
  const exact = (...paths: readonly string[]) => [
    desiredVisor(
      1,
      paths.map((path) => setLeaf(path, [LAPTOP])),
      "shop",
    ),
  ];

  it("3: is named when it takes a key out of one list, whoever it is", () => {
    const [found] = said(planned({ visors: exact("trust.pty") }).lingering);
    expect(found).toBe(
      "old is taken out of trust.pty of shop by this plan: shop/trust.hypervisors write",
    );
  });

  it("3: is nothing when it takes the key out of both", () => {
    const visors = exact("trust.pty", "trust.hypervisors");
    expect(planned({ visors, fleet: REVOKED }).lingering).toBeUndefined();
  });

  it("3: is what --only leaves out, with the line that does it", () => {
    const visors = exact("trust.pty", "trust.hypervisors");
    const only = [{ visor: SHOP, path: "trust.pty" }];
    const plan = planned({ visors, fleet: REVOKED, more: { only } });
    expect(said(plan.lingering)).toEqual(["old is revoked: shop/trust.hypervisors apply"]);
    expect(planText(plan, plainPaint)).toContain(
      "`fleet apply --only shop/trust.hypervisors` does",
    );
  });
});

describe("what nobody can tell", () => {
  const exact = [
    desiredVisor(
      1,
      ["trust.hypervisors", "trust.pty"].map((path) => setLeaf(path, [LAPTOP])),
      "shop",
    ),
  ];
  const unread = {
    kind: "unreachable",
    key: SHOP,
    route: { kind: "local" },
    atMs: 0,
    reason: "not-answering",
    detail: "no answer",
    next: "wait",
  } as const;

  it("3: is said of visors that were not looked at, not read, or that show no list", () => {
    const [shop] = [desiredVisor(1, [], "shop")];
    const narrow = planned({ fleet: REVOKED, selected: [shop] });
    expect(said(narrow.lingering)).toEqual([`old is revoked: ${BOTH}`, "? tent not-looked-at"]);
    const dead = planned({ fleet: REVOKED, seen: [unread, seenVisor(2)] });
    expect(said(dead.lingering)).toEqual(["? shop not-read"]);
    expect(planText(dead, plainPaint)).toContain(
      "? whether old has a way in elsewhere is not known: shop could not be read",
    );
    const { pty: _, ...blind } = seenVisor(1);
    expect(said(planned({ fleet: REVOKED, seen: [blind, seenVisor(2)] }).lingering)).toEqual([
      "? shop not-shown",
    ]);
  });

  it("3: is nothing where the last apply found both exact lists as wanted", () => {
    const at = { ...NOWHERE, index: 3 };
    const wanted = { kind: "list", exact: true, members: [] } as const;
    const found = ["trust.hypervisors", "trust.pty"].map((path) => ({
      path,
      wanted,
      at,
      seenMs: 0,
    }));
    const fields = KnownFields.of(new Map([[SHOP, { set: [], found }]]));
    const history = knownHistory({ leaves: fields });
    const given = { visors: exact, fleet: REVOKED, seen: [unread] };
    expect(planned({ ...given, history }).lingering).toBeUndefined();
    expect(said(planned({ ...given, history: knownHistory() }).lingering)).toEqual([
      "? shop not-read",
    ]);
  });
});

describe("reports of a plan", () => {
  it("3: name a key that stays as a finding about its visor", () => {
    const sarif = planSarif(planned({ fleet: REVOKED }));
    expect(sarif).toContain("trust/lingering");
    expect(sarif).toContain("old is revoked and still has a way in");
  });
});

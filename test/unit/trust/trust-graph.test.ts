// Who can manage what: ways by lists, by what hypervisors push, through others, and what is not known.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VisorKey } from "../../../src/core/index.ts";
import type { Change } from "../../../src/model/index.ts";
import {
  checkExpectations,
  trustAfter,
  TrustGraph,
  trustReport,
  trustSeen,
  trustUnknown,
  trustWanted,
  type VisorTrust,
} from "../../../src/trust/index.ts";
import {
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
} from "../../support/reconcile-builders.ts";

const [LAPTOP, DESK, HUB, SHOP, PHONE, THIEF] = [0, 1, 2, 3, 4, 5].map(keyAt) as [
  VisorKey,
  VisorKey,
  VisorKey,
  VisorKey,
  VisorKey,
  VisorKey,
];

/** Visors by index, each with its hypervisors and its pty list. */
function graphOf(
  lists: Readonly<Record<number, readonly [readonly VisorKey[], readonly VisorKey[]]>>,
): TrustGraph {
  return new TrustGraph(
    Object.entries(lists).map(([index, [hypervisors, pty]]) =>
      trustSeen(seenVisor(Number(index), { hypervisors, pty, dmsgscp: [], allowRpcExec: false })),
    ),
  );
}

function edit(op: "add" | "remove", path: string, element: string): Change {
  return {
    path,
    element,
    op,
    before: op === "remove",
    after: op === "add",
    reason: { place: { file: "fleet.yaml", line: 1, column: 1 } },
    lifetime: "conf",
    restart: "none",
    risk: "trust",
    step: op === "add" ? "a" : "c",
    method: "SetConfigFields",
    inverse: { after: op === "remove" },
  };
}

describe("ways into visors", () => {
  it("are those of its lists, and its own key is nobody who was let in", () => {
    const graph = graphOf({ 0: [[], []], 3: [[LAPTOP, SHOP], [DESK]] });
    expect(graph.waysInto(SHOP)).toEqual([
      { from: LAPTOP, to: SHOP, by: "trust.hypervisors" },
      { from: DESK, to: SHOP, by: "trust.pty" },
    ]);
    expect(graph.managersOf(SHOP)).toEqual([LAPTOP, DESK].sort());
    expect(graph.answer(SHOP, SHOP)).toMatchObject({ kind: "yes", path: [{ by: "own-key" }] });
  });

  it("P10: a hypervisor pushes its own hypervisors into each visor that it manages", () => {
    const graph = graphOf({ 2: [[PHONE], []], 3: [[HUB], []] });
    expect(graph.waysInto(SHOP)).toContainEqual({ from: PHONE, to: SHOP, by: "pushed", via: HUB });
    expect(graph.answer(PHONE, SHOP)).toMatchObject({ kind: "yes", path: [{ by: "pushed" }] });
  });

  it("lead through visors that somebody manages, the shortest chain first", () => {
    const graph = graphOf({ 1: [[], [PHONE]], 2: [[], [DESK]], 3: [[], [HUB]] });
    expect(graph.path(PHONE, SHOP)?.map(({ from, to }) => [from, to])).toEqual([
      [PHONE, DESK],
      [DESK, HUB],
      [HUB, SHOP],
    ]);
    expect(graph.reach(PHONE).map(({ visor }) => visor)).toEqual([DESK, HUB, SHOP].sort());
    expect(graph.answer(SHOP, DESK)).toEqual({ kind: "no" });
  });

  it("copying files and reading the survey is no managing, and leads no further", () => {
    const graph = new TrustGraph([
      trustSeen(seenVisor(1, { hypervisors: [], pty: [], dmsgscp: [THIEF], survey: [PHONE] })),
      trustSeen(seenVisor(3, { hypervisors: [DESK], pty: [], dmsgscp: [], survey: [] })),
    ]);
    expect(graph.answer(THIEF, DESK)).toEqual({ kind: "no" });
    expect(graph.reach(THIEF)).toMatchObject([{ visor: DESK, includes: ["files"] }]);
    expect(graph.reach(PHONE)).toMatchObject([{ visor: DESK, includes: ["survey"] }]);
  });
});

describe("what is not known", () => {
  it.each([
    { name: "away", visor: () => trustSeen(awayVisor(3)), why: "not-read" },
    { name: "of an older release", visor: () => trustSeen(oldVisor(3)), why: "not-shown" },
    { name: "not owned", visor: () => trustWanted(desiredVisor(3, [])), why: "not-owned" },
    {
      name: "owned in part",
      visor: () => trustWanted(desiredVisor(3, [setLeaf("trust.pty", [DESK], [])])),
      why: "not-whole",
    },
  ])("a visor $name is never said to let nobody in", ({ visor, why }) => {
    const graph = new TrustGraph([visor(), trustSeen(seenVisor(0, { hypervisors: [] }))]);
    expect(graph.answer(THIEF, SHOP)).toMatchObject({ kind: "unknown" });
    expect(graph.doubtsOf(SHOP).map((doubt) => ("why" in doubt ? doubt.why : ""))).toContain(why);
  });

  it("stays unknown behind a visor that is known, and behind a hypervisor of somebody else", () => {
    const behind = new TrustGraph([
      trustSeen(seenVisor(3, { hypervisors: [HUB], pty: [] })),
      trustSeen(awayVisor(2)),
    ]);
    expect(behind.answer(THIEF, SHOP)).toMatchObject({
      kind: "unknown",
      doubts: [{ visor: HUB, list: "trust.hypervisors", why: "not-read" }],
    });
    const foreign = graphOf({ 3: [[PHONE], []] });
    expect(foreign.answer(THIEF, SHOP)).toEqual({
      kind: "unknown",
      doubts: [{ visor: SHOP, hypervisor: PHONE }],
    });
  });

  it("a way that is known is yes, whatever else is not", () => {
    const graph = new TrustGraph([
      trustWanted(desiredVisor(3, [setLeaf("trust.pty", [DESK], [])])),
    ]);
    expect(graph.answer(DESK, SHOP)).toMatchObject({ kind: "yes" });
  });
});

function awayVisor(index: number): Parameters<typeof trustSeen>[0] {
  const { key, route, atMs } = seenVisor(index);
  return {
    kind: "unreachable",
    key,
    route,
    atMs,
    reason: "not-answering",
    detail: "no answer",
    next: "try again",
  };
}

function oldVisor(index: number): Parameters<typeof trustSeen>[0] {
  const { hypervisors: _h, pty: _p, ...rest } = seenVisor(index);
  return rest;
}

describe("who may use what a visor offers", () => {
  it("an empty whitelist is everybody, and a visor's own key alone is nobody else", () => {
    const trust = trustSeen(
      seenVisor(3, {
        apps: [
          seenApp("vpn-server", { rawArgs: [], running: true }),
          seenApp("skysocks", { rawArgs: ["--whitelist", DESK] }),
          seenApp("skychat"),
        ],
        ports: [{ ...PORT, port: 8080, whitelist: [SHOP] }],
      }),
    );
    expect(trust.uses).toEqual([
      { path: "apps.vpn-server", who: "anyone" },
      { path: "apps.skysocks", who: { keys: [DESK] }, isIdle: true },
      { path: "ports.8080", who: { keys: [SHOP] } },
    ]);
    const closed = trustAfter(trust, [edit("remove", "apps.skysocks.whitelist", DESK)]);
    expect(closed.uses[1]).toEqual({ path: "apps.skysocks", who: "anyone", isIdle: true });
    const other = trustAfter(trust, [edit("add", "ports.8080.whitelist", PHONE)]);
    expect(other.uses[2]).toMatchObject({ who: { keys: [SHOP, PHONE].sort() } });
  });
});

it("a plan that opens or closes a port or an exit opens or closes its use", () => {
  const trust = trustSeen(seenVisor(3, { ports: [{ ...PORT, port: 8080, whitelist: [] }] }));
  expect(trust.uses).toEqual([{ path: "ports.8080", who: "anyone" }]);
  const base = edit("add", "ports.9090.whitelist", PHONE);
  const field = (path: string, after: boolean): Change => {
    const { element: _, ...change } = edit(after ? "add" : "remove", path, "");
    return { ...change, before: !after, after };
  };
  const after = trustAfter(trust, [
    field("ports.8080.open", false),
    field("ports.9090.open", true),
    base,
    { ...field("apps.exit.present", true), binary: "vpn-server" },
  ]);
  expect(after.uses).toEqual([
    { path: "ports.9090", who: { keys: [PHONE] } },
    { path: "apps.exit", who: "anyone" },
  ]);
});

it("of what is no visor of the fleet nothing is said", () => {
  expect(graphOf({ 3: [[], [DESK]] }).answer(PHONE, HUB)).toMatchObject({ kind: "unknown" });
});

describe("tests of access", () => {
  const place = { file: "fleet.yaml", line: 1, column: 1 };
  const facts = (graph: TrustGraph) => ({ graph, controllers: [LAPTOP, DESK], nameOf: String });
  const manages = (key: string, visors: readonly VisorKey[], is = false) =>
    ({ kind: "manages", key, is, visors, text: "test", place }) as const;

  it("nothing takes a visor's own key from it", () => {
    const graph = graphOf({ 2: [[], []], 3: [[], []] });
    const [checked] = checkExpectations([manages(SHOP, [HUB, SHOP])], facts(graph));
    expect(checked?.result).toBe("met");
  });

  it("an app that is no exit is not known, and one that is not there is used by nobody", () => {
    const seen = seenVisor(3, { apps: [seenApp("skychat")] });
    const graph = new TrustGraph([trustSeen(seen)]);
    const only = (use: string) =>
      ({ kind: "only", keys: [], use, visors: [SHOP], text: use, place }) as const;
    const checked = checkExpectations(
      [only("apps.skychat"), only("apps.vpn-server")],
      facts(graph),
    );
    expect(checked.map(({ result }) => result)).toEqual(["unknown", "met"]);
  });

  it("what hangs on visors that were not looked at is left out, with its test, where that is said", () => {
    const graph = new TrustGraph([
      trustSeen(seenVisor(3, { hypervisors: [], pty: [HUB] })),
      trustUnknown(HUB),
    ]);
    const tests = [manages(THIEF, [SHOP])];
    expect(checkExpectations(tests, facts(graph))).toMatchObject([{ result: "unknown" }]);
    expect(checkExpectations(tests, { ...facts(graph), leavesOut: true })).toEqual([]);
  });

  it("a thousand visors in a row are answered at once", () => {
    const count = 1_000;
    const key = (index: number): VisorKey => `02${String(index).padStart(64, "0")}` as VisorKey;
    const visors = Array.from({ length: count }, (_, index) =>
      trustSeen({ ...seenVisor(3), key: key(index), hypervisors: [], pty: [key(index + 1)] }),
    );
    const test = manages(
      THIEF,
      visors.map((visor) => visor.key),
    );
    const graph = new TrustGraph(visors);
    expect(checkExpectations([test], facts(graph))).toMatchObject([{ result: "met" }]);
  });
});

const PORT = {
  local_port: 80,
  label: "",
  description: "",
  show_on_landing: false,
  skynet: true,
  dmsg: false,
  udp: false,
  proxy_addr: "",
  preserve_host: false,
  inject_pk: false,
} as unknown as NonNullable<ReturnType<typeof seenVisor>["ports"]>[number];

it("changes are taken in their order", () => {
  const trust = trustSeen(seenVisor(3, { hypervisors: [LAPTOP], pty: [] }));
  const after = trustAfter(trust, [
    edit("add", "trust.pty", DESK),
    edit("remove", "trust.hypervisors", LAPTOP),
  ]);
  expect(after.lists["trust.hypervisors"]).toEqual({ keys: [] });
  expect(after.lists["trust.pty"]).toEqual({ keys: [DESK] });
});

it("a report names keys without a name, and controllers on whom visors hang", () => {
  const graph = graphOf({
    0: [[], [DESK]],
    1: [[], [LAPTOP]],
    2: [[], [LAPTOP]],
    3: [[], [LAPTOP, DESK, THIEF]],
  });
  const report = trustReport(graph, {
    visors: [LAPTOP, DESK, HUB, SHOP],
    controllers: [LAPTOP, DESK],
    isDeclared: (key) => key !== THIEF,
  });
  expect(report.undeclared).toEqual([{ key: THIEF, visors: [SHOP] }]);
  expect(report.singlePoints).toEqual([{ key: LAPTOP, visors: [HUB] }]);
});

describe("property", () => {
  const COUNT = 6;
  const lists = fc.array(fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 3 }), {
    minLength: 2 * COUNT,
    maxLength: 2 * COUNT,
  });

  function visorsOf(all: readonly (readonly number[])[]): readonly VisorTrust[] {
    return Array.from({ length: COUNT }, (_, index) =>
      trustSeen(
        seenVisor(index, {
          hypervisors: (all[2 * index] ?? []).map(keyAt),
          pty: (all[2 * index + 1] ?? []).map(keyAt),
        }),
      ),
    );
  }

  /** Warshall over the lists: who manages whom, written without the graph. */
  function closure(all: readonly (readonly number[])[]): readonly (readonly boolean[])[] {
    const can = Array.from({ length: COUNT }, (_, from) =>
      Array.from(
        { length: COUNT },
        (_unused, to) =>
          from === to || [...(all[2 * to] ?? []), ...(all[2 * to + 1] ?? [])].includes(from),
      ),
    );
    for (let via = 0; via < COUNT; via += 1)
      for (let from = 0; from < COUNT; from += 1)
        for (let to = 0; to < COUNT; to += 1)
          if (can[from]?.[via] === true && can[via]?.[to] === true) {
            const row = can[from];
            if (row !== undefined) row[to] = true;
          }
    return can;
  }

  it("answers are those of the closure of the lists, and each path holds", () => {
    fc.assert(
      fc.property(lists, (all) => {
        const graph = new TrustGraph(visorsOf(all));
        const can = closure(all);
        for (let from = 0; from < COUNT; from += 1) {
          for (let to = 0; to < COUNT; to += 1) {
            const answer = graph.answer(keyAt(from), keyAt(to));
            expect(answer.kind).toBe(can[from]?.[to] === true ? "yes" : "no");
            if (answer.kind !== "yes") continue;
            let at: string = keyAt(from);
            for (const way of answer.path) {
              expect(way.from).toBe(at);
              at = way.to;
            }
            expect(at).toBe(keyAt(to));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

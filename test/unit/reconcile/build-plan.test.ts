import { describe, expect, it } from "vitest";
import { KnownFields, type RecordRef } from "../../../src/ledger/index.ts";
import { DEFAULT_POLICY, type ObservedVisor } from "../../../src/model/index.ts";
import {
  buildPlan,
  checkApply,
  confirmationsOf,
  formatPlan,
  type History,
  parsePlan,
  planExit,
  type PlanInput,
  planSigner,
  signPlan,
} from "../../../src/reconcile/index.ts";
import { testKeys } from "../../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
  knownHistory,
} from "../../support/reconcile-builders.ts";

const NOW_MS = Date.UTC(2026, 0, 1, 0, 5);
const KEYS = testKeys("owner");
const OPERATOR = {
  name: "owner",
  key: KEYS.operator,
  may: ["plan", "apply"] as const,
  place: { file: "f", line: 1, column: 1 },
};

function recordAt(index: number): RecordRef {
  return { feed: KEYS.feed, index, timeMs: 0, operator: KEYS.operator };
}

function known(more: Partial<Extract<History, { known: true }>> = {}): History {
  return knownHistory({ head: 7, ...more });
}

const VISORS = [
  desiredVisor(0, [valueLeaf("settings.log_level", "debug")]),
  desiredVisor(1, [
    valueLeaf("apps.skychat.running", true),
    valueLeaf("apps.skychat.args", ["--new"]),
  ]),
  desiredVisor(2, [setLeaf("trust.pty", [keyAt(0)])]),
];
const SEEN: readonly ObservedVisor[] = [
  seenVisor(0),
  seenVisor(1, { apps: [seenApp("skychat", { running: true, rawArgs: ["--old"] })] }),
  {
    kind: "unreachable",
    key: keyAt(2),
    route: { kind: "bridge", scheme: "dmsg", port: 65 },
    atMs: 0,
    reason: "not-answering",
    detail: "no answer within 20 s",
    next: "look whether it is on",
  },
];

function input(more: Partial<PlanInput> = {}): PlanInput {
  return {
    desired: desiredFleet(VISORS, { operators: [OPERATOR] }),
    selected: VISORS,
    observed: SEEN,
    acting: keyAt(0),
    history: known(),
    overrides: { allowTrustLoss: [] },
    nowMs: NOW_MS,
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
    ...more,
  };
}

describe("a plan", () => {
  it("is the same bytes whatever the order of visors and replies", () => {
    const text = formatPlan(buildPlan(input()));
    const order = [2, 0, 1];
    const shuffled = input({
      selected: order.flatMap((index) => VISORS[index] ?? []),
      observed: order.flatMap((index) => SEEN[index] ?? []),
    });
    expect(formatPlan(buildPlan(shuffled))).toBe(text);
  });

  it("has a decision digest that survives another commit, line, route and time", () => {
    const moved = buildPlan(
      input({
        nowMs: NOW_MS + 5_000,
        manifest: { path: "other.yaml", digest: `sha256:${"1".repeat(64)}`, commit: "abc" },
      }),
    );
    const plan = buildPlan(input());
    expect(moved.decision).toBe(plan.decision);
    expect(moved.digest).not.toBe(plan.digest);
  });

  it("says where its ledger goes and what it had seen of others; the digest covers it, the decision does not", () => {
    const heads = ["ci", "owner", "desk"].map((name, index) => ({
      feed: testKeys(name).feed,
      size: index,
      tree: `${index}`.repeat(64),
    }));
    const ledger = { seal: true, relays: ["127.0.0.1:8870", "[::1]:8870"] };
    const plan = buildPlan(input());
    const seeing = buildPlan(input({ heads }));
    const relayed = buildPlan(input({ desired: { ...input().desired, ledger } }));
    expect([plan.heads, plan.relays]).toEqual([[], []]);
    expect(seeing.heads.map(({ feed }) => feed)).toEqual(heads.map(({ feed }) => feed).toSorted());
    expect(relayed.relays).toEqual(ledger.relays);
    expect(formatPlan(buildPlan(input({ heads: heads.toReversed() })))).toBe(formatPlan(seeing));
    expect(new Set([plan.digest, seeing.digest, relayed.digest]).size).toBe(3);
    expect([seeing.decision, relayed.decision]).toEqual([plan.decision, plan.decision]);
    expect(parsePlan(formatPlan(seeing)).heads).toEqual(seeing.heads);
    const [first] = seeing.heads;
    const forged = formatPlan(signPlan(seeing, KEYS)).replace(`"size":${first?.size}`, '"size":9');
    expect(() => parsePlan(forged)).toThrow(expect.objectContaining({ code: "plan/damaged" }));
  });

  it("shows the restart of a running app as a step of its own, and owes it", () => {
    const steps = buildPlan(input()).visors.find(({ name }) => name === "visor-1")?.steps;
    expect(steps?.map(({ letter, restartsOwed }) => [letter, restartsOwed])).toEqual([
      ["a", ["skychat"]],
      ["b", []],
    ]);
    expect(steps?.[1]?.changes[0]).toMatchObject({
      action: "restart",
      path: "apps.skychat.running",
    });
  });

  it("remembers a restart that an earlier run owed, until the visor started later", () => {
    const visor = desiredVisor(1, [valueLeaf("apps.skychat.running", true)]);
    const seen = seenVisor(1, { apps: [seenApp("skychat", { running: true })] });
    const owed = (sinceMs: number): History =>
      known({
        owedRestarts: new Map([[visor.key, [{ what: "skychat", sinceEntry: 4, sinceMs }]]]),
      });
    const plan = (history: History): string =>
      buildPlan(input({ selected: [visor], observed: [seen], history })).visors[0]?.steps[0]
        ?.changes[0]?.reason.note ?? "none";
    expect(plan(owed(seen.startedAtMs + 1))).toBe("restart owed since entry 4");
    expect(plan(owed(seen.startedAtMs - 1))).toBe("none");
  });

  it("lists what the last apply owned and the manifest does not any more", () => {
    const history = known({
      owned: new Map([
        [keyAt(0), ["settings.log_level", "trust.pty"]],
        [keyAt(5), ["reward_address"]],
      ]),
    });
    const plan = buildPlan(input({ history }));
    expect(
      plan.visors.flatMap(({ released }) => released.map(({ path, value }) => [path, value])),
    ).toEqual([["trust.pty", []]]);
    expect(plan.releasedVisors.map(({ key }) => key)).toEqual([keyAt(5)]);
    expect(confirmationsOf(plan)).toMatchObject([
      {
        question: "1 field of risk trust is no longer managed",
        override: "--allow-released 1",
      },
    ]);
  });

  it("calls it drift when fleet had seen the wanted value there", () => {
    const history = known({
      leaves: KnownFields.of(
        new Map([
          [
            keyAt(0),
            {
              found: [],
              set: [{ path: "settings.log_level", value: "debug", at: recordAt(5) }],
            },
          ],
        ]),
      ),
    });
    const changes = buildPlan(input({ history })).visors.flatMap(({ steps }) =>
      steps.flatMap((step) => step.changes),
    );
    expect(changes.filter(({ drift }) => drift !== undefined).map(({ path }) => path)).toEqual([
      "settings.log_level",
    ]);
  });

  it("says what must wait for a restart only while the visor has not restarted", () => {
    const visor = desiredVisor(1, [valueLeaf("settings.log_level", "info")]);
    const seen = seenVisor(1);
    const waiting = (sinceMs: number): number => {
      const awaitingRestart = new Map([
        [visor.key, [{ what: "settings.log_level", sinceEntry: 3, sinceMs }]],
      ]);
      return buildPlan(
        input({ selected: [visor], observed: [seen], history: known({ awaitingRestart }) }),
      ).counts.awaitingRestart;
    };
    expect(waiting(seen.startedAtMs + 1)).toBe(1);
    expect(waiting(seen.startedAtMs - 1)).toBe(0);
  });

  it("takes other visors first, controllers one at a time, the local visor last", () => {
    const visors = [0, 1, 2, 3].map((index) =>
      desiredVisor(index, [valueLeaf("settings.log_level", "debug")]),
    );
    const desired = desiredFleet(visors, { controllers: [keyAt(0), keyAt(2)] });
    const observed = [0, 1, 2, 3].map((index) => seenVisor(index));
    const { waves } = buildPlan(input({ desired, selected: visors, observed }));
    expect(waves).toEqual([[keyAt(1), keyAt(3)].sort(), [keyAt(2)], [keyAt(0)]]);
  });

  it("is judged by the recorded policy as well as by its own", () => {
    const keyset = {
      operators: [],
      controllers: [keyAt(0)],
      policy: { ...DEFAULT_POLICY, maxRemovals: { kind: "count", count: 0 } as const },
    };
    const plan = buildPlan(input({ history: known({ keyset }) }));
    expect(plan.policies).toHaveLength(2);
    expect(plan.keysetChanges).toEqual([
      "operator owner is added (apply, plan)",
      "policy.max_removals changes from 0 to 20%, which is looser",
    ]);
  });
});

describe("a plan file", () => {
  it("is read back as it was written, and signed outside of its digest", () => {
    const plan = buildPlan(input());
    const signed = signPlan(plan, KEYS);
    expect(parsePlan(formatPlan(signed))).toEqual(JSON.parse(formatPlan(signed)));
    expect(signed.digest).toBe(plan.digest);
    expect(planSigner(signed)).toBe(KEYS.operator);
    expect(planSigner(plan)).toBeUndefined();
  });

  it.each([
    {
      name: "a changed value",
      change: (text: string) => text.replace('"debug"', '"trace"'),
      code: "plan/damaged",
    },
    {
      name: "a newer format",
      change: (text: string) => text.replace("plan/v1", "plan/v2"),
      code: "plan/format",
    },
    { name: "half a file", change: (text: string) => text.slice(0, 100), code: "plan/damaged" },
  ])("refuses $name", ({ change, code }) => {
    const text = change(formatPlan(buildPlan(input())));
    expect(() => parsePlan(text)).toThrow(expect.objectContaining({ code, exit: 64 }));
  });

  it("refuses a signature that does not verify", () => {
    const plan = signPlan(buildPlan(input()), KEYS);
    const forged = {
      ...plan,
      signature: { key: testKeys("other").operator, sig: plan.signature?.sig ?? "" },
    };
    expect(() => planSigner(forged)).toThrow(
      expect.objectContaining({ code: "plan/signature", exit: 4 }),
    );
  });
});

describe("asking before an apply", () => {
  const plan = buildPlan(input());
  const ask = (more: object): readonly string[] =>
    checkApply({
      plan,
      acting: keyAt(0),
      operator: KEYS.operator,
      history: known(),
      nowMs: NOW_MS,
      ...more,
    }).map(({ guard }) => guard);

  it.each([
    { name: "all is well", more: {}, want: [] },
    {
      name: "an operator that is not listed",
      more: { operator: testKeys("other").operator },
      want: ["operator"],
    },
    {
      name: "through a visor that is no controller",
      more: { acting: keyAt(3) },
      want: ["not-controller"],
    },
    {
      name: "after it expired",
      more: { nowMs: NOW_MS + 3_600_001 },
      want: ["expired", "stale-observation"],
    },
    {
      name: "the recorded keyset decides, not the manifest",
      more: { history: known({ keyset: { ...plan.keyset, operators: [] } }) },
      want: ["operator", "keyset-change"],
    },
  ])("$name", ({ more, want }) => {
    expect(ask(more)).toEqual(want);
  });

  it("ends a plan with the code that fits", () => {
    expect(planExit(plan, { detailed: false })).toBe(3);
    const seen = SEEN.slice(0, 2);
    const reachable = buildPlan(input({ selected: VISORS.slice(0, 2), observed: seen }));
    expect(planExit(reachable, { detailed: false })).toBe(0);
    expect(planExit(reachable, { detailed: true })).toBe(2);
    const { counts } = reachable;
    const inSync = { ...reachable, counts: { ...counts, changing: 0 } };
    expect(planExit(inSync, { detailed: true })).toBe(0);
    const keysetChanges = ["operator ci is added (apply)"];
    expect(planExit({ ...inSync, keysetChanges }, { detailed: true })).toBe(2);
    expect(planExit({ ...inSync, keysetChanges }, { detailed: false })).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/index.ts";
import type { KeysetPayload } from "../../../src/ledger/index.ts";
import {
  DEFAULT_POLICY,
  type FeedKey,
  type Keyset,
  type Policy,
} from "../../../src/model/index.ts";
import { buildPlan, type History, requirementsOf } from "../../../src/reconcile/index.ts";
import { keysetChanges } from "../../../src/reconcile/plan/index.ts";
import { keysetFromRecord, policiesInForce } from "../../../src/reconcile/plan/keyset.ts";
import { policyToJson } from "../../../src/reconcile/plan/policy.ts";
import { gitKey } from "../../support/git-world.ts";
import { testKeys } from "../../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  placeAt,
  seenVisor,
  knownHistory,
} from "../../support/reconcile-builders.ts";

const [OWNER, CI] = [testKeys("owner"), testKeys("ci")];
const FEED: FeedKey = OWNER.feed;
const GIT_KEY = gitKey("D4BE3C5A7E1F00112233445566778899AABBCCDD");
const UNREADABLE = Number.MAX_SAFE_INTEGER;

function keyset(more: Partial<Keyset> = {}): Keyset {
  return {
    operators: [
      { name: "ci", key: CI.operator, may: ["plan"] },
      { name: "owner", key: OWNER.operator, may: ["apply", "plan"] },
    ],
    controllers: [keyAt(0)],
    policy: DEFAULT_POLICY,
    ...more,
  };
}

function withPolicy(more: Partial<Policy>): Keyset {
  return keyset({ policy: { ...DEFAULT_POLICY, ...more } });
}

function recorded(last: Keyset): History {
  return knownHistory({ head: 3, keyset: last });
}

function payload(more: object): KeysetPayload {
  return {
    fleet: "home",
    operators: { owner: { key: OWNER.operator, may: ["plan", "apply"] } },
    controllers: [keyAt(0)],
    policy: { max_removals: "20%" },
    epoch: 0,
    epochKeys: [],
    ...more,
  };
}

describe("a policy in a keyset entry", () => {
  it.each<{ name: string; policy: Partial<Policy>; want: JsonObject }>([
    {
      name: "defaults are what release 0.1.0 recorded",
      policy: {},
      want: { max_removals: "20%" },
    },
    {
      name: "every number that is none",
      policy: {
        maxRemovals: { kind: "count", count: 3 },
        requireRelays: 2,
        requireWitnesses: 1,
        keysetSignatures: 2,
        maxObservationAgeMs: 5_400_000,
      },
      want: {
        max_removals: 3,
        require_relays: 2,
        require_witnesses: 1,
        keyset_signatures: 2,
        max_observation_age: "90m",
      },
    },
    {
      name: "signed commits",
      policy: { signedCommits: "ssh" },
      want: { max_removals: "20%", signed_commits: "ssh" },
    },
    {
      name: "whole days",
      policy: { maxObservationAgeMs: 172_800_000 },
      want: { max_removals: "20%", max_observation_age: "2d" },
    },
  ])("$name", ({ policy, want }) => {
    const whole = { ...DEFAULT_POLICY, ...policy };
    expect(policyToJson(whole)).toEqual(want);
    expect(keysetFromRecord(payload({ policy: want })).policy).toEqual(whole);
  });

  const strictest: Policy = {
    maxRemovals: { kind: "count", count: 0 },
    requireRelays: UNREADABLE,
    requireWitnesses: UNREADABLE,
    keysetSignatures: UNREADABLE,
    maxObservationAgeMs: 0,
    signedCommits: "any",
  };

  it.each<{ name: string; json: JsonObject; want: Policy }>([
    {
      name: "no limit on removals",
      json: {},
      want: { ...DEFAULT_POLICY, maxRemovals: { kind: "count", count: 0 } },
    },
    {
      name: "half a removal",
      json: { max_removals: 0.5 },
      want: { ...DEFAULT_POLICY, maxRemovals: { kind: "count", count: 0 } },
    },
    {
      name: "a number of relays in words",
      json: { max_removals: "20%", require_relays: "two" },
      want: { ...DEFAULT_POLICY, requireRelays: UNREADABLE },
    },
    {
      name: "fewer than no witnesses",
      json: { max_removals: "20%", require_witnesses: -1 },
      want: { ...DEFAULT_POLICY, requireWitnesses: UNREADABLE },
    },
    ...["6", "1w", "-1h", "", 3600].map((age) => ({
      name: `the age ${JSON.stringify(age)}`,
      json: { max_removals: "20%", max_observation_age: age },
      want: { ...DEFAULT_POLICY, maxObservationAgeMs: 0 },
    })),
    {
      name: "no signatures",
      json: { max_removals: "20%", keyset_signatures: 0 },
      want: { ...DEFAULT_POLICY, keysetSignatures: UNREADABLE },
    },
    {
      name: "nothing as a number",
      json: { max_removals: "20%", require_relays: null },
      want: { ...DEFAULT_POLICY, requireRelays: UNREADABLE },
    },
    {
      name: "a kind of signature of a later release",
      json: { max_removals: "20%", signed_commits: "x509" },
      want: strictest,
    },
    {
      name: "a rule of a later release",
      json: { max_removals: "20%", approvals: 2 },
      want: strictest,
    },
  ])("$name is read as the strictest", ({ json, want }) => {
    expect(keysetFromRecord(payload({ policy: json })).policy).toEqual(want);
  });

  it("names the operators' feeds and rights; what cannot be read is none", () => {
    const operators = {
      owner: {
        key: OWNER.operator,
        seal: OWNER.seal,
        feed: FEED,
        git: [GIT_KEY, `${GIT_KEY} at home`, "nonsense"],
        may: ["witness", "apply", "fly"],
      },
      ci: { key: CI.operator, feed: "02ab", may: [] },
    };
    expect(keysetFromRecord(payload({ operators })).operators).toEqual([
      {
        name: "owner",
        key: OWNER.operator,
        seal: OWNER.seal,
        feed: FEED,
        git: [GIT_KEY],
        may: ["apply", "witness"],
      },
      { name: "ci", key: CI.operator, may: [] },
    ]);
  });
});

describe("changes of the keyset", () => {
  const [ci, owner] = keyset().operators;
  if (ci === undefined || owner === undefined) throw new Error("no operators");

  it.each<{ name: string; was: Keyset; is: Keyset; want: readonly string[] }>([
    { name: "none", was: keyset(), is: keyset(), want: [] },
    {
      name: "none, in another order of rights",
      was: keyset({ operators: [ci, { ...owner, may: ["plan", "apply"] }] }),
      is: keyset(),
      want: [],
    },
    {
      name: "a feed appears",
      was: keyset(),
      is: keyset({ operators: [ci, { ...owner, feed: FEED }] }),
      want: [`operator owner gets the feed ${FEED}`],
    },
    {
      name: "a feed moves",
      was: keyset({ operators: [ci, { ...owner, feed: FEED }] }),
      is: keyset({ operators: [ci, { ...owner, feed: CI.feed }] }),
      want: [`the feed of operator owner changes from ${FEED} to ${CI.feed}`],
    },
    {
      name: "a feed goes",
      was: keyset({ operators: [ci, { ...owner, feed: FEED }] }),
      is: keyset(),
      want: [`operator owner loses the feed ${FEED}`],
    },
    {
      name: "keys that sign commits come",
      was: keyset({ operators: [ci] }),
      is: keyset({
        operators: [
          { ...ci, git: [GIT_KEY] },
          { ...owner, git: [GIT_KEY] },
        ],
      }),
      want: [
        `operator ci signs commits with ${GIT_KEY} from now on`,
        `operator owner is added (apply, plan), and signs commits with ${GIT_KEY}`,
      ],
    },
    {
      name: "a key that signs commits goes",
      was: keyset({ operators: [{ ...ci, git: [GIT_KEY] }, owner] }),
      is: keyset(),
      want: [`operator ci signs commits with ${GIT_KEY} no longer`],
    },
    ...(
      [
        { from: undefined, to: "any", how: "stricter" },
        { from: "any", to: "ssh", how: "stricter" },
        { from: "ssh", to: "gpg", how: "neither looser nor stricter" },
        { from: "gpg", to: "any", how: "looser" },
        { from: "any", to: undefined, how: "looser" },
      ] as const
    ).map(({ from, to, how }) => ({
      name: `signed commits from ${from ?? "none"} to ${to ?? "none"}`,
      was: withPolicy(from === undefined ? {} : { signedCommits: from }),
      is: withPolicy(to === undefined ? {} : { signedCommits: to }),
      want: [
        `policy.signed_commits changes from ${from ?? "none"} to ${to ?? "none"}, which is ${how}`,
      ],
    })),
    {
      name: "keys and rights of one operator",
      was: keyset(),
      is: keyset({
        operators: [{ ...ci, key: OWNER.operator, seal: CI.seal, may: ["witness"] }, owner],
      }),
      want: [
        `the key of operator ci changes from ${CI.operator} to ${OWNER.operator}`,
        `operator ci gets the seal key ${CI.seal}`,
        "operator ci may witness from now on",
        "operator ci may plan no longer",
      ],
    },
    {
      name: "operators come and go",
      was: keyset({ operators: [ci] }),
      is: keyset({ operators: [{ ...owner, feed: FEED }] }),
      want: [
        `operator owner is added (apply, plan) with the feed ${FEED}`,
        "operator ci is removed",
      ],
    },
    {
      name: "looser numbers",
      was: withPolicy({
        maxRemovals: { kind: "count", count: 2 },
        requireRelays: 2,
        requireWitnesses: 1,
        keysetSignatures: 2,
        maxObservationAgeMs: 1_800_000,
      }),
      is: withPolicy({ maxRemovals: { kind: "count", count: 9 } }),
      want: [
        "policy.max_removals changes from 2 to 9, which is looser",
        "policy.require_relays changes from 2 to 0, which is looser",
        "policy.require_witnesses changes from 1 to 0, which is looser",
        "policy.keyset_signatures changes from 2 to 1, which is looser",
        "policy.max_observation_age changes from 30m to 1h, which is looser",
      ],
    },
    {
      name: "stricter numbers",
      was: keyset(),
      is: withPolicy({ maxRemovals: { kind: "percent", percent: 5 }, requireRelays: 1 }),
      want: [
        "policy.max_removals changes from 20% to 5%, which is stricter",
        "policy.require_relays changes from 0 to 1, which is stricter",
      ],
    },
    {
      name: "a share for a number",
      was: withPolicy({ maxRemovals: { kind: "count", count: 4 } }),
      is: keyset(),
      want: [
        "policy.max_removals changes from 4 to 20%, which is looser or stricter by how much the fleet owns",
      ],
    },
    {
      name: "no share for no number",
      was: withPolicy({ maxRemovals: { kind: "count", count: 0 } }),
      is: withPolicy({ maxRemovals: { kind: "percent", percent: 0 } }),
      want: ["policy.max_removals changes from 0 to 0%, which is as strict"],
    },
    {
      name: "a rule that cannot be read",
      was: withPolicy({ requireRelays: UNREADABLE }),
      is: withPolicy({ requireRelays: 1 }),
      want: [
        "policy.require_relays changes from a rule that this release cannot read to 1, which is looser",
      ],
    },
  ])("$name", ({ was, is, want }) => {
    expect(keysetChanges(is, recorded(was))).toEqual(want);
  });

  it("is none where nothing is recorded", () => {
    expect(keysetChanges(withPolicy({ requireRelays: 1 }), { known: false, why: "" })).toEqual([]);
  });
});

describe("the numbers an apply is held to", () => {
  const visor = desiredVisor(1, []);
  const ask = (is: Keyset, history: History): { policies: number; required: readonly number[] } => {
    const { keyset: own, policies } = buildPlan({
      desired: desiredFleet([visor], {
        operators: is.operators.map((operator) => ({ ...operator, place: placeAt(1) })),
        policy: is.policy,
      }),
      selected: [visor],
      observed: [seenVisor(1)],
      acting: keyAt(0),
      history,
      overrides: { allowTrustLoss: [] },
      nowMs: 0,
      expiresAfterMs: 1,
      tool: "test",
      manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
    });
    expect(policies).toEqual(policiesInForce(is, history));
    const { relays, witnesses, keysetSignatures } = requirementsOf(
      { keyset: own, policies },
      history,
    );
    return { policies: policies.length, required: [relays, witnesses, keysetSignatures] };
  };
  const two = keyset().operators.map((operator) => ({ ...operator, may: ["apply" as const] }));

  it.each<{
    name: string;
    is: Keyset;
    history: History;
    policies: number;
    want: readonly number[];
  }>([
    {
      name: "the manifest's own, where nothing is recorded",
      is: withPolicy({ requireRelays: 2, requireWitnesses: 1, keysetSignatures: 2 }),
      history: { known: false, why: "" },
      policies: 1,
      want: [2, 1, 1],
    },
    {
      name: "one policy while both agree",
      is: withPolicy({ requireRelays: 1 }),
      history: recorded(withPolicy({ requireRelays: 1 })),
      policies: 1,
      want: [1, 0, 1],
    },
    {
      name: "the stricter of each number while they differ",
      is: { ...withPolicy({ requireRelays: 3, requireWitnesses: 0 }), operators: two },
      history: recorded({
        ...withPolicy({ requireRelays: 1, requireWitnesses: 2, keysetSignatures: 2 }),
        operators: two,
      }),
      policies: 2,
      want: [3, 2, 2],
    },
    {
      name: "two signatures are not asked of a keyset of one who may apply",
      is: { ...withPolicy({ keysetSignatures: 2 }), operators: two },
      history: recorded(keyset()),
      policies: 2,
      want: [0, 0, 1],
    },
    {
      name: "all of the old keyset, where the number cannot be read",
      is: { ...keyset(), operators: two },
      history: recorded({ ...withPolicy({ keysetSignatures: UNREADABLE }), operators: two }),
      policies: 2,
      want: [0, 0, 2],
    },
  ])("$name", ({ is, history, policies, want }) => {
    expect(ask(is, history)).toEqual({ policies, required: want });
  });

  it("goes by the plan's own word where that is stricter", () => {
    const policies = [{ ...DEFAULT_POLICY, requireRelays: 4 }];
    const { relays } = requirementsOf({ keyset: keyset(), policies }, recorded(keyset()));
    expect(relays).toBe(4);
  });
});

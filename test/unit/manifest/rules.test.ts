import { expect, test } from "vitest";
import { explain } from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, manifest } from "../../support/manifest-text.ts";

const OPERATORS = `operators:
  me: { key: "ed25519:${"5f".repeat(32)}", feed: $feed, may: [apply, plan] }
  ci: { key: "ed25519:${"6f".repeat(32)}", may: [witness] }
`;
const VISORS = "visors: { laptop: { key: $laptop } }\n";

test("the policy, the ledger and feeds stand in the desired fleet", () => {
  const desired = desiredOf(
    manifest(
      `${OPERATORS}${VISORS}policy: { max_removals: 5, require_relays: 1, require_witnesses: 1, keyset_signatures: 1, max_observation_age: 6h }\n` +
        'ledger: { seal: false, relays: ["[0::1]:8870", "127.0.0.1:8870"], max_age: 36h, keep_manifests: false }\n',
    ),
  );
  expect(desired.policy).toEqual({
    maxRemovals: { kind: "count", count: 5 },
    requireRelays: 1,
    requireWitnesses: 1,
    keysetSignatures: 1,
    maxObservationAgeMs: 21_600_000,
  });
  expect(desired.ledger).toEqual({
    seal: false,
    relays: ["127.0.0.1:8870", "[::1]:8870"],
    maxAgeMs: 129_600_000,
    keepManifests: false,
  });
  expect(desired.operators.map(({ name, feed, may }) => [name, feed, may])).toEqual([
    ["ci", undefined, ["witness"]],
    ["me", keyOf("feed"), ["plan", "apply"]],
  ]);
});

test.each([
  { age: "45s", want: 45_000 },
  { age: "90m", want: 5_400_000 },
  { age: "36h", want: 129_600_000 },
  { age: "7d", want: 604_800_000 },
  { age: "999999d", want: 86_399_913_600_000 },
])("an age of $age", ({ age, want }) => {
  const desired = desiredOf(manifest(`${VISORS}ledger: { max_age: ${age} }\n`));
  expect(desired.ledger.maxAgeMs).toBe(want);
});

const EXPLAINED = desiredOf(
  manifest(
    `${OPERATORS}${VISORS}policy:\n  require_witnesses: 1\nledger:\n  relays: ["127.0.0.1:8870"]\n`,
  ),
);

test.each<{ name: string; path: string; want: readonly string[] }>([
  {
    name: "the whole policy, defaults marked",
    path: "policy",
    want: [
      "policy.keyset_signatures 1 7 default",
      'policy.max_observation_age "1h" 7 default',
      'policy.max_removals "20%" 7 default',
      "policy.require_relays 0 7 default",
      "policy.require_witnesses 1 8",
    ],
  },
  {
    name: "one value of the ledger",
    path: "ledger.relays",
    want: ['ledger.relays ["127.0.0.1:8870"] 10'],
  },
  {
    name: "an operator",
    path: "operators.ci",
    want: [`operators.ci.key "ed25519:${"6f".repeat(32)}" 5`, 'operators.ci.may ["witness"] 5'],
  },
])("explain $name", ({ path, want }) => {
  const { explanation, diagnostics } = explain(EXPLAINED, path);
  expect(diagnostics).toEqual([]);
  expect(explanation?.kind).toBe("rules");
  const lines = explanation?.leaves.map((field) => {
    const value = field.kind === "value" ? JSON.stringify(field.value) : field.kind;
    const how = field.origin.byDefault === true ? " default" : "";
    return `${field.path} ${value} ${field.origin.place.line}${how}`;
  });
  expect(lines).toEqual(want);
});

test.each([
  { name: "a value that is not written", path: "ledger.max_age", next: "ledger.relays" },
  { name: "a mistyped value", path: "policy.require_relay", next: "policy.require_relays" },
  { name: "an operator that there is not", path: "operators.you", next: "operators.ci.key" },
])("explain refuses $name", ({ path, next }) => {
  const { explanation, diagnostics } = explain(EXPLAINED, path);
  expect(explanation).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(["manifest/explain"]);
  expect(diagnostics[0]?.next).toContain(next);
});

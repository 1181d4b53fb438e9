// Reading the sections about a whole fleet: its operators, its policy, and how its ledger is kept.
import {
  checkGitKey,
  checkVisorKey,
  compareTexts,
  defined,
  isOperatorKey,
  isSealKey,
  type Json,
  parseDuration,
} from "../core/index.ts";
import {
  CAPABILITIES,
  checkRelayAddress,
  DEFAULT_POLICY,
  type DesiredValue,
  type FeedKey,
  type Policy,
  SIGNED_COMMITS,
} from "../model/index.ts";
import type { WrittenLedger, WrittenOperator } from "./manifest.ts";
import {
  booleanOf,
  mapAt,
  numberOf,
  placeOf,
  type Reading,
  goodValueAt,
  goodEntries,
  textOf,
  wordsOf,
} from "./reading.ts";
import { type MapTree, type Tree, treeToJson } from "./source.ts";

// Reading the policy and how the ledger is kept.

/** Reads the policy; what is not written or was refused has its default. */
export function readPolicy(reading: Reading, root: MapTree): Policy {
  const policy = mapAt(reading, root, "policy");
  const signedCommits = textOf(goodValueAt(reading, policy, "signed_commits"));
  const whole = (key: string): number | undefined => numberOf(goodValueAt(reading, policy, key));
  return {
    maxRemovals: removalsOf(textOf(goodValueAt(reading, policy, "max_removals"))),
    requireRelays: whole("require_relays") ?? DEFAULT_POLICY.requireRelays,
    requireWitnesses: whole("require_witnesses") ?? DEFAULT_POLICY.requireWitnesses,
    keysetSignatures: whole("keyset_signatures") ?? DEFAULT_POLICY.keysetSignatures,
    maxObservationAgeMs:
      durationMs(goodValueAt(reading, policy, "max_observation_age")) ??
      DEFAULT_POLICY.maxObservationAgeMs,
    ...SIGNED_COMMITS.filter((word) => word === signedCommits).map((word) => ({
      signedCommits: word,
    }))[0],
  };
}

function removalsOf(limit: string | undefined): Policy["maxRemovals"] {
  if (limit === undefined) return DEFAULT_POLICY.maxRemovals;
  const number = Number.parseInt(limit, 10);
  return limit.endsWith("%")
    ? { kind: "percent", percent: number }
    : { kind: "count", count: number };
}

/** Reads how the ledger is kept, and refuses relays that nobody could dial and those listed twice. */
export function readLedgerRules(reading: Reading, root: MapTree): WrittenLedger {
  const ledger = mapAt(reading, root, "ledger");
  const maxAgeMs = durationMs(goodValueAt(reading, ledger, "max_age"));
  const isKept = booleanOf(goodValueAt(reading, ledger, "keep_manifests")) ?? true;
  return {
    seal: booleanOf(goodValueAt(reading, ledger, "seal")) ?? true,
    relays: readRelays(reading, ledger),
    ...defined({ maxAgeMs }),
    ...(isKept ? {} : { keepManifests: false }),
  };
}

function readRelays(reading: Reading, ledger: MapTree | undefined): readonly string[] {
  const places = new Map<string, ReturnType<typeof placeOf>>();
  for (const { text, place } of wordsOf(reading, goodValueAt(reading, ledger, "relays"))) {
    const checked = checkRelayAddress(text);
    const shown = { severity: "error", at: place, text: text.slice(0, 80) } as const;
    if ("fault" in checked) {
      reading.report({
        code: checked.isName ? "manifest/relay-name" : "manifest/relay",
        message: `this is no relay's address: ${checked.fault}`,
        ...shown,
        next: checked.isName
          ? "write the relay's IP address and port, or the loopback end of a tunnel to it"
          : 'write an IP address and a port, as in "127.0.0.1:8870" or "[::1]:8870"',
      });
      continue;
    }
    const first = places.get(checked.text);
    if (first === undefined) places.set(checked.text, place);
    else {
      reading.report({
        code: "manifest/relay-twice",
        message: `the relay ${checked.text} is listed twice`,
        ...shown,
        next: "remove one of the two",
        related: [{ message: "first listed here", at: first }],
      });
    }
  }
  return [...places.keys()];
}

/** Milliseconds of a text such as `6h`; `undefined` for what is none. */
export function durationMs(value: Tree | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : parseDuration(text);
}

/** What sections mean where they say nothing, as it would be written. */
const DEFAULTS: Readonly<Record<"policy" | "watch" | "ledger", Readonly<Record<string, Json>>>> = {
  policy: {
    max_removals: "20%",
    require_relays: DEFAULT_POLICY.requireRelays,
    require_witnesses: DEFAULT_POLICY.requireWitnesses,
    keyset_signatures: DEFAULT_POLICY.keysetSignatures,
    max_observation_age: "1h",
  },
  watch: { interval: "60s", default: "report" },
  ledger: { seal: true, keep_manifests: true },
};

/**
 * Every value of operators, policy, watch and ledger with its line, the defaults that nobody wrote, the keys that
 * are revoked, and the tests of access by their number; sorted by path.
 */
export function readRules(reading: Reading, root: MapTree): readonly DesiredValue[] {
  const rules = new Map<string, DesiredValue>();
  const put = (path: string, value: Json, offset: number, byDefault?: true): void => {
    const origin = {
      place: placeOf(reading, offset),
      ...defined({ byDefault }),
    };
    rules.set(path, { kind: "value", path, value, secrets: [], origin });
  };
  for (const section of ["policy", "watch", "ledger"] as const) {
    const entry = root.entries.get(section);
    for (const [key, value] of Object.entries(DEFAULTS[section]))
      put(`${section}.${key}`, value, entry?.offset ?? root.offset, true);
    for (const { key, value, offset } of goodEntries(reading, entry?.value))
      put(`${section}.${key}`, treeToJson(value), offset);
  }
  for (const operator of goodEntries(reading, goodValueAt(reading, root, "operators"))) {
    for (const { key, value, offset } of goodEntries(reading, operator.value))
      put(`operators.${operator.key}.${key}`, treeToJson(value), offset);
  }
  for (const { key, value, offset } of goodEntries(reading, goodValueAt(reading, root, "keys"))) {
    const isRevoked = booleanOf(goodValueAt(reading, value, "revoked")) === true;
    if (isRevoked) put(`keys.${key}`, treeToJson(value), offset);
  }
  const tests = goodValueAt(reading, root, "expect");
  for (const [index, test] of (tests?.kind === "list" ? tests.items : []).entries()) {
    if (!reading.faulty.has(test)) put(`expect.${index + 1}`, treeToJson(test), test.offset);
  }
  return [...rules.values()].toSorted((left, right) => compareTexts(left.path, right.path));
}

// Reading the operators.

/** Reads the operators; those whose key was refused are left out. */
export function readOperators(reading: Reading, root: MapTree): readonly WrittenOperator[] {
  const operators: WrittenOperator[] = [];
  for (const { key: name, offset, value } of goodEntries(
    reading,
    goodValueAt(reading, root, "operators"),
  )) {
    const key = textOf(goodValueAt(reading, value, "key"));
    const seal = textOf(goodValueAt(reading, value, "seal"));
    const feed = readFeed(reading, goodValueAt(reading, value, "feed"));
    const may = wordsOf(reading, goodValueAt(reading, value, "may")).map((word) => word.text);
    if (key === undefined || !isOperatorKey(key)) continue;
    operators.push({
      name,
      place: placeOf(reading, offset),
      key,
      ...(seal !== undefined && isSealKey(seal) ? { seal } : {}),
      ...defined({ feed }),
      git: readGitKeys(reading, goodValueAt(reading, value, "git")),
      may: CAPABILITIES.filter((verb) => may.includes(verb)),
    });
  }
  return operators;
}

function readGitKeys(reading: Reading, tree: Tree | undefined): WrittenOperator["git"] {
  return wordsOf(reading, tree).flatMap(({ text, place }) => {
    const checked = checkGitKey(text);
    if ("key" in checked) return [{ key: checked.key, place }];
    reading.report({
      code: "manifest/git-key",
      severity: "error",
      message: `this is no key that signs commits: ${checked.fault}`,
      at: place,
      // A private key has no place in any output.
      ...(/private/i.test(text) ? {} : { text: text.slice(0, 80) }),
      next: "copy the line of the .pub file, or what `gpg --fingerprint` prints",
    });
    return [];
  });
}

/** A feed is a point of the same curve as a visor key, and written the same way. */
function readFeed(reading: Reading, tree: Tree | undefined): WrittenOperator["feed"] {
  const text = textOf(tree);
  if (tree === undefined || text === undefined) return undefined;
  const place = placeOf(reading, tree.offset);
  const checked = checkVisorKey(text);
  if ("key" in checked) return { key: checked.key as string as FeedKey, place };
  const isForm = /^0[23][0-9a-fA-F]{64}$/.test(text);
  reading.report({
    code: "manifest/feed-key",
    severity: "error",
    message: isForm
      ? `this is no feed key: ${checked.fault}`
      : "this is no feed key: one has 66 hexadecimal digits and begins with 02 or 03",
    at: place,
    // 64 digits may be a secret key.
    ...(text.length === 64 ? {} : { text: text.slice(0, 80) }),
    next: "copy the feed again from what fleet keygen printed on that operator's machine",
  });
  return undefined;
}

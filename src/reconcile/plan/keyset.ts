// The keyset that a manifest asks for, how it differs from the one in force, and whom one allows what.
import {
  canonicalJson,
  checkGitKey,
  compareTexts,
  defined,
  type GitKey,
  gitKeyName,
  type OperatorKey,
} from "../../core/index.ts";
import type { KeysetTerms } from "../../ledger/index.ts";
import {
  CAPABILITIES,
  type Capability,
  type DesiredFleet,
  type FeedKey,
  type Keyset,
  type Plan,
  type Policy,
  type SignedCommits,
  isFeedKey,
} from "../../model/index.ts";
import type { History } from "./history.ts";
import { policyChanges, policyFromJson, policyToJson } from "./policy.ts";

// The keyset that a manifest asks for, and how it differs from the one in force.

/** Who may do what, as the manifest says. */
export function keysetOf(
  desired: Pick<DesiredFleet, "operators" | "controllers" | "policy">,
): Keyset {
  return {
    operators: desired.operators
      .map(({ name, key, seal, feed, git, may }) => ({
        name,
        key,
        ...defined({ seal, feed, git }),
        may: may.toSorted(),
      }))
      .toSorted((left, right) => compareTexts(left.name, right.name)),
    controllers: desired.controllers.toSorted(),
    policy: desired.policy,
  };
}

/**
 * How the manifest's keyset differs from the recorded one, a sentence for each difference, and from the trusted one
 * where there is such; empty without either.
 */
export function keysetChanges(
  wanted: Keyset,
  history: History,
  trusted?: Keyset,
): readonly string[] {
  const earlier = earlierKeysets(history, trusted);
  return [...new Set(earlier.flatMap((keyset) => keysetDifferences(keyset, wanted)))];
}

/** The keysets that a plan's own is judged by: the recorded one, then the trusted one. */
export function earlierKeysets(history: History, trusted?: Keyset): readonly Keyset[] {
  const recorded = history.known ? history.keyset : undefined;
  return [recorded, trusted].filter((keyset) => keyset !== undefined);
}

/** How a keyset differs from a recorded one, a sentence for each difference. */
export function keysetDifferences(recorded: Keyset, wanted: Keyset): readonly string[] {
  const changes: string[] = [];
  const before = new Map(recorded.operators.map((operator) => [operator.name, operator]));
  for (const operator of wanted.operators) {
    const earlier = before.get(operator.name);
    before.delete(operator.name);
    changes.push(...(earlier === undefined ? [added(operator)] : differences(earlier, operator)));
  }
  for (const name of before.keys()) changes.push(`operator ${name} is removed`);
  const controllers = new Set(recorded.controllers);
  for (const key of wanted.controllers) {
    if (!controllers.delete(key)) changes.push(`controller ${key} is added`);
  }
  for (const key of controllers) changes.push(`controller ${key} is removed`);
  return [...changes, ...policyChanges(recorded.policy, wanted.policy)];
}

type Operator = Keyset["operators"][number];

function added({ name, may, feed, git = [] }: Operator): string {
  const where = feed === undefined ? "" : ` with the feed ${feed}`;
  const signs =
    git.length === 0 ? "" : `, and signs commits with ${git.map(gitKeyName).join(", ")}`;
  return `operator ${name} is added (${may.join(", ")})${where}${signs}`;
}

function differences(was: Operator, is: Operator): readonly string[] {
  const who = `operator ${is.name}`;
  const moved = (what: string, from: string | undefined, to: string | undefined): string[] => {
    if (from === to) return [];
    if (from === undefined) return [`${who} gets the ${what} ${to}`];
    if (to === undefined) return [`${who} loses the ${what} ${from}`];
    return [`the ${what} of ${who} changes from ${from} to ${to}`];
  };
  return [
    ...moved("key", was.key, is.key),
    ...moved("seal key", was.seal, is.seal),
    ...moved("feed", was.feed, is.feed),
    ...gitKeyChanges(was, is),
    ...CAPABILITIES.filter((verb) => is.may.includes(verb) && !was.may.includes(verb)).map(
      (verb) => `${who} may ${verb} from now on`,
    ),
    ...CAPABILITIES.filter((verb) => was.may.includes(verb) && !is.may.includes(verb)).map(
      (verb) => `${who} may ${verb} no longer`,
    ),
  ];
}

function gitKeyChanges(was: Operator, is: Operator): readonly string[] {
  const [from, to] = [was.git ?? [], is.git ?? []];
  return [
    ...to
      .filter((key) => !from.includes(key))
      .map((key) => `operator ${is.name} signs commits with ${gitKeyName(key)} from now on`),
    ...from
      .filter((key) => !to.includes(key))
      .map((key) => `operator ${is.name} signs commits with ${gitKeyName(key)} no longer`),
  ];
}

/**
 * The policies in force: the manifest's, the recorded and the trusted one, each different one once, so that a manifest
 * cannot loosen the rules it is judged by. Of each number the strictest counts.
 */
export function policiesInForce(
  wanted: Keyset,
  history: History,
  trusted?: Keyset,
): readonly Policy[] {
  const all = [wanted, ...earlierKeysets(history, trusted)].map(({ policy }) => policy);
  const texts = all.map((policy) => canonicalJson(policyToJson(policy)));
  return all.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

/** The numbers that an apply of a plan is held to. */
export interface Requirements {
  readonly relays: number;
  readonly witnesses: number;
  /** Signatures that a change of operators, controllers or policy needs; 1 where no keyset is recorded. */
  readonly keysetSignatures: number;
}

/**
 * The stricter of each number in force, the plan's own word included. An old keyset cannot be asked for more
 * signatures than it has operators that may apply, or a fleet of one could never ask for two.
 */
export function requirementsOf(
  plan: Pick<Plan, "keyset" | "policies">,
  history: History,
): Requirements {
  const policies = [...plan.policies, ...policiesInForce(plan.keyset, history)];
  const recorded = history.known ? history.keyset : undefined;
  const able = recorded?.operators.filter(({ may }) => may.includes("apply")).map(({ key }) => key);
  // One key signs once, whatever names it has.
  const signers = able === undefined ? 1 : new Set(able).size;
  const signatures = Math.max(...policies.map(({ keysetSignatures }) => keysetSignatures));
  return {
    relays: Math.max(...policies.map(({ requireRelays }) => requireRelays)),
    witnesses: Math.max(...policies.map(({ requireWitnesses }) => requireWitnesses)),
    keysetSignatures: Math.max(1, Math.min(signatures, signers)),
  };
}

// The keyset of a fleet as an entry records it, and back.

/** The keyset that an entry records. Rights and feeds that cannot be read are none. */
export function keysetFromRecord(recorded: KeysetTerms): Keyset {
  return {
    operators: Object.entries(recorded.operators).map(([name, operator]) => {
      const feed = feedIn(operator);
      const git = gitKeysIn(operator.git);
      return {
        name,
        key: operator.key,
        ...defined({ seal: operator.seal, feed }),
        ...(git.length === 0 ? {} : { git }),
        may: CAPABILITIES.filter((verb) => operator.may.includes(verb)),
      };
    }),
    controllers: recorded.controllers,
    policy: policyFromJson(recorded.policy),
  };
}

/** What a keyset entry says of a keyset: the way back of {@link keysetFromRecord}. */
export function keysetToRecord({ operators, controllers, policy }: Keyset): KeysetTerms {
  return {
    operators: Object.fromEntries(operators.map(({ name, ...operator }) => [name, operator])),
    controllers,
    policy: { ...policyToJson(policy) },
  };
}

/** A key that cannot be read is none: whatever it signed is somebody else's. */
function gitKeysIn(texts: readonly string[] = []): readonly GitKey[] {
  return texts.flatMap((text) => {
    const checked = checkGitKey(text);
    return "key" in checked && checked.key === text ? [checked.key] : [];
  });
}

/** Entries of release 0.1.0 name no feeds. */
function feedIn(operator: object): FeedKey | undefined {
  const feed = "feed" in operator ? operator.feed : undefined;
  return typeof feed === "string" && isFeedKey(feed) ? feed : undefined;
}

// Whose signature on a commit counts under several keysets.

/** An operator whose signature on a commit counts. */
export interface CommitSigner {
  readonly name: string;
  readonly keys: readonly GitKey[];
}

/**
 * Whose signature on a commit counts under all of these keysets: a key must be listed in each of them, at an operator
 * who may apply there, so that no manifest can bring in a signer of its own, nor keep one that was taken out. Names are
 * those of the last.
 */
export function signersOf(keysets: readonly Keyset[]): readonly CommitSigner[] {
  const listed = keysets.map((keyset) => new Set(appliers(keyset).flatMap(({ git = [] }) => git)));
  const last = keysets.at(-1);
  if (last === undefined) return [];
  return appliers(last)
    .map(({ name, git = [] }) => ({
      name,
      keys: git.filter((key) => listed.every((keys) => keys.has(key))),
    }))
    .filter(({ keys }) => keys.length > 0);
}

/** What the policies of these keysets ask of commits, each word once. */
export function signedCommitsOf(keysets: readonly Keyset[]): readonly SignedCommits[] {
  return [
    ...new Set(keysets.flatMap(({ policy: { signedCommits } }) => signedCommits ?? [])),
  ].toSorted();
}

function appliers({ operators }: Keyset): Keyset["operators"] {
  return operators.filter(({ may }) => may.includes("apply"));
}

// Whether an operator may do something, by the recorded keyset.

/**
 * True when an operator may do something. The recorded keyset decides where there is one, so that a manifest
 * cannot give its own author a right; a fleet's first apply goes by the manifest.
 */
export function hasCapability(
  operator: OperatorKey,
  capability: Capability,
  plan: Pick<Plan, "keyset">,
  history: History,
): boolean {
  const { operators } = (history.known ? history.keyset : undefined) ?? plan.keyset;
  return operators.some(({ key, may }) => key === operator && may.includes(capability));
}

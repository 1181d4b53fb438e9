// The policy that counts: the recorded one and the manifest's, whichever is stricter.
import {
  defined,
  formatDuration,
  type Json,
  type JsonObject,
  parseRecordedDuration,
} from "../../core/index.ts";
import {
  DEFAULT_POLICY,
  type Policy,
  type RemovalLimit,
  SIGNED_COMMITS,
  type SignedCommits,
} from "../../model/index.ts";

/** Stands for a recorded number that this release cannot read: no count reaches it. */
const UNREADABLE = Number.MAX_SAFE_INTEGER;

/** What a rule that cannot be read is taken for. */
const STRICTEST_POLICY: Policy = {
  maxRemovals: { kind: "count", count: 0 },
  requireRelays: UNREADABLE,
  requireWitnesses: UNREADABLE,
  keysetSignatures: UNREADABLE,
  maxObservationAgeMs: 0,
  signedCommits: "any",
};

/** The numbers of a policy by their names in manifests and keyset entries. */
const NUMBERS = [
  { name: "require_relays", of: "requireRelays", min: 0 },
  { name: "require_witnesses", of: "requireWitnesses", min: 0 },
  { name: "keyset_signatures", of: "keysetSignatures", min: 1 },
] as const;

const AGE = "max_observation_age";
const SIGNED = "signed_commits";

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  "max_removals",
  AGE,
  SIGNED,
  ...NUMBERS.map(({ name }) => name),
]);

/** A policy as a keyset entry holds it: defaults but the limit on removals are left out, as release 0.1.0 wrote it. */
export function policyToJson(policy: Policy): JsonObject {
  const numbers = NUMBERS.filter(({ of }) => policy[of] !== DEFAULT_POLICY[of]);
  const { maxObservationAgeMs, signedCommits } = policy;
  return {
    max_removals: removalsText(policy.maxRemovals),
    ...Object.fromEntries(numbers.map(({ name, of }) => [name, policy[of]])),
    ...(maxObservationAgeMs === DEFAULT_POLICY.maxObservationAgeMs
      ? {}
      : { [AGE]: formatDuration(maxObservationAgeMs) }),
    ...(signedCommits === undefined ? {} : { [SIGNED]: signedCommits }),
  };
}

/**
 * Reads what {@link policyToJson} wrote. A value that cannot be read is taken for the strictest there is, and a
 * rule that this release does not know makes all of them the strictest: what is not understood never loosens.
 */
export function policyFromJson(json: { readonly [key: string]: Json | undefined }): Policy {
  if (Object.keys(json).some((name) => !KNOWN_NAMES.has(name))) return STRICTEST_POLICY;
  const signedCommits = json[SIGNED];
  if (signedCommits !== undefined && !isSignedCommits(signedCommits)) return STRICTEST_POLICY;
  const numberOf = ({ name, of, min }: (typeof NUMBERS)[number]): number => {
    const value = json[name];
    if (value === undefined) return DEFAULT_POLICY[of];
    return isWhole(value, min) ? value : UNREADABLE;
  };
  const [relays, witnesses, signatures] = NUMBERS;
  return {
    maxRemovals: removalsFromJson(json["max_removals"]),
    requireRelays: numberOf(relays),
    requireWitnesses: numberOf(witnesses),
    keysetSignatures: numberOf(signatures),
    maxObservationAgeMs: ageFromJson(json[AGE]),
    ...defined({ signedCommits }),
  };
}

function ageFromJson(age: Json | undefined): number {
  if (age === undefined) return DEFAULT_POLICY.maxObservationAgeMs;
  const ageMs = typeof age === "string" ? parseRecordedDuration(age) : undefined;
  return ageMs ?? STRICTEST_POLICY.maxObservationAgeMs;
}

/** How old readings may be under all of these policies: as the strictest of them says. */
export function strictestAgeMs(policies: readonly Pick<Policy, "maxObservationAgeMs">[]): number {
  return Math.min(...policies.map(({ maxObservationAgeMs }) => maxObservationAgeMs));
}

function removalsFromJson(limit: Json | undefined): RemovalLimit {
  if (isWhole(limit, 0)) return { kind: "count", count: limit };
  const percent = typeof limit === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(limit)?.[1] : undefined;
  return percent === undefined
    ? STRICTEST_POLICY.maxRemovals
    : { kind: "percent", percent: Number(percent) };
}

/** How one policy differs from an earlier one, a sentence each, saying whether it is looser or stricter. */
export function policyChanges(was: Policy, is: Policy): readonly string[] {
  const changes: string[] = [];
  const [from, to] = [removalsText(was.maxRemovals), removalsText(is.maxRemovals)];
  if (from !== to) {
    const how = compareRemovals(was.maxRemovals, is.maxRemovals);
    changes.push(`policy.max_removals changes from ${from} to ${to}, which is ${how}`);
  }
  for (const { name, of } of NUMBERS) {
    if (was[of] === is[of]) continue;
    const how = is[of] < was[of] ? "looser" : "stricter";
    changes.push(
      `policy.${name} changes from ${numberText(was[of])} to ${numberText(is[of])}, which is ${how}`,
    );
  }
  const [wasAgeMs, isAgeMs] = [was.maxObservationAgeMs, is.maxObservationAgeMs];
  if (wasAgeMs !== isAgeMs) {
    const how = isAgeMs > wasAgeMs ? "looser" : "stricter";
    changes.push(
      `policy.${AGE} changes from ${formatDuration(wasAgeMs)} to ${formatDuration(isAgeMs)}, which is ${how}`,
    );
  }
  const [wasSigned, isSigned] = [was.signedCommits, is.signedCommits];
  if (wasSigned !== isSigned) {
    const how = compareSigned(wasSigned, isSigned);
    changes.push(
      `policy.${SIGNED} changes from ${wasSigned ?? "none"} to ${isSigned ?? "none"}, which is ${how}`,
    );
  }
  return changes;
}

function compareSigned(was: SignedCommits | undefined, is: SignedCommits | undefined): string {
  if (is === undefined || (is === "any" && was !== undefined)) return "looser";
  return was === undefined || was === "any" ? "stricter" : "neither looser nor stricter";
}

function isSignedCommits(value: unknown): value is SignedCommits {
  return SIGNED_COMMITS.some((word) => word === value);
}

/** A number of a policy in words. */
export function numberText(value: number): string {
  return value === UNREADABLE ? "a rule that this release cannot read" : String(value);
}

function removalsText(limit: RemovalLimit): number | string {
  return limit.kind === "count" ? limit.count : `${limit.percent}%`;
}

function compareRemovals(was: RemovalLimit, is: RemovalLimit): string {
  const [from, to] = [amountOf(was), amountOf(is)];
  if (from === to && from === 0) return "as strict";
  if (was.kind === is.kind || from === 0 || to === 0) return to > from ? "looser" : "stricter";
  return "looser or stricter by how much the fleet owns";
}

function amountOf(limit: RemovalLimit): number {
  return limit.kind === "count" ? limit.count : limit.percent;
}

function isWhole(value: unknown, min: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min;
}

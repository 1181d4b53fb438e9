// Finds a keyset that nobody could change again: what it asks for, its own operators cannot give.
import { checkGitKey, counted, gitKeyKind, parseDuration } from "../../core/index.ts";
import type { KeysetTerms } from "./keyset-change.ts";
import type { KeysetOperator } from "../log/index.ts";

/** An apply reads visors, is judged by a person, and writes: no fleet does that in less time than this. */
const READING_AGE_MIN_MS = 60_000;

/** Why a keyset would lock everybody out of the right to sign. */
export interface KeysetLockOut {
  /** The part of a manifest that asks for too much, or gives too little. */
  readonly path: string;
  /** A clause whose subject is the keyset, such as `leaves nobody who may apply`. */
  readonly why: string;
  readonly measured: string;
  readonly limit: string;
  readonly next: string;
}

/**
 * Finds the first thing that the next change of a keyset would need and could never have: somebody who may apply, enough
 * keys that can sign, witnesses beside the one who writes, a key that signs commits, time to apply in. What cannot be
 * read is left to those who refuse it.
 */
export function keysetLockOut({ operators, policy }: KeysetTerms): KeysetLockOut | undefined {
  const all = Object.values(operators);
  const appliers = all.filter(({ may }) => may.includes("apply"));
  if (appliers.length === 0) {
    return {
      path: "operators",
      why: "leaves nobody who may apply",
      measured: "0 operators with apply",
      limit: "1 operator with apply",
      next: "keep an operator with may: [plan, apply]",
    };
  }
  return (
    tooManySignatures(appliers, numberIn(policy["keyset_signatures"], 1)) ??
    tooManyWitnesses(all, appliers, numberIn(policy["require_witnesses"], 0)) ??
    noSigner(appliers, policy["signed_commits"]) ??
    noTime(policy["max_observation_age"])
  );
}

function numberIn(value: unknown, byDefault: number): number {
  return typeof value === "number" ? value : byDefault;
}

function tooManySignatures(
  appliers: readonly KeysetOperator[],
  needed: number,
): KeysetLockOut | undefined {
  const able = new Set(appliers.map(({ key }) => key)).size;
  if (able >= needed) return undefined;
  return {
    path: "policy.keyset_signatures",
    why: `asks for ${needed} signatures of the next change, and leaves ${able} who may sign`,
    measured: counted(able, "key that can sign", "keys that can sign"),
    limit: `at least ${needed}`,
    next: "ask for fewer signatures, or keep more operators with apply",
  };
}

/** Nobody witnesses for a ledger that he writes himself. */
function tooManyWitnesses(
  all: readonly KeysetOperator[],
  appliers: readonly KeysetOperator[],
  needed: number,
): KeysetLockOut | undefined {
  const most = Math.max(...appliers.map((applier) => witnessesFor(applier, all)));
  if (most >= needed) return undefined;
  return {
    path: "policy.require_witnesses",
    why: `asks for ${counted(needed, "witness", "witnesses")}, and leaves ${most} beside any operator who may apply`,
    measured: counted(most, "witness", "witnesses"),
    limit: `at least ${needed}`,
    next: "ask for fewer witnesses, or write may: [witness] at more operators than the one who applies",
  };
}

function witnessesFor(applier: KeysetOperator, all: readonly KeysetOperator[]): number {
  const others = all.filter(
    ({ key, feed, may }) =>
      may.includes("witness") &&
      key !== applier.key &&
      (feed === undefined || feed !== applier.feed),
  );
  return new Set(others.map(({ key }) => key)).size;
}

function noSigner(appliers: readonly KeysetOperator[], wanted: unknown): KeysetLockOut | undefined {
  if (wanted !== "any" && wanted !== "ssh" && wanted !== "gpg") return undefined;
  const isMet = appliers.some(({ git = [] }) =>
    git.some((text) => {
      const checked = checkGitKey(text);
      return "key" in checked && (wanted === "any" || gitKeyKind(checked.key) === wanted);
    }),
  );
  if (isMet) return undefined;
  return {
    path: "policy.signed_commits",
    why: `asks for commits that are signed (${wanted}), and leaves no operator who may apply with such a key under git`,
    measured: "0 keys that sign commits",
    limit: "1 key that signs commits",
    next: "write git: [KEY] at operators with may: [apply], or take policy.signed_commits out",
  };
}

function noTime(wanted: unknown): KeysetLockOut | undefined {
  const ageMs = typeof wanted === "string" ? parseDuration(wanted) : undefined;
  if (ageMs === undefined || ageMs >= READING_AGE_MIN_MS) return undefined;
  return {
    path: "policy.max_observation_age",
    why: `lets readings count for ${String(wanted)} only, which no apply that could take it back may keep to`,
    measured: String(wanted),
    limit: "at least 1m",
    next: "write a longer time, such as max_observation_age: 10m",
  };
}

// How nouns of the model look in documents that are read back: plans, observations and payloads of entries.
import {
  ANYTHING,
  byMember,
  COUNT,
  DIGEST,
  HASH,
  hasShape,
  listOf,
  type MembersShape,
  GIT_KEY,
  numberFrom,
  oneOf,
  OPERATOR_KEY,
  SEAL_KEY,
  type Shape,
  TEXT,
  textLike,
  VISOR_KEY,
  wholeFrom,
} from "../core/index.ts";
import { CAPABILITIES, type FeedKey, type Policy, SIGNED_COMMITS } from "./desired.ts";
import type { Route } from "./observed.ts";
import type { Keyset, PlanHead } from "./plan.ts";
import type { WantedValue } from "./plan-visor.ts";

// A plan lets members pass that a later release added; an observation, which lives for an hour, refuses them. So a shape
// here takes `membersOf` or `exactly`.

/** The key of an operator's ledger by its form. */
export const FEED_KEY: Shape<FeedKey> = textLike("feed key", /^0[23][0-9a-f]{64}$/);

/** True when a text has the form of a feed key. */
export function isFeedKey(text: string): text is FeedKey {
  return hasShape(text, FEED_KEY);
}

/** How a visor was reached. */
export function routeShape(members: MembersShape): Shape<Route> {
  return byMember("kind", {
    local: members({ kind: oneOf("local") }),
    bridge: members({ kind: oneOf("bridge"), scheme: oneOf("dmsg", "skynet"), port: COUNT }),
  });
}

/** How much of another operator's ledger was seen. */
export function headShape(members: MembersShape): Shape<PlanHead> {
  return members({ feed: FEED_KEY, size: COUNT, tree: HASH });
}

/** A policy with all its numbers. */
export function policyShape(members: MembersShape): Shape<Policy> {
  return members<Policy>(
    {
      maxRemovals: byMember("kind", {
        count: members({ kind: oneOf("count"), count: COUNT }),
        percent: members({ kind: oneOf("percent"), percent: numberFrom(0) }),
      }),
      requireRelays: COUNT,
      requireWitnesses: COUNT,
      keysetSignatures: wholeFrom(1),
      maxObservationAgeMs: COUNT,
    },
    { signedCommits: oneOf(...SIGNED_COMMITS) },
  );
}

/** Who may do what. */
export function keysetShape(members: MembersShape): Shape<Keyset> {
  return members({
    operators: listOf(
      members<Keyset["operators"][number]>(
        { name: TEXT, key: OPERATOR_KEY, may: listOf(oneOf(...CAPABILITIES)) },
        { seal: SEAL_KEY, feed: FEED_KEY, git: listOf(GIT_KEY) },
      ),
    ),
    controllers: listOf(VISOR_KEY),
    policy: policyShape(members),
  });
}

/**
 * What was wanted of one field.
 * @param removedLeast how many must be named where any are
 */
export function wantedShape(members: MembersShape, removedLeast: number): Shape<WantedValue> {
  return byMember("kind", {
    value: members({ kind: oneOf("value"), value: ANYTHING }),
    list: members(
      { kind: oneOf("list"), members: listOf(TEXT) },
      { removed: listOf(TEXT, removedLeast), exact: oneOf(true) },
    ),
    digest: members({ kind: oneOf("digest"), digest: DIGEST }),
    keyed: members({ kind: oneOf("keyed"), keyed: TEXT }),
  });
}

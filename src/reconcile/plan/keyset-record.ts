// The keyset of a fleet as an entry records it, and back.
import { checkGitKey, defined, type GitKey } from "../../core/index.ts";
import { isFeedKey, type KeysetTerms } from "../../ledger/index.ts";
import { CAPABILITIES, type FeedKey, type Keyset } from "../../model/index.ts";
import { policyFromJson, policyToJson } from "./policy.ts";

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

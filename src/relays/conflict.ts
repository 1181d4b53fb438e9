// Whether the Root that a relay shows forbids to publish ours.

import { equalBytes } from "../core/index.ts";
import type { SignedRoot } from "../skywire/cxo/index.ts";
import type { PublishOutcome } from "./publish-feed.ts";
import type { OwnRoots } from "./relay-memory.ts";

/** The outcome where a relay shows a newer Root than ours or another history; `undefined` where ours may follow. */
export async function conflictOf(
  ours: SignedRoot,
  shown: SignedRoot | undefined,
  { rootHashAt }: Pick<OwnRoots, "rootHashAt">,
): Promise<PublishOutcome | undefined> {
  if (shown === undefined || equalBytes(shown.root.hash, ours.root.hash)) return undefined;
  const { seq, nonce } = shown.root;
  const fork = (what: string): PublishOutcome => ({
    kind: "fork",
    reason: `the relay shows ${what}: two histories are signed by the feed's key`,
    shown,
    ours,
  });
  if (nonce !== ours.root.nonce) return fork(`sequence ${nonce} of the feed`);
  if (seq > ours.root.seq)
    return {
      kind: "ahead",
      reason: `the relay shows Root ${seq}, newer than our Root ${ours.root.seq}: restore the feed from it first`,
      shown,
    };
  if (seq === ours.root.seq) return fork(`another Root ${seq}`);
  const own = await rootHashAt(seq);
  if (own !== undefined && !equalBytes(own, shown.root.hash))
    return fork(`a Root ${seq} that our Root ${ours.root.seq} does not follow`);
  return undefined;
}

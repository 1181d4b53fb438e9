// Evidence against the holder of a feed's key, from what a relay answered.
import { defined } from "../core/index.ts";
import {
  type EvidenceDocument,
  type FeedKey,
  makeEvidence,
  type SignedState,
} from "../ledger/index.ts";
import type { SentRoot } from "../skywire/cxo/index.ts";
import type { RelayLie } from "./relay-lie.ts";

/**
 * Makes the evidence against the holder of a feed's key that a relay's answer gives, to be checked anywhere.
 * `undefined` where nobody but the relay lied, and where what came does not prove more.
 */
export function evidenceOfLie(feed: FeedKey, lie: RelayLie): EvidenceDocument | undefined {
  const { shown, shownLog, before, beforeLog, difference } = lie;
  if (shown === undefined) return undefined;
  const later = stateOf(shown.sent, shownLog);
  return before === undefined
    ? makeEvidence(feed, [later])
    : makeEvidence(feed, [stateOf(before, beforeLog), later], difference);
}

function stateOf({ value, signature }: SentRoot, log: Uint8Array | undefined): SignedState {
  return { value, signature, ...defined({ log }) };
}

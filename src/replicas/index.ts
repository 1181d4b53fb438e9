// The door of the replicas: our ledger at relays, copies of others' ledgers, and who lied.
export {
  conflictError,
  type PublishedLedger,
  publishLedger,
  type PublishLedgerInput,
  type RelayResult,
} from "./publish-ledger.ts";
export { type PulledFeed, pullFeed, type PullFeedInput, type PullOutcome } from "./pull-feed.ts";
export { evidenceOfLie } from "./evidence-of-lie.ts";
export { type RelayLie } from "./relay-lie.ts";
export { lookAtRelays, type RelayState } from "./look-at-relays.ts";

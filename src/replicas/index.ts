export {
  conflictError,
  lookAtRelays,
  type PublishedLedger,
  publishLedger,
  type PublishLedgerInput,
  type RelayResult,
  type RelayState,
} from "./publish-ledger.ts";
export {
  type PulledFeed,
  pullFeed,
  type PullFeedInput,
  type PullOutcome,
  type RelayLie,
} from "./pull-feed.ts";

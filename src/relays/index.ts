// The door of the relays: publishing a feed, reading it back, and a relay of our own.
export { DiskRelayStore, type StoreDamage } from "./disk-store.ts";
export {
  fetchLog,
  type FetchedLog,
  type FetchLogOptions,
  type FetchResult,
  type LogPin,
} from "./fetch-log.ts";
export type { LogShape } from "./log-shape.ts";
export { type FetchedEntry } from "./log-walk.ts";
export { lyingStore, RELAY_LIES, type RelayStoreLie } from "./lying-store.ts";
export { lookAtRelay, type RelayLook } from "./look-at-relay.ts";
export { formatAddress, type OpenRelay, openRelay, type RelayWorld } from "./open-relay.ts";
export {
  publishFeed,
  type PublishOptions,
  type PublishOutcome,
  type PublishProgress,
} from "./publish-feed.ts";
export type { KnownRoot, RelayFact, RelayMemory, SeenRoot } from "./relay-memory.ts";
export { type RelayQuota } from "./quota.ts";
export { type RelayEvent, type RelayServerOptions, startRelay } from "./relay-server.ts";
export { type KeptRoot, type RelayStore } from "./relay-store.ts";

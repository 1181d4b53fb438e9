import type { FeedKey } from "./keys.ts";

/** Where an operator's key lies in the configuration folder. */
export function keyFilePath(configFolder: string): string {
  return `${configFolder}/operator.key`;
}

/** Where the ledger of a feed lies in the state folder. */
export function ledgerFolder(stateFolder: string, feed: FeedKey): string {
  return `${stateFolder}/ledger/${feed}`;
}

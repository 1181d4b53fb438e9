import { type EntryDraft, type Ledger, type LedgerRecord, openLedger } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { Given } from "../arguments.ts";
import type { OptionSpec } from "../command.ts";
import { type OpenFeeds, openFeeds, seenHeads } from "../feeds.ts";
import type { ManifestSource } from "../manifest-source.ts";
import { manifestFacts } from "../names-of-manifest.ts";
import { type Operator, requireOperator } from "../operator.ts";
import type { World } from "../world.ts";

/** How long to wait for another writer. */
export const LOCK_OPTION: OptionSpec = {
  name: "lock-timeout",
  value: "TIME",
  about: "longest wait for another writer of the ledger (default 30s)",
};

/** Our ledger, held by its lock, with what is beside it. */
export interface OwnLedger {
  readonly operator: Operator;
  readonly source: ManifestSource | undefined;
  readonly ledger: Ledger;
  readonly open: OpenFeeds;
}

/**
 * Does some work on our own ledger while we hold its lock.
 * @throws FleetError key/missing, ledger/* (exit 4)
 */
export async function withOwnLedger<T>(
  given: Given,
  world: World,
  work: (own: OwnLedger) => Promise<T>,
): Promise<T> {
  const operator = await requireOperator(given, world);
  const { source } = await manifestFacts(given, world);
  const lockTimeoutMs = given.durationMs("lock-timeout");
  const ledger = await openLedger({
    files: world.files,
    clock: world.clock,
    random: world.random,
    process: nodeProcess(),
    folder: operator.ledgerFolder,
    keys: operator.keys,
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
  });
  try {
    const open = await openFeeds(operator, source, world, ledger);
    return await work({ operator, source, ledger, open });
  } finally {
    await ledger.close();
  }
}

/**
 * Records drafts in our own ledger, durably, as one commit. What follows from a longer ledger, such as bringing it to
 * relays, belongs here: every verb of `fleet ledger` that appends goes through this.
 * @param seen the copies whose heads the entries name as seen
 * @throws FleetError ledger/*
 */
export async function appendToOwn(
  { ledger }: OwnLedger,
  drafts: readonly EntryDraft[],
  seen: OpenFeeds["others"],
): Promise<readonly LedgerRecord[]> {
  return await ledger.append(drafts, { heads: seenHeads({ others: seen }) });
}

// The frame of a command that adds to our own ledger: lock it, hear what others wrote, append, publish it.
import type { EntryDraft, Ledger, LedgerRecord } from "../../ledger/index.ts";
import { type OpenFeeds, openFeeds, relaysAndOthers, seenHeads } from "./feeds.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { type LockRequest, openOwnLedger, type Operator, requireOperator } from "./operator.ts";
import { bringUpToDate, publishAndTell } from "./relaying.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";
import type { LedgerRequest } from "../shell/kept-files.ts";

/** Our ledger, held by its lock, with what is beside it. */
export interface OwnLedger {
  readonly operator: Operator;
  readonly source: ManifestSource | undefined;
  readonly ledger: Ledger;
  readonly open: OpenFeeds;
}

/**
 * Does some work on our own ledger while we hold its lock, first bringing others' ledgers here and afterwards what was
 * appended to the relays.
 * @throws FleetError key/missing, ledger/* (exit 4), ledger/behind-relay and ledger/forked among them
 */
export async function withOwnLedger<T>(
  request: LedgerRequest & LockRequest,
  world: World,
  work: (own: OwnLedger) => Promise<T>,
): Promise<T> {
  const operator = await requireOperator(request.keyFile, world);
  const { source } = await manifestFacts(request, world);
  const ledger = await openOwnLedger(operator, request, world);
  const { size } = ledger.head;
  const places = relaysAndOthers(operator, source);
  let result: T;
  try {
    const { notes } = await bringUpToDate(operator, places, world);
    for (const note of notes) errLine(world, `note: ${note}`);
    const open = await openFeeds(operator, source, world, ledger);
    result = await work({ operator, source, ledger, open });
  } finally {
    await ledger.close();
  }
  if (ledger.head.size > size) await publishAndTell(operator, places.relays, world);
  return result;
}

/**
 * Records drafts in our own ledger, durably, as one commit.
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

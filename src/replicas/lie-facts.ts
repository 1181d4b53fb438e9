// What is added to a signed lie so that it proves something: logs, and entries with their proofs.
import { defined, equalBytes, FleetError, fromHex, toHex } from "../core/index.ts";
import {
  type EntriesAt,
  firstDifference,
  LEDGER_SHAPE,
  ledgerObjects,
  type ReadOnlyLedger,
  readLedger,
  type ReplicaOptions,
} from "../ledger/index.ts";
import type { RelayAddress } from "../model/index.ts";
import { type FetchedLog, fetchLog, openRelay, type RelayWorld } from "../relays/index.ts";
import { decodeRoot, type SentRoot } from "../skywire/cxo/index.ts";
import { leafHash } from "../tlog/index.ts";
import { evidenceOfLie } from "./evidence-of-lie.ts";
import { FetchedTree } from "./fetched-tree.ts";
import type { RelayLie } from "./relay-lie.ts";

/** A longer history is not fetched again to find where it was rewritten: its hashes would fill the memory. */
const ENTRIES_MAX = 1_000_000;

/** Where the rest of what proves a lie is found: the copy, and the relay that can be asked again. */
export interface LieSources extends ReplicaOptions, RelayWorld {
  readonly stallTimeoutMs?: number;
}

/**
 * Adds to a signed lie what it takes to prove it: our own log, and, where the two states alone contradict nothing,
 * the first entry that differs, for which the whole other history is fetched. What cannot be had is left out.
 * @throws FleetError ledger/*, files/* when the copy cannot be read
 */
export async function completeLie(
  lie: RelayLie,
  relay: RelayAddress,
  sources: LieSources,
): Promise<RelayLie> {
  const { shown, before } = lie;
  if (shown === undefined || before === undefined) return lie;
  const beforeLog = await logOf(before, sources);
  const known = { ...lie, ...defined({ beforeLog }) };
  if (evidenceOfLie(sources.feed, known) !== undefined) return known;
  const found = await rewrittenPart(relay, sources);
  return found === undefined ? known : { ...known, ...found };
}

async function logOf({ value }: SentRoot, sources: LieSources): Promise<Uint8Array | undefined> {
  const pointer = decodeRoot(value).refs[0];
  const objects = ledgerObjects(sources);
  try {
    return pointer === undefined ? undefined : await objects.get(pointer.hash);
  } finally {
    await objects.close();
  }
}

async function rewrittenPart(
  relay: RelayAddress,
  sources: LieSources,
): Promise<Pick<RelayLie, "shown" | "shownLog" | "difference"> | undefined> {
  const ours = await readLedger(sources);
  let open: Awaited<ReturnType<typeof openRelay>> | undefined;
  try {
    open = await openRelay({ host: relay.host, port: relay.port }, sources);
    const { connection } = open;
    const fetchFrom = async (from: number): Promise<FetchedLog | undefined> => {
      const fetched = await fetchLog({
        ...sources,
        connection,
        relay: "the relay",
        feed: fromHex(sources.feed),
        shape: LEDGER_SHAPE,
        pin: undefined,
        from,
      });
      return fetched.kind === "log" && fetched.size <= ENTRIES_MAX ? fetched : undefined;
    };
    const theirs = await fetchFrom(0);
    if (theirs === undefined) return undefined;
    const difference = await differenceOf(ours, theirs, fetchFrom);
    if (difference === undefined) return undefined;
    return { shown: theirs.signed, shownLog: theirs.log.bytes, difference };
  } catch (error) {
    // The relay was named already; it only gives no proof.
    if (error instanceof FleetError) return undefined;
    throw error;
  } finally {
    open?.close();
  }
}

async function differenceOf(
  ours: ReadOnlyLedger,
  theirs: FetchedLog,
  fetchFrom: (index: number) => Promise<FetchedLog | undefined>,
): Promise<EntriesAt | undefined> {
  const tree = new FetchedTree();
  for await (const batch of theirs.entries)
    for (const { bytes } of batch) tree.append(leafHash(bytes));
  const index = await firstDifference(
    Math.min(tree.size, ours.head.size),
    (size) => ours.treeAt(size),
    async (size) => toHex(await tree.rootOf(size)),
  );
  if (index === undefined) return undefined;
  const own = await ours.object(index);
  const other = await objectAt(index, fetchFrom);
  // A relay that shows another history each time proves nothing.
  if (own === undefined || other === undefined) return undefined;
  if (!equalBytes(leafHash(other), tree.leaf(index))) return undefined;
  return {
    index,
    entries: [
      { object: own, proof: await ours.inclusion(index) },
      { object: other, proof: await tree.inclusion(index) },
    ],
  };
}

async function objectAt(
  index: number,
  fetchFrom: (index: number) => Promise<FetchedLog | undefined>,
): Promise<Uint8Array | undefined> {
  const again = await fetchFrom(index);
  if (again === undefined) return undefined;
  for await (const batch of again.entries)
    return batch.find((entry) => entry.index === index)?.bytes;
  return undefined;
}

import { assert, equalBytes, FleetError, fromHex, toHex } from "../core/index.ts";
import {
  BLANK_HASH,
  decodeRoot,
  fetchObject,
  type GetObject,
  isBlank,
  readRefs,
  type Root,
  verifyRoot,
} from "../skywire/cxo/index.ts";
import { verifyGenesis } from "./entries/genesis.ts";
import type { FeedKey, OperatorKeys } from "./keys/keys.ts";
import { Keyring } from "./entries/keyring.ts";
import {
  decodeEntry,
  decodeLog,
  LEDGER_REGISTRY,
  type Log,
  LOG_SCHEMA,
} from "./entries/objects.ts";
import { parsePayload } from "./entries/payload-parse.ts";
import type { LedgerRecord } from "./entries/payloads.ts";
import { RecordReader } from "./entries/records.ts";
import type { StoredCommit, StoreScan } from "./store/segment.ts";

/** All Roots of a ledger are one sequence. */
export const LEDGER_NONCE = 1n;

/** Where a ledger stands. */
export interface LedgerHead {
  readonly seq: bigint;
  /** Hex hash of the Root. */
  readonly root: string;
  /** Entries. */
  readonly size: number;
  readonly timeMs: number;
}

/** A ledger's content, authenticated by the feed's signature of its head. */
export interface History {
  readonly records: LedgerRecord[];
  readonly reader: RecordReader;
  readonly head: LedgerHead;
  readonly headRoot: Root;
  /** Hash of the list of entries. */
  readonly entriesHash: Uint8Array;
  /** Of the last entry, unix nanoseconds. */
  readonly lastTime: bigint;
}

/**
 * Reads the entries below the last commit. The head's signature and the hashes below it prove that
 * the feed's owner wrote them; the operator's signature of each entry is `verifyLedger`'s business.
 * @throws FleetError ledger/*, cxo/*
 */
export function readHistory(
  scan: StoreScan,
  feed: FeedKey,
  keys: OperatorKeys | undefined,
): History {
  const last = scan.commits.at(-1);
  assert(last !== undefined, "a store without a commit is a fault");
  const get: GetObject = (hash) => scan.objects.get(toHex(hash));
  const headRoot = verifyRoot(last.root, last.signature, fromHex(feed));
  checkChain(scan.commits);
  const log = readLog(headRoot, get);
  const hashes = readRefs(log.entries, get);
  if (BigInt(hashes.length) !== log.size)
    throw new FleetError(
      "ledger/log",
      `the log says ${log.size} entries, its list has ${hashes.length}`,
    );
  const [genesisHash] = hashes;
  if (genesisHash === undefined)
    throw new FleetError("ledger/genesis", "the ledger has no genesis entry");
  const genesisEntry = decodeEntry(fetchObject(genesisHash, get));
  if (genesisEntry.kind !== "genesis")
    throw new FleetError("ledger/genesis", "the first entry is no genesis");
  const genesis = verifyGenesis(parsePayload("genesis", genesisEntry.payload), feed);
  const keyring = keys === undefined ? undefined : new Keyring(keys);
  const reader = RecordReader.of(genesis, keyring);
  const first = readRecords(hashes, get, reader);
  // A key set can bring the keys of epochs before it: then what stands before it opens, too.
  const isClosed = first.records.some(({ payload }) => payload === undefined);
  const isOpener = isClosed && keyring !== undefined && keyring.size > 0;
  const again = isOpener ? RecordReader.of(genesis, keyring) : reader;
  const { records, lastTime } = isOpener ? readRecords(hashes, get, again) : first;
  const head = {
    seq: headRoot.seq,
    root: last.rootHash,
    size: hashes.length,
    timeMs: Number(headRoot.time / 1_000_000n),
  };
  return { records, reader: again, head, headRoot, entriesHash: log.entries, lastTime };
}

function readRecords(
  hashes: readonly Uint8Array[],
  get: GetObject,
  reader: RecordReader,
): { readonly records: LedgerRecord[]; readonly lastTime: bigint } {
  const records: LedgerRecord[] = [];
  let lastTime = 0n;
  for (const [index, hash] of hashes.entries()) {
    const entry = decodeEntry(fetchObject(hash, get));
    if (entry.index !== BigInt(index))
      throw new FleetError("ledger/entry", `entry ${entry.index} stands at place ${index}`);
    if (entry.time <= lastTime)
      throw new FleetError("ledger/entry", `the time of entry ${index} does not go forward`);
    lastTime = entry.time;
    const record = reader.next({ entry, hash: toHex(hash) });
    if (record !== undefined) records.push(record);
  }
  reader.end();
  return { records, lastTime };
}

/** Checks that each Root names the one before it. @throws FleetError ledger/chain */
function checkChain(commits: readonly StoredCommit[]): void {
  let before = BLANK_HASH;
  for (const { root, rootHash, seq } of commits) {
    const { prev, seq: rootSeq } = decodeRoot(root);
    if (rootSeq !== seq || !equalBytes(prev, before)) {
      throw new FleetError(
        "ledger/chain",
        `the Root of commit ${seq} does not follow the one before it`,
      );
    }
    before = fromHex(rootHash);
  }
}

/**
 * The log that a Root of a ledger points to.
 * @throws FleetError ledger/log, ledger/version, cxo/*
 */
export function readLog(root: Root, get: GetObject): Log {
  const [pointer] = root.refs;
  if (root.nonce !== LEDGER_NONCE)
    throw new FleetError(
      "ledger/log",
      `the Root is of sequence ${root.nonce}, not ${LEDGER_NONCE}`,
    );
  if (!equalBytes(root.reg, LEDGER_REGISTRY.ref))
    throw new FleetError("ledger/log", "the Root uses another registry than the ledger's");
  if (
    pointer === undefined ||
    root.refs.length !== 1 ||
    isBlank(pointer.hash) ||
    !equalBytes(pointer.schema, LOG_SCHEMA)
  ) {
    throw new FleetError("ledger/log", "the Root does not point to one log");
  }
  return decodeLog(fetchObject(pointer.hash, get));
}

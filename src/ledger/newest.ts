// A ledger's newest Root and what stands right below it, checked by the feed's signature.
import { assert, equalBytes, FleetError, fromHex, toHex } from "../core/index.ts";
import {
  fetchObject,
  type GetObject,
  isBlank,
  LIST_DEGREES,
  RefsBuilder,
  type Root,
  type SentRoot,
  verifyRoot,
} from "../skywire/cxo/index.ts";
import { parseCheckpoint, parseNote } from "../tlog/index.ts";
import { decodeLog, LEDGER_REGISTRY, type Log, LOG_SCHEMA } from "./entries/objects.ts";
import type { FeedKey } from "./keys/keys.ts";
import { originOf } from "./proof/checkpoint.ts";
import type { StoreView } from "./store/view.ts";

/** All Roots of a ledger are one sequence. */
export const LEDGER_NONCE = 1n;

/** How a ledger's Roots lead to its log, for who fetches it from a relay. */
export const LEDGER_SHAPE: {
  readonly nonce: bigint;
  /** Hash of the registry that every Root names. */
  readonly registry: Uint8Array;
  /** Of the log, the one object that a Root points to. */
  readonly schema: Uint8Array;
  readonly decodeLog: (bytes: Uint8Array) => Log;
} = { nonce: LEDGER_NONCE, registry: LEDGER_REGISTRY.ref, schema: LOG_SCHEMA, decodeLog };

const NS_PER_MS = 1_000_000n;

/** Where a ledger stands. */
export interface LedgerHead {
  readonly seq: bigint;
  /** Hex hash of the Root. */
  readonly root: string;
  /** Entries. */
  readonly size: number;
  readonly timeMs: number;
  /** RFC 6962 root over the entries, 64 hex digits. */
  readonly tree: string;
}

/** A ledger's newest state, authenticated by the feed's signature. */
export interface Newest {
  readonly sent: SentRoot;
  readonly root: Root;
  /** Hex hash of the Root. */
  readonly rootHash: string;
  readonly log: Log;
  /** What the log's checkpoint says is the root over its entries; absent in the form of release 0.1.0. */
  readonly tree: Uint8Array | undefined;
  /** To append to the list of entries, at the degree that it has. */
  readonly refs: RefsBuilder;
}

/** Reads the newest Root of a store and what stands right below it. @throws FleetError ledger/*, cxo/* */
export function readNewest({ scan, recent }: StoreView, feed: FeedKey): Newest {
  const { last } = scan;
  assert(last !== undefined, "a store without a commit is a fault");
  const get: GetObject = (hash) => recent.get(toHex(hash));
  const pub = fromHex(feed);
  const root = verifyRoot(last.root, last.signature, pub);
  const { nonce, seq } = root;
  const log = readLog(root, get);
  const refs = RefsBuilder.open(log.entries, get);
  checkDegree(refs.degree);
  if (BigInt(refs.length) !== log.size) {
    throw new FleetError(
      "ledger/log",
      `the log says ${log.size} entries, its list has ${refs.length}`,
    );
  }
  const sent = { feed: pub, nonce, seq, value: last.root, signature: last.signature };
  return { sent, root, rootHash: last.rootHash, log, tree: treeOf(log, feed), refs };
}

/** Refuses a degree that no list of a ledger has. @throws FleetError ledger/log */
export function checkDegree(degree: number): void {
  const { min, max } = LIST_DEGREES;
  if (degree >= min && degree <= max) return;
  throw new FleetError(
    "ledger/log",
    `the list of entries has degree ${degree}, and this release reads ${min} to ${max}`,
    { next: "update fleet to a release that reads this ledger", exit: 4 },
  );
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

/**
 * The root over the entries that a log's checkpoint names, whoever signed it: the feed's signature of
 * the Root covers it. `undefined` when the log has none.
 * @throws FleetError tlog/*, ledger/checkpoint
 */
function treeOf({ checkpoint, size }: Log, feed: FeedKey): Uint8Array | undefined {
  if (checkpoint.length === 0) return undefined;
  const named = parseCheckpoint(parseNote(checkpoint).text);
  if (named.origin === originOf(feed) && BigInt(named.size) === size) return named.root;
  throw new FleetError("ledger/checkpoint", "the checkpoint of the log is of another list");
}

/** Nanoseconds as milliseconds. */
export function toMs(timeNs: bigint): number {
  return Number(timeNs / NS_PER_MS);
}

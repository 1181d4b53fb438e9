// A ledger's newest Root and what stands right below it, checked by the feed's signature, and its own checkpoints.
import {
  assert,
  equalBytes,
  FleetError,
  fromHex,
  hasCode,
  type OperatorKey,
  toHex,
} from "../../core/index.ts";
import {
  fetchObject,
  type GetObject,
  isBlank,
  LIST_DEGREES,
  RefsBuilder,
  type Root,
  type SentRoot,
  verifyRoot,
} from "../../skywire/cxo/index.ts";
import {
  formatCheckpoint,
  type NoteKey,
  noteKeyOf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  signNote,
} from "../../tlog/index.ts";
import { decodeLog, LEDGER_REGISTRY, type Log, LOG_SCHEMA } from "./entries/objects.ts";
import type { SeenHead } from "./entries/payloads.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";
import type { StoreView } from "./store/read-store.ts";

// A ledger's own checkpoints: made, and verified by the keys that write it.

const LEDGER_NAME = "fleet.skywire/ledger/";
const WITNESS_NAME = "fleet.skywire/witness/";

/** What a checkpoint says of a ledger, after its signature was checked. */
export type VerifiedCheckpoint = SeenHead & {
  /** The text that was signed. */
  readonly text: string;
  readonly cosignatures: readonly Cosignature[];
  readonly __verified: "checkpoint";
};

/** A witness's signature of a checkpoint. */
interface Cosignature {
  readonly witness: OperatorKey;
  /** When it was the newest that the witness had seen; unix seconds. */
  readonly timeS: number;
}

/** The key that signs a ledger's checkpoints: its writer's, by the ledger's name. */
export function ledgerNoteKey(feed: FeedKey, writer: OperatorKey): NoteKey {
  return noteKeyOf(originOf(feed), "ed25519", writer);
}

/** The key by which an operator cosigns checkpoints of others. */
export function witnessNoteKey(witness: OperatorKey): NoteKey {
  const name = `${WITNESS_NAME}${witness.slice("ed25519:".length)}`;
  return noteKeyOf(name, "cosignature/v1", witness);
}

/** The first line of a ledger's checkpoints. */
export function originOf(feed: FeedKey): string {
  return `${LEDGER_NAME}${feed}`;
}

/** Signs the checkpoint over a ledger's first `size` entries, whose RFC 6962 root is `root`. */
export function signCheckpoint(
  keys: OperatorKeys,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): Uint8Array {
  const text = formatCheckpoint({ origin: originOf(keys.feed), size, root, extensions: [] });
  const key = ledgerNoteKey(keys.feed, keys.operator);
  return signNote(text, [{ key, sign: (message) => keys.sign(message) }]);
}

/**
 * Proves that a note is a checkpoint of a ledger, signed by its writer. Cosignatures of the witnesses
 * named are checked; those of others are not looked at.
 * @throws FleetError ledger/checkpoint
 */
export function verifyCheckpoint(
  note: Uint8Array,
  { feed, writer }: { readonly feed: FeedKey; readonly writer: OperatorKey },
  witnesses: readonly OperatorKey[] = [],
): VerifiedCheckpoint {
  try {
    const { checkpoint, text, cosignatures } = openCheckpoint(note, {
      origin: originOf(feed),
      logKey: ledgerNoteKey(feed, writer),
      witnesses: witnesses.map(witnessNoteKey),
    });
    const { size, root, extensions } = checkpoint;
    if (size === 0 || extensions.length > 0)
      throw new FleetError(
        "ledger/checkpoint",
        "a ledger's checkpoint has entries and three lines",
      );
    const cosigned = cosignatures.map(({ key, timeS }) => ({ witness: key.key, timeS }));
    return {
      feed,
      size,
      tree: toHex(root),
      text,
      cosignatures: cosigned,
    } as unknown as VerifiedCheckpoint;
  } catch (cause) {
    if (!hasCode(cause, "tlog/")) throw cause;
    throw new FleetError(
      "ledger/checkpoint",
      `the note is no checkpoint of feed ${feed} by ${writer}`,
      {
        next: "fetch it again; if it is refused again, do not trust who serves it",
        exit: 4,
        cause,
      },
    );
  }
}

// A ledger's newest Root and what stands right below it, checked by the feed's signature.

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

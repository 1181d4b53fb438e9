// Makes the signed entries of one payload, and one commit of new entries: their objects, the list, the checkpoint and the signed Root.
import {
  assert,
  type Clock,
  FleetError,
  fromHex,
  type Random,
  sha256,
  toHex,
  utf8,
} from "../../core/index.ts";
import { type BuiltRefs, type CxoObject, encodeRoot } from "../../skywire/cxo/index.ts";
import {
  encodeEntry,
  encodeLog,
  LEDGER_REGISTRY,
  LOG_SCHEMA,
  LOG_VERSION,
} from "./entries/objects.ts";
import {
  type EntryKind,
  formatPayload,
  formatPayloadType,
  NEVER_SEALED,
} from "./entries/payload-type.ts";
import type { PayloadMap, SeenHead } from "./entries/payloads.ts";
import type { StoredEntry } from "./entries/records.ts";
import { type EpochKey, SEAL_OVERHEAD } from "./entries/sealing.ts";
import { signEntry } from "./entries/signing.ts";
import type { OperatorKeys } from "../keys/index.ts";
import { LEDGER_NONCE, signCheckpoint } from "./head.ts";
import type { CommitDraft } from "./store/start-store.ts";

// Makes the signed entries of one payload, split and sealed where that is needed, and stamped with the time.

// The time that an entry is stamped with, from the clock of this machine.

const NS_PER_MS = 1_000_000n;
/** Entries count nanoseconds since 1970 in 63 bits: until 2262-04-11T23:47:16Z. */
const TIME_MAX_NS = 2n ** 63n - 1n;
/** Entries of one commit are a nanosecond apart. */
const ROOM_NS = 1_000_000_000n;

/**
 * The clock's time as an entry says it, in Unix nanoseconds. Where the clock is behind the last entry, time goes on by one
 * from there.
 * @param lastNs the time of the last entry; nothing for the first
 * @throws FleetError ledger/clock (exit 4) for a time that no entry can say: nothing may be stamped by such a clock
 */
export function entryTime(clock: Pick<Clock, "now">, lastNs = -1n): bigint {
  const nowMs = clock.now();
  const nowNs = Number.isFinite(nowMs) ? BigInt(Math.trunc(nowMs)) * NS_PER_MS : -1n;
  if (nowNs < 0n || nowNs > TIME_MAX_NS)
    throw refused(`the clock of this machine says ${textOf(nowMs)}`);
  const timeNs = nowNs > lastNs ? nowNs : lastNs + 1n;
  if (timeNs > TIME_MAX_NS - ROOM_NS)
    throw refused(`the last entry of the ledger says ${textOf(Number(lastNs / NS_PER_MS))}`);
  return timeNs;
}

function textOf(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "no time at all" : time.toISOString();
}

function refused(what: string): FleetError {
  return new FleetError(
    "ledger/clock",
    `${what}, and an entry can say times from 1970 to April 2262 only: nothing was recorded`,
    { next: "set the clock of this machine, then run the command again", exit: 4 },
  );
}

// Makes the signed entries of one payload, split and sealed where that is needed.

/**
 * A stored payload is at most this long; a longer one is split over further entries.
 * @internal the tests stand at the limit
 */
export const PAYLOAD_SIZE_MAX: number = 192 * 1024;

/** What the next entry stands behind. */
export interface ComposePlace {
  /** Index of the next entry. */
  readonly index: bigint;
  /** Earliest time of the next entry, unix nanoseconds. */
  readonly time: bigint;
}

/** An entry made and signed, with its object. */
export interface ComposedEntry extends StoredEntry {
  readonly object: CxoObject;
}

/** What one or more entries are made of. */
export interface ComposeDraft<K extends EntryKind> {
  readonly kind: K;
  readonly payload: PayloadMap[K];
  /** What the first entry names of other feeds, as {@link headsToName} gives it. */
  readonly heads?: readonly SeenHead[];
}

/**
 * Makes the entries of one payload: canonical JSON, split where it is long, sealed where a key is
 * given, signed. Entries of one payload follow each other by one nanosecond.
 */
export function composeEntries<K extends EntryKind>(
  { kind, payload, heads = [] }: ComposeDraft<K>,
  place: ComposePlace,
  sealWith: EpochKey | undefined,
  keys: OperatorKeys,
  random: Random,
): readonly ComposedEntry[] {
  assert(
    sealWith === undefined || !NEVER_SEALED.has(kind),
    "what verification needs is never sealed",
  );
  const plain = formatPayload(kind, payload);
  const room = PAYLOAD_SIZE_MAX - (sealWith === undefined ? 0 : SEAL_OVERHEAD);
  const parts = Math.max(1, Math.ceil(plain.length / room));
  return Array.from({ length: parts }, (_, at) => {
    const chunk = plain.subarray(at * room, (at + 1) * room);
    const index = place.index + BigInt(at);
    const time = place.time + BigInt(at);
    const stored =
      sealWith === undefined ? chunk : sealWith.seal(chunk, { kind, index, time }, random);
    const payloadType = formatPayloadType({
      kind,
      sealedWith: sealWith?.id,
      part: at + 1,
      parts,
      heads: at === 0 ? heads : [],
    });
    const entry = signEntry(keys, { index, time, kind, payloadType, payload: stored });
    const bytes = encodeEntry(entry);
    const hash = sha256(bytes);
    return { entry, hash: toHex(hash), object: { hash, bytes } };
  });
}

// Makes one commit of new entries: their objects, the list, the checkpoint and the signed Root.

/** Where a commit stands, and who signs it. */
export interface CommitPlace {
  /** Those that sign the Root and the checkpoint. */
  readonly keys: OperatorKeys;
  readonly seq: bigint;
  readonly prev: Uint8Array;
  /** The first commit also holds the registry. */
  readonly isFirst: boolean;
  /** RFC 6962 root over all entries, the new ones included. */
  readonly tree: Uint8Array;
}

/**
 * Makes the objects and the signed Root of new entries.
 * @param list the list of all entries, with the objects of it that are new
 */
export function composeCommit(
  entries: readonly ComposedEntry[],
  list: BuiltRefs & { readonly length: number },
  { keys, seq, prev, isFirst, tree }: CommitPlace,
): CommitDraft {
  const size = BigInt(list.length);
  const checkpoint = signCheckpoint(keys, { size: list.length, root: tree });
  const log = toObject(encodeLog({ version: LOG_VERSION, size, entries: list.hash, checkpoint }));
  const time = entries.at(-1)?.entry.time;
  assert(time !== undefined, "a commit has an entry");
  const root = encodeRoot({
    refs: [{ hash: log.hash, schema: LOG_SCHEMA }],
    descriptor: utf8(`fleet ledger v${LOG_VERSION}, ${size} entries`),
    reg: LEDGER_REGISTRY.ref,
    pub: fromHex(keys.feed),
    nonce: LEDGER_NONCE,
    seq,
    time,
    prev,
  });
  const rootHash = sha256(root);
  const registry = isFirst ? [{ hash: LEDGER_REGISTRY.ref, bytes: LEDGER_REGISTRY.bytes }] : [];
  return {
    objects: [...registry, ...entries.map(({ object }) => object), ...list.objects, log],
    seq,
    root,
    rootHash: toHex(rootHash),
    signature: keys.signFeed(rootHash),
    size,
    timeNs: time,
    tree: toHex(tree),
    checkpoint,
  };
}

function toObject(bytes: Uint8Array): CxoObject {
  return { hash: sha256(bytes), bytes };
}

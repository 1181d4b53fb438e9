// What the signature of an entry is made over, made and checked.
import {
  concatBytes,
  FleetError,
  fromHex,
  hasCode,
  isOperatorKey,
  type OperatorKey,
  operatorKeyBytes,
  type SignatureItem,
  utf8,
  verifyEd25519,
} from "../../../core/index.ts";
import { ObjectWriter } from "../../../skywire/cxo/index.ts";
import type { FeedKey, OperatorKeys } from "../../keys/index.ts";
import { decodeEntry, type EntryObject } from "./objects.ts";

/** What a body takes beside its payload, seldom more. */
const BODY_SIZE_GUESS = 256;
/** Where the kind begins in an entry's object, behind index and time. */
const TEXTS_AT = 16;
const LENGTH_SIZE = 4;
const ENTRY_BODY_TYPE = "application/vnd.skywire-fleet.entry.v1";

/** An entry whose signature by its operator was checked. Only {@link verifyEntry} makes one. */
export type VerifiedEntry = EntryObject & {
  readonly operator: OperatorKey;
  readonly __verified: "entry";
};

/** An entry before it is signed. */
export type UnsignedEntry = Omit<EntryObject, "signatures">;

/**
 * What a DSSE signature is made over.
 * @param type ASCII
 * Source: DSSE protocol, pre-authentication encoding, v1.
 */
export function preAuthentication(type: string, body: Uint8Array): Uint8Array {
  return concatBytes(preAuthenticationHead(type, body.length), body);
}

/** @param type ASCII, so that its characters are its bytes */
function preAuthenticationHead(type: string, bodySize: number): Uint8Array {
  return utf8(`DSSEv1 ${type.length} ${type} ${bodySize} `);
}

/**
 * The body an entry's signature covers: feed key, index, time, kind, payload type and the payload as
 * stored, so that an entry can be neither moved to another place or feed nor relabelled.
 */
function entryBody(feed: FeedKey, entry: UnsignedEntry): Uint8Array {
  const writer = new ObjectWriter(BODY_SIZE_GUESS + entry.payload.length);
  writer.raw(fromHex(feed));
  writer.u64(entry.index);
  writer.i64(entry.time);
  writer.bytes(utf8(entry.kind));
  writer.bytes(utf8(entry.payloadType));
  writer.raw(entry.payload);
  return writer.finish();
}

/** The same as {@link preAuthentication} of {@link entryBody}, cut out of the object's bytes. */
function signedMessage(bytes: Uint8Array, feed: FeedKey, payloadSize: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const typeAt = TEXTS_AT + LENGTH_SIZE + view.getUint32(TEXTS_AT, true);
  const textsEnd = typeAt + LENGTH_SIZE + view.getUint32(typeAt, true);
  const payloadAt = textsEnd + LENGTH_SIZE;
  const bodySize = feed.length / 2 + textsEnd + payloadSize;
  return concatBytes(
    preAuthenticationHead(ENTRY_BODY_TYPE, bodySize),
    fromHex(feed),
    bytes.subarray(0, textsEnd),
    bytes.subarray(payloadAt, payloadAt + payloadSize),
  );
}

/** Signs an entry with the operator's key. */
export function signEntry(keys: OperatorKeys, entry: UnsignedEntry): EntryObject {
  const signature = keys.sign(preAuthentication(ENTRY_BODY_TYPE, entryBody(keys.feed, entry)));
  return { ...entry, signatures: [{ keyId: keys.operator, signature }] };
}

/**
 * Decodes an entry and proves that `operator` signed it for this feed. Further signatures are
 * allowed; every one whose key ID is the operator's must hold.
 * @throws FleetError ledger/signature, ledger/entry
 */
export function verifyEntry(
  bytes: Uint8Array,
  feed: FeedKey,
  operator: OperatorKey,
): VerifiedEntry {
  const { entry, items } = entrySignatures(bytes, feed, operator);
  for (const { key, message, signature } of items) {
    if (!verifyEd25519(key, message, signature)) throw notHeld(entry);
  }
  return { ...entry, operator } as VerifiedEntry;
}

/**
 * Decodes an entry and gives what has to hold so that `operator` signed it for this feed.
 * @throws FleetError ledger/signature when that cannot be, ledger/entry
 */
export function entrySignatures(
  bytes: Uint8Array,
  feed: FeedKey,
  operator: OperatorKey,
): { readonly entry: EntryObject; readonly items: readonly SignatureItem[] } {
  const entry = parseEntry(bytes);
  const message = signedMessage(bytes, feed, entry.payload.length);
  const own = entry.signatures.filter(({ keyId }) => keyId === operator);
  if (own.length !== 1) {
    throw new FleetError(
      "ledger/signature",
      `entry ${entry.index} has ${own.length} signatures by ${operator}, not one`,
    );
  }
  const items = entry.signatures.map(({ keyId, signature }) => {
    if (!isOperatorKey(keyId)) throw notHeld(entry);
    return { key: keyId, message, signature };
  });
  return { entry, items };
}

function notHeld({ index }: EntryObject): FleetError {
  return new FleetError("ledger/signature", `a signature of entry ${index} does not hold`);
}

function parseEntry(bytes: Uint8Array): EntryObject {
  try {
    return decodeEntry(bytes);
  } catch (cause) {
    if (hasCode(cause, "ledger/")) throw cause;
    throw new FleetError("ledger/entry", "an entry is malformed", { cause });
  }
}

/** The three keys of a ledger as one message, for the proofs of its genesis. */
export function genesisBody(operator: OperatorKey, seal: string, feed: FeedKey): Uint8Array {
  const parts = [operatorKeyBytes(operator), fromHex(seal.slice("x25519:".length)), fromHex(feed)];
  return preAuthentication("application/vnd.skywire-fleet.genesis.v1", concatBytes(...parts));
}

/** What the feed key signs in a genesis: that this operator writes the feed. */
export function feedClaim(operator: OperatorKey): Uint8Array {
  return preAuthentication(
    "application/vnd.skywire-fleet.feed-claim.v1",
    operatorKeyBytes(operator),
  );
}

// Entries and the log as CXO objects: their bytes and their registry.
import { assert, FleetError, utf8 } from "../../../core/index.ts";
import {
  buildRegistry,
  ByteReader,
  ObjectWriter,
  type CxoRegistry,
} from "../../../skywire/cxo/index.ts";

/** The registry of the ledger's objects; a test pins its hash. */
export const LEDGER_REGISTRY: CxoRegistry = buildRegistry([
  {
    name: "fleet.Entry",
    type: {
      struct: [
        { name: "Index", type: "uint64" },
        { name: "Time", type: "int64" },
        { name: "Kind", type: "string" },
        { name: "PayloadType", type: "string" },
        { name: "Payload", type: "bytes" },
        {
          name: "Signatures",
          type: {
            slice: {
              struct: [
                { name: "KeyID", type: "string" },
                { name: "Sig", type: "bytes" },
              ],
            },
          },
        },
      ],
    },
  },
  {
    name: "fleet.Log",
    type: {
      struct: [
        { name: "Version", type: "uint32" },
        { name: "Size", type: "uint64" },
        { name: "Entries", type: "Refs", tag: 'skyobject:"schema=fleet.Entry"' },
        { name: "Checkpoint", type: "bytes" },
      ],
    },
  },
]);

/** The schema of fleet.Log, which a Root's reference names. */
export const LOG_SCHEMA: Uint8Array = schemaRef("fleet.Log");

/** The version of fleet.Log that this release writes and reads. */
export const LOG_VERSION = 1;

const HASH_SIZE = 32;
const SIGNATURES_MAX = 64;
/** What an entry with one signature takes beside its payload, seldom more. */
const ENTRY_SIZE_GUESS = 384;

/** One signed object in the ledger. */
export interface EntryObject {
  readonly index: bigint;
  /** Unix nanoseconds. */
  readonly time: bigint;
  readonly kind: string;
  readonly payloadType: string;
  /** As stored: sealed or not. */
  readonly payload: Uint8Array;
  readonly signatures: readonly EntrySignature[];
}

/** One signature of an entry. */
interface EntrySignature {
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** The list of all entries: what a Root points to. */
export interface Log {
  readonly version: number;
  readonly size: bigint;
  /** Hash of the Refs object; blank when there are no entries. */
  readonly entries: Uint8Array;
  readonly checkpoint: Uint8Array;
}

/** Encodes an entry as the object of type fleet.Entry. */
export function encodeEntry(entry: EntryObject): Uint8Array {
  const writer = new ObjectWriter(ENTRY_SIZE_GUESS + entry.payload.length);
  writer.u64(entry.index);
  writer.i64(entry.time);
  writer.bytes(utf8(entry.kind));
  writer.bytes(utf8(entry.payloadType));
  writer.bytes(entry.payload);
  writer.u32(entry.signatures.length);
  for (const { keyId, signature } of entry.signatures) {
    writer.bytes(utf8(keyId));
    writer.bytes(signature);
  }
  return writer.finish();
}

/**
 * Decodes an entry that is the whole of `bytes`. There is one form of an entry: every field has a fixed width or a
 * counted length, text is strict UTF-8, and nothing may be left. Borrows the bytes.
 * @throws FleetError cxo/truncated, cxo/trailing, core/utf8, ledger/entry
 */
export function decodeEntry(bytes: Uint8Array): EntryObject {
  const reader = new ByteReader(bytes);
  const index = reader.u64();
  const time = reader.i64();
  const kind = reader.text();
  const payloadType = reader.text();
  const payload = reader.borrowed();
  const count = reader.count();
  if (count > SIGNATURES_MAX)
    throw new FleetError("ledger/entry", `an entry has at most ${SIGNATURES_MAX} signatures`);
  const signatures: EntrySignature[] = [];
  for (let at = 0; at < count; at += 1)
    signatures.push({ keyId: reader.text(), signature: reader.borrowed() });
  reader.end();
  return { index, time, kind, payloadType, payload, signatures };
}

/** Encodes a log as the object of type fleet.Log. */
export function encodeLog(log: Log): Uint8Array {
  assert(log.entries.length === HASH_SIZE, "a Refs hash has 32 bytes");
  const writer = new ObjectWriter();
  writer.u32(log.version);
  writer.u64(log.size);
  writer.raw(log.entries);
  writer.bytes(log.checkpoint);
  return writer.finish();
}

/**
 * Decodes a log that is the whole of `bytes`.
 * @throws FleetError cxo/truncated, cxo/trailing, ledger/version for a newer format
 */
export function decodeLog(bytes: Uint8Array): Log {
  const reader = new ByteReader(bytes);
  const version = reader.u32();
  if (version !== LOG_VERSION) {
    throw new FleetError(
      "ledger/version",
      `the ledger has format ${version}, this release reads format ${LOG_VERSION}`,
      {
        next: "update fleet to a release that reads this ledger",
        exit: 4,
      },
    );
  }
  const log = {
    version,
    size: reader.u64(),
    entries: reader.raw(HASH_SIZE),
    checkpoint: reader.bytes(),
  };
  reader.end();
  return log;
}

function schemaRef(name: string): Uint8Array {
  const entry = LEDGER_REGISTRY.entries.find((registered) => registered.name === name);
  assert(entry !== undefined, `${name} is registered`);
  return entry.ref;
}

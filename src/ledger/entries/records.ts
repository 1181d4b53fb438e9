import { concatBytes, FleetError, type OperatorKey } from "../../core/index.ts";
import type { OperatorKeys } from "../keys/keys.ts";
import type { Entry } from "./objects.ts";
import { parsePayload } from "./payload-parse.ts";
import { parsePayloadType, type PayloadForm } from "./payload-type.ts";
import type { LedgerRecord } from "./payloads.ts";
import { type EpochKey, epochKeysFor } from "./sealing.ts";

const NS_PER_MS = 1_000_000n;

/** An entry with the hash of its object. */
export interface StoredEntry {
  readonly entry: Entry;
  /** Hex. */
  readonly hash: string;
}

/**
 * Turns entries into records, in order: joins the parts of a payload, opens what we hold keys for,
 * and collects the epoch keys of the keysets it passes.
 */
export class RecordReader {
  readonly #keys: OperatorKeys | undefined;
  readonly #epochKeys = new Map<string, EpochKey>();
  readonly #writer: OperatorKey;
  #open:
    | {
        readonly first: StoredEntry;
        readonly form: PayloadForm;
        readonly chunks: (Uint8Array | undefined)[];
      }
    | undefined;

  constructor(writer: OperatorKey, keys: OperatorKeys | undefined) {
    this.#writer = writer;
    this.#keys = keys;
  }

  get hasEpochKeys(): boolean {
    return this.#epochKeys.size > 0;
  }

  /**
   * Takes the next entry; gives a record when its payload is whole.
   * @throws FleetError ledger/entry, ledger/payload, ledger/seal, ledger/version
   */
  next(stored: StoredEntry): LedgerRecord | undefined {
    const { entry } = stored;
    const form = parsePayloadType(entry.kind, entry.payloadType);
    if ((form.kind === "genesis") !== (entry.index === 0n)) {
      throw new FleetError(
        "ledger/entry",
        `entry ${entry.index} is of kind ${form.kind}: the first entry is the genesis, and no other`,
      );
    }
    const chunk = this.#plain(entry, form);
    if (form.part === 1) {
      if (this.#open !== undefined) throw unfinished(this.#open.first.entry.index);
      this.#open = { first: stored, form, chunks: [] };
    }
    const open = this.#open;
    if (open === undefined || !isNextPart(open.form, open.chunks.length, form)) {
      throw new FleetError(
        "ledger/entry",
        `entry ${entry.index} is part ${form.part} of ${form.parts} without the part before it`,
      );
    }
    open.chunks.push(chunk);
    if (form.part < form.parts) return undefined;
    this.#open = undefined;
    return this.#record(open.first, open.form, open.chunks);
  }

  /** Checks that no payload was left unfinished. @throws FleetError ledger/entry */
  end(): void {
    if (this.#open !== undefined) throw unfinished(this.#open.first.entry.index);
  }

  #plain(entry: Entry, { kind, sealedWith }: PayloadForm): Uint8Array | undefined {
    if (sealedWith === undefined) return entry.payload;
    return this.#epochKeys
      .get(sealedWith)
      ?.open(entry.payload, { kind, index: entry.index, time: entry.time });
  }

  #record(
    { entry, hash }: StoredEntry,
    form: PayloadForm,
    chunks: readonly (Uint8Array | undefined)[],
  ): LedgerRecord {
    const whole = chunks.filter((chunk) => chunk !== undefined);
    const payload =
      whole.length === chunks.length ? parsePayload(form.kind, concatBytes(...whole)) : undefined;
    const record = {
      kind: form.kind,
      index: Number(entry.index),
      parts: form.parts,
      timeNs: entry.time,
      timeMs: Number(entry.time / NS_PER_MS),
      hash,
      operator: this.#writer,
      sealed: form.sealedWith !== undefined,
      payload,
    } as LedgerRecord;
    if (record.kind === "keyset" && record.payload !== undefined && this.#keys !== undefined) {
      for (const key of epochKeysFor(record.payload, this.#keys)) this.#epochKeys.set(key.id, key);
    }
    return record;
  }
}

function isNextPart(open: PayloadForm, chunks: number, form: PayloadForm): boolean {
  return (
    form.kind === open.kind &&
    form.parts === open.parts &&
    form.sealedWith === open.sealedWith &&
    form.part === chunks + 1
  );
}

function unfinished(index: bigint): FleetError {
  return new FleetError(
    "ledger/entry",
    `the payload that begins at entry ${index} has not all its parts`,
  );
}

// Turns the entries of one feed into records, in order.
import { concatBytes, FleetError } from "../../../core/index.ts";
import type { FeedKey, WriterKeys } from "../../keys/index.ts";
import type { VerifiedGenesis } from "./genesis.ts";
import type { Keyring } from "./sealing.ts";
import type { EntryObject } from "./objects.ts";
import { parsePayload, parsePayloadType, type PayloadForm } from "./payload-type.ts";
import type { LedgerRecord, SeenHead } from "./payloads.ts";
import { verifyMoved, verifyRotate } from "./rotation.ts";

const FORMS_MAX = 32;
const NS_PER_MS = 1_000_000n;

/** An entry with the hash of its object. */
export interface StoredEntry {
  readonly entry: EntryObject;
  /** Hex. */
  readonly hash: string;
}

/** What a reader knows between two records, beside the keys of its keyring. */
export interface ReaderPlace {
  readonly writer: WriterKeys;
  readonly heads: readonly SeenHead[];
  readonly movedTo?: FeedKey;
}

interface OpenPayloadParts {
  readonly first: StoredEntry;
  readonly form: PayloadForm;
  readonly chunks: (Uint8Array | undefined)[];
}

/**
 * Turns the entries of a feed into records, in order: joins the parts of a payload, opens what the
 * keyring holds keys for and adds the keys of the keysets it passes, follows the writer's rotations
 * and the heads the writer names. Signatures of entries are checked elsewhere, by {@link writer}.
 */
export class RecordReader {
  readonly #feed: FeedKey;
  readonly #keyring: Keyring | undefined;
  readonly #heads = new Map<FeedKey, SeenHead>();
  #writer: WriterKeys;
  /** Payload types that were parsed. */
  readonly #forms = new Map<string, PayloadForm>();
  #movedTo: FeedKey | undefined;
  #open: OpenPayloadParts | undefined;

  private constructor(feed: FeedKey, writer: WriterKeys, keyring: Keyring | undefined) {
    this.#feed = feed;
    this.#writer = writer;
    this.#keyring = keyring;
  }

  /** A reader before entry 0 of a ledger. Without a keyring sealed payloads stay closed. */
  static of(
    { feed, ed25519, x25519 }: VerifiedGenesis,
    keyring: Keyring | undefined,
  ): RecordReader {
    return new RecordReader(feed, { operator: ed25519, seal: x25519 }, keyring);
  }

  /** A reader behind some entries, as it was described there. */
  static resume(
    feed: FeedKey,
    { writer, heads, movedTo }: ReaderPlace,
    keyring: Keyring | undefined,
  ): RecordReader {
    const reader = new RecordReader(feed, writer, keyring);
    for (const head of heads) reader.#heads.set(head.feed, head);
    reader.#movedTo = movedTo;
    return reader;
  }

  /** What {@link resume} goes on from. @throws FleetError ledger/entry in the middle of a payload */
  place(): ReaderPlace {
    this.end();
    const { writer, movedTo } = this;
    const heads = [...this.#heads.values()];
    return movedTo === undefined ? { writer, heads } : { writer, heads, movedTo };
  }

  /** Who signs the next entry, and the checkpoint over all entries so far. */
  get writer(): WriterKeys {
    return this.#writer;
  }

  /** What the writer named last of each other feed. */
  get heads(): ReadonlyMap<FeedKey, SeenHead> {
    return this.#heads;
  }

  /** The feed this one moved to; then nothing follows. */
  get movedTo(): FeedKey | undefined {
    return this.#movedTo;
  }

  /** A reader at the same place, to go on from there later; shares the keyring. */
  copy(): RecordReader {
    const copy = new RecordReader(this.#feed, this.#writer, this.#keyring);
    for (const head of this.#heads.values()) copy.#heads.set(head.feed, head);
    copy.#movedTo = this.#movedTo;
    if (this.#open !== undefined) copy.#open = { ...this.#open, chunks: [...this.#open.chunks] };
    return copy;
  }

  /**
   * Takes the next entry; gives a record when its payload is whole.
   * @throws FleetError ledger/entry, ledger/payload, ledger/seal, ledger/version, ledger/rotate,
   *   ledger/moved, ledger/heads
   */
  next(stored: StoredEntry): LedgerRecord | undefined {
    const { entry } = stored;
    if (this.#movedTo !== undefined)
      throw new FleetError(
        "ledger/moved",
        `entry ${entry.index} follows the one that says the ledger moved to ${this.#movedTo}`,
      );
    const form = this.#form(entry);
    if ((form.kind === "genesis") !== (entry.index === 0n)) {
      throw new FleetError(
        "ledger/entry",
        `entry ${entry.index} is of kind ${form.kind}: the first entry is the genesis, and no other`,
      );
    }
    const chunk = this.#plain(entry, form);
    if (form.part === 1) {
      if (this.#open !== undefined) throw unfinished(this.#open.first.entry.index);
      this.#follow(entry.index, form.heads);
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
    const record = this.#record(open);
    this.#learn(record);
    return record;
  }

  /** Checks that no payload was left unfinished. @throws FleetError ledger/entry */
  end(): void {
    if (this.#open !== undefined) throw unfinished(this.#open.first.entry.index);
  }

  // Neighbours are mostly of one form, or of two in turns.
  #form({ kind, payloadType }: EntryObject): PayloadForm {
    const known = this.#forms.get(payloadType);
    if (known?.kind === kind) return known;
    const form = parsePayloadType(kind, payloadType);
    if (form.heads.length > 0) return form;
    if (this.#forms.size === FORMS_MAX) this.#forms.clear();
    this.#forms.set(payloadType, form);
    return form;
  }

  #plain(entry: EntryObject, { kind, sealedWith }: PayloadForm): Uint8Array | undefined {
    if (sealedWith === undefined) return entry.payload;
    return this.#keyring
      ?.get(sealedWith)
      ?.open(entry.payload, { kind, index: entry.index, time: entry.time });
  }

  #follow(index: bigint, heads: readonly SeenHead[]): void {
    for (const head of heads) {
      const last = this.#heads.get(head.feed);
      if (head.feed === this.#feed)
        throw new FleetError("ledger/heads", `entry ${index} names a head of its own feed`);
      if (last !== undefined && head.size < last.size)
        throw new FleetError(
          "ledger/heads",
          `entry ${index} names ${head.size} entries of feed ${head.feed} after ${last.size}`,
        );
      if (last?.size === head.size && last.tree !== head.tree)
        throw new FleetError(
          "ledger/heads",
          `entry ${index} names another tree of ${head.size} entries of feed ${head.feed} than before`,
        );
    }
    for (const head of heads) this.#heads.set(head.feed, head);
  }

  #record({ first: { entry, hash }, form, chunks }: OpenPayloadParts): LedgerRecord {
    const whole = chunks.filter((chunk) => chunk !== undefined);
    const payload =
      whole.length === chunks.length ? parsePayload(form.kind, joined(whole)) : undefined;
    return {
      kind: form.kind,
      feed: this.#feed,
      index: Number(entry.index),
      parts: form.parts,
      timeNs: entry.time,
      timeMs: Number(entry.time / NS_PER_MS),
      hash,
      operator: this.#writer.operator,
      heads: form.heads,
      sealed: form.sealedWith !== undefined,
      payload,
    } as LedgerRecord;
  }

  #learn(record: LedgerRecord): void {
    if (record.payload === undefined) return;
    switch (record.kind) {
      case "keyset":
        this.#keyring?.add(record.payload);
        break;
      case "rotate":
        this.#writer = verifyRotate(record.payload, this.#feed, this.#writer);
        break;
      case "moved":
        verifyMoved(record.payload, this.#feed, record.operator);
        this.#movedTo = record.payload.feed;
        break;
      default:
    }
  }
}

/** The parts of a payload as one; the only part is not copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...more] = parts;
  return first === undefined || more.length > 0 ? concatBytes(...parts) : first;
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

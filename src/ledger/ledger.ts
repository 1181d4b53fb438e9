import {
  assert,
  BugError,
  type Files,
  FleetError,
  fromHex,
  hasCode,
  sha256,
  toHex,
  utf8,
} from "../core/index.ts";
import { type CxoObject, encodeRoot, type GetObject, RefsBuilder } from "../skywire/cxo/index.ts";
import { composeEntries, type ComposedEntry } from "./entries/compose.ts";
import { makeGenesis, verifyGenesis } from "./entries/genesis.ts";
import { type History, LEDGER_NONCE, type LedgerHead, readHistory } from "./history.ts";
import type { FeedKey, OperatorKeys } from "./keys/keys.ts";
import type { LockWorld } from "./store/lock.ts";
import { Keyring } from "./entries/keyring.ts";
import { encodeLog, LEDGER_REGISTRY, LOG_SCHEMA, LOG_VERSION } from "./entries/objects.ts";
import { type EntryDraft, isSealable, type LedgerRecord } from "./entries/payloads.ts";
import { latestKeyset } from "./ask/queries.ts";
import { RecordReader } from "./entries/records.ts";
import { type EpochKey, epochKeysFor } from "./entries/sealing.ts";
import {
  type CommitDraft,
  damagedError,
  readStore,
  storeFault,
  StoreWriter,
} from "./store/store.ts";

const NS_PER_MS = 1_000_000n;

/** A ledger to ask questions of. */
export interface ReadOnlyLedger {
  readonly feed: FeedKey;
  readonly head: LedgerHead;
  /**
   * The records that begin at entry `from` (default 0) or later, in order; large payloads that take
   * several entries are one record. Holds a few of them at a time.
   * @throws FleetError ledger/damaged where an entry is not what was written
   */
  records(options?: { readonly from?: number }): AsyncIterable<LedgerRecord>;
  /** The record that begins at an entry. @throws FleetError ledger/damaged */
  record(index: number): Promise<LedgerRecord | undefined>;
}

/** A ledger to write, held by its lock. */
export interface Ledger extends ReadOnlyLedger {
  /**
   * Records facts as one durable commit: when it resolves, they are on the disk and pinned. After a
   * failure none of them counts as recorded, and the ledger takes no more.
   * @throws FleetError ledger/not-recorded, ledger/stopped, ledger/lock-lost, ledger/no-keyset, ledger/seal, ledger/payload
   */
  append(drafts: readonly EntryDraft[]): Promise<readonly LedgerRecord[]>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

/** What writing a ledger needs. */
export interface LedgerOptions extends LockWorld {
  /** The ledger's own folder, absolute. */
  readonly folder: string;
  readonly keys: OperatorKeys;
}

/**
 * Makes the ledger of a key, with its genesis entry. Only for a key that never had one.
 * @throws FleetError ledger/exists, ledger/missing, ledger/locked, ledger/not-writable, files/*
 */
export async function createLedger(options: LedgerOptions): Promise<Ledger> {
  const { keys, clock, random, folder } = options;
  const time = BigInt(clock.now()) * NS_PER_MS;
  const genesis = { kind: "genesis", payload: makeGenesis(keys) } as const;
  const entries = composeEntries(genesis, { index: 0n, time }, undefined, keys, random);
  const refs = new RefsBuilder();
  const draft = composeCommit(entries, refs, {
    keys,
    seq: 0n,
    prev: new Uint8Array(32),
    isFirst: true,
  });
  const writer = await StoreWriter.create(options, folder, keys.feed, draft);
  const reader = RecordReader.of(verifyGenesis(genesis.payload, keys.feed), new Keyring(keys));
  const records = entries
    .map((entry) => reader.next(entry))
    .filter((record) => record !== undefined);
  const state = { records, reader, refs, lastTime: time, head: headOf(draft, time) };
  return new WritableLedger(options, writer, state);
}

/**
 * Opens the ledger of a key for writing: takes the lock and puts right what a crash left.
 * @throws FleetError ledger/missing, ledger/locked, ledger/damaged, ledger/other-key, ledger/version, ledger/not-writable
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { folder, keys } = options;
  const { writer, view } = await StoreWriter.open(options, folder, keys.feed);
  try {
    const history = historyOrDamage(folder, () => readHistory(view.scan, keys.feed, keys));
    const get: GetObject = (hash) => view.scan.objects.get(toHex(hash));
    const refs = historyOrDamage(folder, () => RefsBuilder.open(history.entriesHash, get));
    return new WritableLedger(options, writer, { ...history, refs });
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/**
 * Reads a ledger without lock or repair. A commit that a writer is just making may be missing.
 * Without keys sealed payloads stay closed.
 * @throws FleetError ledger/missing, ledger/damaged, ledger/other-key, ledger/version
 */
export async function readLedger(options: {
  readonly files: Files;
  readonly folder: string;
  readonly feed: FeedKey;
  readonly keys?: OperatorKeys;
}): Promise<ReadOnlyLedger> {
  const { files, folder, feed, keys } = options;
  const view = await readStore(files, folder, feed);
  const fault = storeFault(view);
  if (fault !== undefined) throw damagedError(folder, fault);
  const { records, head } = historyOrDamage(folder, () => readHistory(view.scan, feed, keys));
  return {
    feed,
    head,
    records: ({ from = 0 } = {}) => recordsFrom(records, from),
    record: async (index) => recordAt(records, index),
  };
}

interface LedgerState extends Pick<History, "records" | "reader" | "head" | "lastTime"> {
  readonly refs: RefsBuilder;
}

class WritableLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #writer: StoreWriter;
  readonly #records: LedgerRecord[];
  readonly #reader: RecordReader;
  readonly #refs: RefsBuilder;
  #head: LedgerHead;
  #lastTime: bigint;
  #isBusy = false;
  #isStopped = false;

  constructor(options: LedgerOptions, writer: StoreWriter, state: LedgerState) {
    this.#options = options;
    this.#writer = writer;
    this.#records = state.records;
    this.#reader = state.reader;
    this.#refs = state.refs;
    this.#head = state.head;
    this.#lastTime = state.lastTime;
  }

  get feed(): FeedKey {
    return this.#options.keys.feed;
  }

  get head(): LedgerHead {
    return this.#head;
  }

  records({ from = 0 }: { readonly from?: number } = {}): AsyncIterable<LedgerRecord> {
    return recordsFrom(this.#records, from);
  }

  async record(index: number): Promise<LedgerRecord | undefined> {
    return recordAt(this.#records, index);
  }

  async append(drafts: readonly EntryDraft[]): Promise<readonly LedgerRecord[]> {
    if (this.#isBusy) throw new BugError("one append at a time: wait for the one before");
    if (this.#isStopped) throw stoppedError();
    if (drafts.length === 0) return [];
    this.#isBusy = true;
    try {
      const entries = await this.#compose(drafts);
      this.#isStopped = true;
      const draft = composeCommit(entries, this.#refs, {
        keys: this.#options.keys,
        seq: this.#head.seq + 1n,
        prev: fromHex(this.#head.root),
        isFirst: false,
      });
      await this.#writer.commit(draft);
      const records = this.#accept(entries, draft);
      this.#isStopped = false;
      return records;
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#writer.close();
  }

  async #compose(drafts: readonly EntryDraft[]): Promise<readonly ComposedEntry[]> {
    const { keys, clock, random } = this.#options;
    const now = BigInt(Math.trunc(clock.now())) * NS_PER_MS;
    let time = now > this.#lastTime ? now : this.#lastTime + 1n;
    let index = BigInt(this.#head.size);
    const entries: ComposedEntry[] = [];
    for (const [at, draft] of drafts.entries()) {
      const made = composeEntries(
        draft,
        { index, time },
        await this.#sealingKey(draft, drafts.slice(0, at)),
        keys,
        random,
      );
      entries.push(...made);
      index += BigInt(made.length);
      time += BigInt(made.length);
    }
    return entries;
  }

  // A keyset earlier in the same append counts: it is what the entries behind it are sealed by.
  async #sealingKey(
    draft: EntryDraft,
    before: readonly EntryDraft[],
  ): Promise<EpochKey | undefined> {
    if (!isSealable(draft)) return undefined;
    const { fleet } = draft.payload;
    const fresh = before.findLast((each) => each.kind === "keyset" && each.payload.fleet === fleet);
    const keyset =
      fresh?.kind === "keyset"
        ? fresh.payload
        : (await latestKeyset(this.#records, fleet))?.payload;
    if (keyset === undefined) {
      throw new FleetError("ledger/no-keyset", `the ledger has no key set of fleet ${fleet}`, {
        exit: 4,
      });
    }
    if (keyset.epochKeys.length === 0) return undefined;
    const own = epochKeysFor(keyset, this.#options.keys).find(
      ({ epoch }) => epoch === keyset.epoch,
    );
    if (own !== undefined) return own;
    throw new FleetError(
      "ledger/seal",
      `the entries of fleet ${fleet} are sealed with a key that we do not have`,
      {
        next: "put this machine's seal key into the manifest's operators (fleet keygen prints the line)",
        exit: 4,
      },
    );
  }

  #accept(entries: readonly ComposedEntry[], draft: CommitDraft): readonly LedgerRecord[] {
    const records = entries
      .map((entry) => this.#reader.next(entry))
      .filter((record) => record !== undefined);
    this.#reader.end();
    this.#records.push(...records);
    this.#lastTime = entries.at(-1)?.entry.time ?? this.#lastTime;
    assert(draft.size >= BigInt(this.#head.size), "the log never shrinks");
    this.#head = headOf(draft, this.#lastTime);
    return records;
  }
}

interface CommitPlace {
  readonly keys: OperatorKeys;
  readonly seq: bigint;
  readonly prev: Uint8Array;
  /** The first commit also holds the registry. */
  readonly isFirst: boolean;
}

function composeCommit(
  entries: readonly ComposedEntry[],
  refs: RefsBuilder,
  { keys, seq, prev, isFirst }: CommitPlace,
): CommitDraft {
  for (const { object } of entries) refs.append(object.hash);
  const built = refs.finish();
  const size = BigInt(refs.length);
  const log = toObject(
    encodeLog({ version: LOG_VERSION, size, entries: built.hash, checkpoint: new Uint8Array() }),
  );
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
    objects: [...registry, ...entries.map(({ object }) => object), ...built.objects, log],
    seq,
    root,
    rootHash: toHex(rootHash),
    signature: keys.signFeed(rootHash),
    size,
  };
}

function toObject(bytes: Uint8Array): CxoObject {
  return { hash: sha256(bytes), bytes };
}

function headOf(draft: CommitDraft, time: bigint): LedgerHead {
  return {
    seq: draft.seq,
    root: draft.rootHash,
    size: Number(draft.size),
    timeMs: Number(time / NS_PER_MS),
  };
}

async function* recordsFrom(
  records: readonly LedgerRecord[],
  from: number,
): AsyncIterable<LedgerRecord> {
  for (const record of records) if (record.index >= from) yield record;
}

function recordAt(records: readonly LedgerRecord[], index: number): LedgerRecord | undefined {
  let low = 0;
  let high = records.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const record = records[middle];
    if (record === undefined || record.index === index) return record;
    if (record.index < index) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** What cannot be read in a store that is whole was changed by somebody. */
function historyOrDamage<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (hasCode(cause, "ledger/version") || !(cause instanceof FleetError)) throw cause;
    throw new FleetError(
      "ledger/damaged",
      `the ledger in ${folder} is damaged: its entries cannot be read`,
      {
        next: "run fleet verify to see all of it, then copy the state folder back from its backup",
        exit: 4,
        cause,
      },
    );
  }
}

function stoppedError(): FleetError {
  return new FleetError("ledger/stopped", "the ledger takes no more entries after a failed write", {
    next: "run the command again",
    exit: 4,
  });
}

// A ledger that its operator appends to: entries are made, signed and committed here.
import { BugError, FleetError, fromHex } from "../../core/index.ts";
import type { RefsBuilder, SentRoot } from "../../skywire/cxo/index.ts";
import { leafHash } from "../../tlog/index.ts";
import { composeCommit, type ComposedEntry, composeEntries, entryTime } from "./commit.ts";
import type { LedgerHead } from "./head.ts";
import type { LedgerContent } from "./opened-ledger.ts";
import { formatPayload, headsToName, isSealable } from "./entries/payload-type.ts";
import type { EntryDraft, KeysetPayload, LedgerRecord, SeenHead } from "./entries/payloads.ts";
import type { RecordReader } from "./entries/records.ts";
import { type EpochKey, epochKeysFor } from "./entries/sealing.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";
import type { LedgerPlace } from "./history.ts";
import { keepEnd } from "./kept/kept-file.ts";
import { ledgerObjects } from "./ledger-objects.ts";
import type { AppendOptions, Ledger, LedgerOptions } from "./ledger.ts";
import { relisted } from "./list/relist.ts";
import type { StoreWriter } from "./store/store-writer.ts";
import { stoppedError } from "./store/start-store.ts";

/** What a ledger is written with. */
export interface WritableState {
  readonly writer: StoreWriter;
  readonly content: LedgerContent;
  readonly refs: RefsBuilder;
  /** How many entries are before the place that was kept; none where none was. */
  readonly resumedAt?: number;
}

/** Entries made and signed, not yet written. */
interface Composed {
  readonly entries: readonly ComposedEntry[];
  readonly records: readonly LedgerRecord[];
  /** Behind the last entry. */
  readonly reader: RecordReader;
  /** Who signs what comes next. */
  readonly keys: OperatorKeys;
}

/** What a keyset holds for some keys. */
interface SealingMemo {
  readonly keyset: KeysetPayload;
  readonly keys: OperatorKeys;
  readonly own: EpochKey | undefined;
}

/** A ledger that its operator writes. */
export class WritableLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #writer: StoreWriter;
  readonly #content: LedgerContent;
  #refs: RefsBuilder;
  #keys: OperatorKeys;
  /** The key that was opened last: each costs as much as a signature. */
  #sealing: SealingMemo | undefined;
  #isBusy = false;
  #isStopped = false;
  #hasAppended = false;
  /** Entries before the place that was kept. */
  readonly #resumedAt: number;

  constructor(options: LedgerOptions, { writer, content, refs, resumedAt = 0 }: WritableState) {
    this.#options = options;
    this.#resumedAt = resumedAt;
    this.#keys = options.keys;
    this.#writer = writer;
    this.#content = content;
    this.#refs = refs;
  }

  get feed(): FeedKey {
    return this.#content.feed;
  }

  get head(): LedgerHead {
    return this.#content.head;
  }

  get headRoot(): SentRoot {
    return this.#content.headRoot;
  }

  get checkpoint(): Uint8Array | undefined {
    return this.#content.checkpoint;
  }

  get degree(): number {
    return this.#content.degree;
  }

  records(options?: { readonly from?: number }): AsyncIterable<LedgerRecord> {
    return this.#content.records(options);
  }

  record(index: number): Promise<LedgerRecord | undefined> {
    return this.#content.record(index);
  }

  place(): Promise<LedgerPlace> {
    return this.#content.place();
  }

  resume(place: LedgerPlace): Promise<boolean> {
    return this.#content.resume(place);
  }

  tree(): SeenHead {
    return this.#content.tree();
  }

  treeAt(size: number): Promise<string> {
    return this.#content.treeAt(size);
  }

  consistency(from: number, to?: number): Promise<readonly Uint8Array[]> {
    return this.#content.consistency(from, to);
  }

  inclusion(index: number, size?: number): Promise<readonly Uint8Array[]> {
    return this.#content.inclusion(index, size);
  }

  object(index: number): Promise<Uint8Array | undefined> {
    return this.#content.object(index);
  }

  async append(
    drafts: readonly EntryDraft[],
    options: AppendOptions = {},
  ): Promise<readonly LedgerRecord[]> {
    if (this.#isBusy) throw new BugError("one append at a time: wait for the one before");
    if (this.#isStopped) throw stoppedError();
    if (drafts.length === 0) return [];
    this.#isBusy = true;
    try {
      const composed = await this.#compose(drafts, options);
      const refs = options.relist === true ? await this.#relisted(composed.entries) : this.#refs;
      this.#isStopped = true;
      await this.#commit(composed, refs);
      this.#isStopped = false;
      return composed.records;
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    // Only who has appended has read the end.
    if (this.#hasAppended && !this.#isStopped)
      await keepEnd(this.#options, this.#content, this.#resumedAt);
    this.#isStopped = true;
    await this.#content.entryTree.close();
    await this.#writer.close();
  }

  async #compose(
    drafts: readonly EntryDraft[],
    { heads = [], next }: AppendOptions,
  ): Promise<Composed> {
    const { clock, random } = this.#options;
    const end = await this.#content.sound(() => this.#content.history.end());
    const reader = end.reader.copy();
    const { timeNs } = this.#content;
    const before = timeNs > end.lastTime ? timeNs : end.lastTime;
    let keys = this.#keys;
    let time = entryTime(clock, before);
    const entries: ComposedEntry[] = [];
    const records: LedgerRecord[] = [];
    for (const [at, draft] of drafts.entries()) {
      checkWriter(reader, keys);
      const index = BigInt(this.head.size + entries.length);
      const sealWith = await this.#sealingKey(draft, drafts.slice(0, at));
      const named = headsToName(reader.heads, heads);
      const made = composeEntries(
        { ...draft, heads: named },
        { index, time },
        sealWith,
        keys,
        random,
      );
      records.push(...made.flatMap((entry) => reader.next(entry) ?? []));
      entries.push(...made);
      time += BigInt(made.length);
      if (draft.kind === "rotate") keys = next ?? keys;
    }
    reader.end();
    return { entries, records, reader, keys };
  }

  async #relisted(entries: readonly ComposedEntry[]): Promise<RefsBuilder> {
    const { files, folder } = this.#options;
    const objects = ledgerObjects({ files, folder, feed: this.feed });
    try {
      return await relisted({
        refs: this.#refs,
        hashes: await this.#content.entryHashes(),
        fresh: entries.map(({ object }) => object.hash),
        isKnown: (hash) => objects.has(hash),
      });
    } finally {
      await objects.close();
    }
  }

  async #commit({ entries, records, reader, keys }: Composed, refs: RefsBuilder): Promise<void> {
    const { head, history, entryTree } = this.#content;
    const leaves = entries.map(({ object }) => leafHash(object.bytes));
    for (const { object } of entries) refs.append(object.hash);
    const draft = composeCommit(
      entries,
      { ...refs.finish(), length: refs.length },
      {
        keys,
        seq: head.seq + 1n,
        prev: fromHex(head.root),
        isFirst: false,
        tree: entryTree.rootWith(leaves),
      },
    );
    await this.#writer.commit(draft);
    for (const leaf of leaves) entryTree.append(leaf);
    this.#content.advance(draft, refs.degree);
    history.accept(records, reader, draft.timeNs);
    this.#hasAppended = true;
    this.#keys = keys;
    this.#refs = refs;
    await entryTree.flush();
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
      fresh?.kind === "keyset" ? fresh.payload : await this.#content.history.keyset(fleet);
    if (keyset === undefined) {
      // A payload of another shape is refused as that, whatever fleet it seems to be of.
      formatPayload(draft.kind, draft.payload);
      throw new FleetError("ledger/no-keyset", `the ledger has no keyset of fleet ${fleet}`, {
        exit: 4,
      });
    }
    if (keyset.epochKeys.length === 0) return undefined;
    const own = this.#epochKeyOf(keyset);
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

  #epochKeyOf(keyset: KeysetPayload): EpochKey | undefined {
    const known = this.#sealing;
    if (known?.keyset === keyset && known.keys === this.#keys) return known.own;
    const own = epochKeysFor(keyset, this.#keys).find(({ epoch }) => epoch === keyset.epoch);
    this.#sealing = { keyset, keys: this.#keys, own };
    return own;
  }
}

function checkWriter({ writer }: RecordReader, { operator }: OperatorKeys): void {
  if (writer.operator === operator) return;
  throw new FleetError(
    "ledger/other-writer",
    `the ledger is written with ${writer.operator} by now, not with ${operator}`,
    { next: "use the key file that the rotation left", exit: 4 },
  );
}

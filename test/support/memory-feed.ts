import { assert, type Random, sha256, toHex, utf8 } from "../../src/core/index.ts";
import { makeGenesis, verifyGenesis } from "../../src/ledger/log/entries/genesis.ts";
import type { EntryDraft, LedgerRecord, OperatorKeys } from "../../src/ledger/index.ts";
import {
  composeEntries,
  type ComposedEntry,
  type ComposeDraft,
} from "../../src/ledger/log/commit.ts";
import { type EpochKey, Keyring } from "../../src/ledger/log/entries/sealing.ts";
import { headsToName } from "../../src/ledger/log/entries/payload-type.ts";
import type { MovedFrom, SeenHead } from "../../src/ledger/log/entries/payloads.ts";
import type { EntryKind } from "../../src/ledger/log/entries/payload-type.ts";
import { RecordReader } from "../../src/ledger/log/entries/records.ts";
import { makeRotate } from "../../src/ledger/log/entries/rotation.ts";
import type { RotatedKey } from "../../src/ledger/keys/keys.ts";
import { leafHash, type ReadHashes, TreeFrontier } from "../../src/tlog/index.ts";
import { countingRandom, testKeys } from "./ledger-world.ts";

const NS_PER_MS = 1_000_000n;

/** How an entry of a {@link MemoryFeed} is made. */
export interface AppendOptions {
  readonly timeMs?: number;
  readonly heads?: readonly SeenHead[];
  readonly sealWith?: EpochKey;
}

/** The entries of one feed in memory, without Roots and files: what joins and proofs are made from. */
export class MemoryFeed {
  keys: OperatorKeys;
  readonly entries: ComposedEntry[] = [];
  readonly records: LedgerRecord[] = [];
  readonly keyring: Keyring;
  readonly #hashes: Uint8Array[] = [];
  readonly #trees: string[] = [toHex(sha256(new Uint8Array()))];
  readonly #frontier = new TreeFrontier();
  readonly #random: Random;
  readonly #reader: RecordReader;
  #timeMs = 1_790_000_000_000;

  constructor(
    name: string,
    options: { readonly keys?: OperatorKeys; readonly from?: MovedFrom } = {},
  ) {
    this.keys = options.keys ?? testKeys(name);
    this.keyring = new Keyring(this.keys);
    this.#random = countingRandom(`feed ${name}`);
    const payload = makeGenesis(this.keys, options.from);
    this.#reader = RecordReader.of(verifyGenesis(payload, this.keys.feed), this.keyring);
    this.#add({ kind: "genesis", payload }, {});
  }

  get feed(): LedgerRecord["feed"] {
    return this.keys.feed;
  }

  get size(): number {
    return this.entries.length;
  }

  /** The head after `size` entries, as others name it. */
  head(size: number = this.size): SeenHead {
    return { feed: this.feed, size, tree: this.treeAt(size) };
  }

  /** The RFC 6962 root of the first entries, hex. */
  treeAt(size: number): string {
    const tree = this.#trees[size];
    assert(tree !== undefined, "the feed has so many entries");
    return tree;
  }

  readonly readHashes: ReadHashes = async (indexes) =>
    indexes.map((index) => this.#hashes[index] ?? new Uint8Array());

  append(draft: EntryDraft, options: AppendOptions = {}): LedgerRecord {
    return this.#add(draft, options);
  }

  /** Hands the feed over to the writer's next keys. */
  rotate(...rotated: readonly RotatedKey[]): LedgerRecord {
    const next = this.keys.nextKeys(rotated);
    const record = this.#add({ kind: "rotate", payload: makeRotate(this.keys, next) }, {});
    this.keys = next;
    return record;
  }

  /** The records as a stream. */
  async *stream(): AsyncGenerator<LedgerRecord> {
    yield* this.records;
  }

  #add<K extends EntryKind>(
    draft: ComposeDraft<K>,
    { timeMs = this.#timeMs + 1000, heads = [], sealWith }: AppendOptions,
  ): LedgerRecord {
    this.#timeMs = timeMs;
    const place = { index: BigInt(this.size), time: BigInt(timeMs) * NS_PER_MS };
    const named = headsToName(this.#reader.heads, heads);
    const made = composeEntries(
      { ...draft, heads: named },
      place,
      sealWith,
      this.keys,
      this.#random,
    );
    let record: LedgerRecord | undefined;
    for (const entry of made) {
      record = this.#reader.next(entry);
      this.entries.push(entry);
      this.#hashes.push(...this.#frontier.append(leafHash(entry.object.bytes)));
      this.#trees.push(toHex(this.#frontier.root()));
    }
    assert(record !== undefined, "the entries are one record");
    this.records.push(record);
    return record;
  }
}

/** A heartbeat: the smallest entry there is. */
export const HEARTBEAT: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

/** The secret of {@link testKeys}, for key files. */
export function testSecret(name: string): Uint8Array {
  return sha256(utf8(`operator ${name}`));
}

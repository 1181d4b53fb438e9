import { fromHex, sha256 } from "../../src/core/index.ts";
import {
  decodeLog,
  encodeEntry,
  encodeLog,
  LOG_SCHEMA,
  LOG_VERSION,
  LEDGER_REGISTRY,
} from "../../src/ledger/log/entries/objects.ts";
import type { LogShape } from "../../src/relays/index.ts";
import {
  BLANK_HASH,
  encodeRoot,
  publicKeyOf,
  RefsBuilder,
  type Root,
  type SentRoot,
  signHash,
} from "../../src/skywire/cxo/index.ts";
import { MemoryObjects } from "./memory-objects.ts";

/** How the ledger's Roots lead to its log. */
export const LEDGER_SHAPE: LogShape = {
  nonce: 1n,
  registry: LEDGER_REGISTRY.ref,
  schema: LOG_SCHEMA,
  decodeLog,
};

const FEED_SECRET = fromHex("51853569b1de7cd038185324a55024b58126333046d8521d8aaa5c0ae2bb05b9");
const PAYLOAD_SIZE = 300;

/** Writes logs in the ledger's own format, without its signatures: fast, for long ones. */
export class LogFeed {
  readonly feed: Uint8Array;
  readonly store: MemoryObjects = new MemoryObjects();
  readonly roots: SentRoot[] = [];
  /** Hashes of the entries, in order. */
  readonly entries: Uint8Array[] = [];
  readonly #secret: Uint8Array;
  readonly #payloadSize: number;
  #refs = new RefsBuilder();
  #prev = BLANK_HASH;

  constructor(secret: Uint8Array = FEED_SECRET, payloadSize: number = PAYLOAD_SIZE) {
    this.#secret = secret;
    this.#payloadSize = payloadSize;
    this.feed = publicKeyOf(secret);
    this.store.add(LEDGER_REGISTRY.bytes);
  }

  /** Appends entries and signs the next Root over all of them. */
  append(count: number, text = "x"): SentRoot {
    for (let made = 0; made < count; made += 1) {
      const index = this.entries.length;
      const payload = new Uint8Array(this.#payloadSize).fill(text.charCodeAt(0));
      const hash = this.store.add(
        encodeEntry({
          index: BigInt(index),
          time: BigInt(index + 1),
          kind: "receipt",
          payloadType: "application/vnd.test",
          payload,
          signatures: [{ keyId: "k", signature: new Uint8Array(64) }],
        }),
      );
      this.#refs.append(hash);
      this.entries.push(hash);
    }
    const built = this.#refs.finish();
    for (const { bytes } of built.objects) this.store.add(bytes);
    const log = encodeLog({
      version: LOG_VERSION,
      size: BigInt(this.entries.length),
      entries: built.hash,
      checkpoint: new Uint8Array(),
    });
    return this.sign({ refs: [{ hash: this.store.add(log), schema: LOG_SCHEMA }] });
  }

  /** Writes the list anew at another degree with the next Root, which has one more entry. */
  relist(degree: number): SentRoot {
    this.#refs = new RefsBuilder(degree);
    for (const hash of this.entries) this.#refs.append(hash);
    return this.append(1);
  }

  /** Signs the next Root with any contents. */
  sign(contents: Partial<Root>): SentRoot {
    const seq = BigInt(this.roots.length);
    const root: Root = {
      refs: [],
      descriptor: new Uint8Array(),
      reg: LEDGER_REGISTRY.ref,
      pub: this.feed,
      nonce: 1n,
      seq,
      time: 1_700_000_000_000_000_000n + seq,
      prev: this.#prev,
      ...contents,
    };
    const value = encodeRoot(root);
    const hash = this.store.add(value);
    const signature = signHash(hash, this.#secret);
    const sent = { feed: this.feed, nonce: root.nonce, seq: root.seq, value, signature };
    this.#prev = hash;
    this.roots.push(sent);
    return sent;
  }

  /** The hash of the Root of a number. */
  readonly rootHashAt = (seq: bigint): Promise<Uint8Array | undefined> => {
    const sent = this.roots.find((root) => root.seq === seq);
    return Promise.resolve(sent === undefined ? undefined : sha256(sent.value));
  };

  /** The newest Root of a number or a lower one. */
  readonly rootUpTo = (seq: bigint): Promise<SentRoot | undefined> =>
    Promise.resolve(this.roots.findLast((root) => root.seq <= seq));

  /** Entries below a Root. */
  readonly entriesOf = async ({ refs }: Root): Promise<number | undefined> => {
    const log = await this.store.get(refs[0]?.hash ?? BLANK_HASH);
    return log === undefined ? undefined : Number(decodeLog(log).size);
  };

  /** The last Root. */
  get last(): SentRoot {
    const last = this.roots.at(-1);
    if (last === undefined) throw new Error("the feed has no Root");
    return last;
  }
}

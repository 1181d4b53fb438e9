import { fromHex, sha256 } from "../../src/core/index.ts";
import {
  BLANK_HASH,
  buildRegistry,
  encodeRoot,
  encodeValue,
  publicKeyOf,
  type CxoRegistry,
  RefsBuilder,
  type Root,
  type SentRoot,
  signHash,
  typesOf,
} from "../../src/skywire/cxo/index.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const SECRET = fromHex("51853569b1de7cd038185324a55024b58126333046d8521d8aaa5c0ae2bb05b9");
const DEGREE = 16;

/** Types of a small log: a list of numbered entries. */
export const LOG_REGISTRY: CxoRegistry = buildRegistry([
  {
    name: "t.Entry",
    type: {
      struct: [
        { name: "Index", type: "uint64" },
        { name: "Text", type: "bytes" },
      ],
    },
  },
  {
    name: "t.Log",
    type: { struct: [{ name: "Entries", type: "Refs", tag: 'skyobject:"schema=t.Entry"' }] },
  },
]);

/** Writes a feed of ever longer logs into a store. */
export class FeedWriter {
  readonly feed: Uint8Array = publicKeyOf(SECRET);
  readonly #store: MemoryObjects;
  readonly #refs = new RefsBuilder(DEGREE);
  #count = 0;
  #seq = 0n;
  #prev = BLANK_HASH;

  constructor(store: MemoryObjects) {
    this.#store = store;
    store.add(LOG_REGISTRY.bytes);
  }

  /** Appends entries and signs the next Root over all of them. */
  append(texts: readonly Uint8Array[], isNumbered = true): SentRoot {
    const types = typesOf(LOG_REGISTRY);
    for (const Text of texts) {
      const Index = isNumbered ? BigInt(this.#count) : 0n;
      const bytes = encodeValue({ use: "t.Entry" }, { Index, Text }, types);
      this.#refs.append(this.#store.add(bytes));
      this.#count += 1;
    }
    const built = this.#refs.finish();
    for (const { bytes } of built.objects) this.#store.add(bytes);
    const log = encodeValue({ use: "t.Log" }, { Entries: built.hash }, types);
    const schema = LOG_REGISTRY.entries.find(({ name }) => name === "t.Log")?.ref ?? BLANK_HASH;
    return this.sign({ refs: [{ hash: this.#store.add(log), schema }] });
  }

  /** Signs the next Root with any contents. */
  sign(contents: Partial<Root>): SentRoot {
    const root: Root = {
      refs: [],
      descriptor: new Uint8Array(),
      reg: LOG_REGISTRY.ref,
      pub: this.feed,
      nonce: 1n,
      seq: this.#seq,
      time: 1_700_000_000_000_000_000n + this.#seq,
      prev: this.#prev,
      ...contents,
    };
    const value = encodeRoot(root);
    this.#prev = sha256(value);
    this.#seq += 1n;
    const signature = signHash(this.#prev, SECRET);
    return { feed: this.feed, nonce: root.nonce, seq: root.seq, value, signature };
  }
}

/** Texts of entries, all alike. */
export function sameTexts(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => Uint8Array.of(1));
}

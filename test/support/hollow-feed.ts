import { sha256, toHex, utf8 } from "../../src/core/index.ts";
import {
  encodeEntry,
  encodeLog,
  LOG_SCHEMA,
  LOG_VERSION,
  LEDGER_REGISTRY,
} from "../../src/ledger/log/entries/objects.ts";
import {
  BLANK_HASH,
  buildRefs,
  decodeRefsNode,
  decodeRefsTop,
  encodeRoot,
  publicKeyOf,
  REFS_DEGREE,
  type SentRoot,
  signHash,
} from "../../src/skywire/cxo/index.ts";
import { MemoryObjects } from "./memory-objects.ts";

const SECRET = new Uint8Array(32).fill(21);
const TIME_NS = 1_764_000_000_000_000_000n;

/** A Root of the recorded form and the labels of everything below it, by hex key. */
export interface LabelledRoot {
  readonly sent: SentRoot;
  readonly labels: ReadonlyMap<string, string>;
}

/** Writes the feed of the hollow runs: the entries that their `about` tells, in lists of any degree. */
export class HollowFeed {
  readonly feed: Uint8Array = publicKeyOf(SECRET);
  readonly store = new MemoryObjects();
  #prev = BLANK_HASH;
  #seq = 0n;

  /** The next Root, with the first `size` entries. */
  next(size: number, degree: number = REFS_DEGREE): LabelledRoot {
    const labels = new Map<string, string>();
    const add = (bytes: Uint8Array, label: string): Uint8Array => {
      const hash = this.store.add(bytes);
      labels.set(toHex(hash), label);
      return hash;
    };
    add(LEDGER_REGISTRY.bytes, "registry");
    const hashes = Array.from({ length: size }, (_, index) =>
      add(entryBytes(index), `entry ${index}`),
    );
    const list = buildRefs(hashes, degree);
    for (const { bytes } of list.objects) this.store.add(bytes);
    this.#labelList(list.hash, degree, labels);
    const log = encodeLog({
      version: LOG_VERSION,
      size: BigInt(size),
      entries: list.hash,
      checkpoint: new Uint8Array(),
    });
    const root = encodeRoot({
      refs: [{ hash: add(log, "log"), schema: LOG_SCHEMA }],
      descriptor: new Uint8Array(),
      reg: LEDGER_REGISTRY.ref,
      pub: this.feed,
      nonce: 1n,
      seq: this.#seq,
      time: TIME_NS + this.#seq,
      prev: this.#prev,
    });
    const { feed } = this;
    this.#prev = sha256(root);
    const signature = signHash(this.#prev, SECRET);
    const sent = { feed, nonce: 1n, seq: this.#seq, value: root, signature };
    this.#seq += 1n;
    return { sent, labels };
  }

  #labelList(hash: Uint8Array, degree: number, labels: Map<string, string>): void {
    const isUsual = degree === REFS_DEGREE;
    const top = decodeRefsTop(this.#bytes(hash));
    labels.set(toHex(hash), isUsual ? "top" : `top degree ${degree}`);
    const walk = (elements: readonly Uint8Array[], depth: number, place: string): void => {
      if (depth === 0) return;
      for (const [at, element] of elements.entries()) {
        const here = place === "" ? `${at}` : `${place}.${at}`;
        labels.set(toHex(element), isUsual ? `node ${here}` : `node d${degree} ${here}`);
        walk(decodeRefsNode(this.#bytes(element), depth - 1, degree).elements, depth - 1, here);
      }
    };
    walk(top.elements, top.depth, "");
  }

  #bytes(hash: Uint8Array): Uint8Array {
    const bytes = this.store.byHash.get(toHex(hash));
    if (bytes === undefined) throw new Error("the feed has all its objects");
    return bytes;
  }
}

function entryBytes(index: number): Uint8Array {
  return encodeEntry({
    index: BigInt(index),
    time: TIME_NS + BigInt(index),
    kind: "heartbeat",
    payloadType: "x",
    payload: utf8(`payload ${index}`),
    signatures: [],
  });
}

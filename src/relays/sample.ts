import { FleetError } from "../core/index.ts";
import {
  decodeRegistry,
  itemsBelow,
  itemsOf,
  type NewObject,
  type ObjectStore,
  type Registry,
  type Root,
  type TreeItem,
} from "../skywire/cxo/index.ts";
import type { ObjectFetcher } from "./object-fetcher.ts";
import { CHECK_ALL_MAX, SAMPLE_ENTRIES_MAX } from "./relay-limits.ts";

/** Keeps at most `sizeMax` of the things it is shown, spread evenly over all of them. */
class SpreadSample<Thing> {
  readonly #sizeMax: number;
  #kept: Thing[] = [];
  #step = 1;
  #seen = 0;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get kept(): readonly Thing[] {
    return this.#kept;
  }

  show(thing: Thing): void {
    if (this.#seen % this.#step === 0) this.#kept.push(thing);
    this.#seen += 1;
    if (this.#kept.length <= this.#sizeMax) return;
    this.#kept = this.#kept.filter((_, at) => at % 2 === 0);
    this.#step *= 2;
  }
}

/** Chooses, of the objects that a push brings, the ones that are asked back afterwards. */
export class PushSample {
  readonly #all: Uint8Array[] = [];
  readonly #spread = new SpreadSample<Uint8Array>(SAMPLE_ENTRIES_MAX);
  #count = 0;

  /** Objects that the push brings. */
  get count(): number {
    return this.#count;
  }

  show({ hash, isElement }: NewObject): void {
    this.#count += 1;
    if (this.#count <= CHECK_ALL_MAX) this.#all.push(hash);
    if (isElement) this.#spread.show(hash);
  }

  /** All of a small push; of a large one up to 64 entries, which the edge is to be added to. */
  chosen(): readonly Uint8Array[] {
    return this.#count <= CHECK_ALL_MAX ? this.#all : this.#spread.kept;
  }
}

/**
 * The registry, what the Root points to, and the right edge of the lists below, down to the last entry.
 * @throws FleetError relay/incomplete for an object that the store does not have; cxo/* for a wrong one
 */
export async function edgeOf(root: Root, store: ObjectStore): Promise<readonly Uint8Array[]> {
  const get = async (hash: Uint8Array): Promise<Uint8Array> => {
    const bytes = await store.get(hash);
    if (bytes === undefined)
      throw new FleetError("relay/incomplete", "an object of our own Root is missing here");
    return bytes;
  };
  const hashes: Uint8Array[] = [];
  await walkEdge(root, async (hash) => {
    hashes.push(hash);
    return get(hash);
  });
  return hashes;
}

/**
 * Asks a relay for a sample of what lies below a Root: the registry, what the Root points to, the right
 * edge of its list, and up to `entriesMax` entries on evenly spread ways down.
 * @returns how many objects came, each with the bytes that its hash says
 * @throws FleetError relay/missing-object, relay/wrong-bytes, relay/malformed, relay/lost
 */
export async function fetchSample(
  root: Root,
  fetcher: ObjectFetcher,
  entriesMax: number = SAMPLE_ENTRIES_MAX,
): Promise<number> {
  const fetched = new Map<string, Promise<Uint8Array>>();
  const get = (hash: Uint8Array): Promise<Uint8Array> => {
    const name = hash.join();
    const known = fetched.get(name) ?? fetcher.fetch(hash);
    fetched.set(name, known);
    return known;
  };
  const { registry, tops } = await walkEdge(root, get);
  const ways = Array.from({ length: entriesMax }, (_, at) => (at + 0.5) / entriesMax);
  await Promise.all(
    ways.map(async (way) => {
      let items: readonly TreeItem[] = tops;
      let share = way;
      while (items.length > 0) {
        const place = share * items.length;
        const item = items[Math.floor(place)];
        if (item === undefined) return;
        share = place - Math.floor(place);
        items = itemsBelow(item, await get(item.hash), registry);
      }
    }),
  );
  return fetched.size;
}

async function walkEdge(
  root: Root,
  get: (hash: Uint8Array) => Promise<Uint8Array>,
): Promise<{ readonly registry: Registry; readonly tops: readonly TreeItem[] }> {
  const registry = decodeRegistry(await get(root.reg));
  const tops = itemsOf(root.refs, registry);
  let edge = tops.at(-1);
  while (edge !== undefined) edge = itemsBelow(edge, await get(edge.hash), registry).at(-1);
  return { registry, tops };
}

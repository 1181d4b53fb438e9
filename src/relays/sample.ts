// A few objects that stand for all below a Root.

import type { Random } from "../core/index.ts";
import {
  decodeRegistry,
  itemsBelow,
  itemsOf,
  type Registry,
  type Root,
  type TreeItem,
} from "../skywire/cxo/index.ts";
import type { ObjectFetcher } from "./object-fetcher.ts";
import { SAMPLE_ENTRIES_MAX } from "./relay-limits.ts";

/**
 * Asks a relay for a sample of what lies below a Root: the registry, what the Root points to, the right
 * edge of its list, and entries on random ways down, up to 64.
 * @returns how many objects came, each with the bytes that its hash says
 * @throws FleetError relay/missing-object, relay/wrong-bytes, relay/malformed, relay/lost
 */
export async function fetchSample(
  root: Root,
  fetcher: ObjectFetcher,
  { random }: { readonly random: Random },
): Promise<number> {
  const fetched = new Map<string, Promise<Uint8Array>>();
  const get = (hash: Uint8Array): Promise<Uint8Array> => {
    const name = hash.join();
    const known = fetched.get(name) ?? fetcher.fetch(hash);
    fetched.set(name, known);
    return known;
  };
  const { registry, tops } = await walkEdge(root, get);
  const ways = Array.from({ length: SAMPLE_ENTRIES_MAX }, () => shareOf(random));
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

/** A number from 0 up to, but not including, 1. */
function shareOf(random: Random): number {
  const bytes = random(4);
  const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return number / 2 ** 32;
}

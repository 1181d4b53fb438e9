// A few objects that stand for all that a relay once gave.

import { equalBytes, type Random, toHex } from "../core/index.ts";
import type { ObjectStore, Root } from "../skywire/cxo/index.ts";
import type { ObjectFetcher } from "./object-fetcher.ts";
import { SAMPLE_ENTRIES_MAX } from "./relay-limits.ts";
import { waysDown } from "./way-down.ts";

/** What a sample is taken of. */
export interface SampleOptions {
  /** The Root that the relay shows now, ours. */
  readonly shown: Root;
  /** Everything below our Roots. */
  readonly store: ObjectStore;
  readonly random: Random;
}

/**
 * Asks a relay for a sample of what lies below a Root of ours and below the one it shows too: the registry, and
 * what is on the ways down to the last entry and to random ones, up to 64. What only the older Root has, such as the
 * right edge of its list, the relay may never have been given.
 * @param entries below the older Root
 * @returns how many objects came, each with the bytes that its hash says
 * @throws FleetError relay/missing-object, relay/wrong-bytes, relay/lost; cxo/* when our own objects are not in order
 */
export async function fetchSample(
  seen: Root,
  entries: number,
  fetcher: ObjectFetcher,
  { shown, store, random }: SampleOptions,
): Promise<number> {
  const wanted = new Map<string, Uint8Array>();
  const want = (hash: Uint8Array): unknown => wanted.set(toHex(hash), hash);
  if (equalBytes(seen.reg, shown.reg)) want(seen.reg);
  const places = Array.from({ length: SAMPLE_ENTRIES_MAX }, () => shareOf(random) * entries);
  const shownWays = await waysDown(shown, store);
  const seenWays = await waysDown(seen, store);
  for (const place of new Set([entries - 1, ...places.map(Math.floor)])) {
    const way = new Set((await shownWays(place)).map(toHex));
    const both = (await seenWays(place)).filter((hash) => way.has(toHex(hash)));
    both.forEach(want);
  }
  await Promise.all(Array.from(wanted.values(), (hash) => fetcher.fetch(hash)));
  return wanted.size;
}

/** A number from 0 up to, but not including, 1. */
function shareOf(random: Random): number {
  const bytes = random(4);
  const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return number / 2 ** 32;
}

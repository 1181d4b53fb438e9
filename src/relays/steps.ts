// The Roots between one that a relay has and our newest one.

import { decodeRoot, type Root, type SentRoot } from "../skywire/cxo/index.ts";
import type { OwnRoots } from "./relay-memory.ts";

/**
 * The next Root on the way from one to another: the furthest that brings at most so many entries, or the very next
 * one where a single Root brings more. It is the last one where no Roots between are kept.
 * @param from what the relay has already; nothing when not given
 */
export async function nextStep(
  from: Root | undefined,
  to: SentRoot,
  own: OwnRoots,
  entriesMax: number,
): Promise<SentRoot> {
  const base = from === undefined ? 0 : await own.entriesOf(from);
  const all = await own.entriesOf(decodeRoot(to.value));
  if (base === undefined || all === undefined || all - base <= entriesMax) return to;
  let low = (from?.seq ?? -1n) + 1n;
  let high = to.seq;
  let found: SentRoot | undefined;
  let least = to;
  while (low <= high) {
    const middle = (low + high) / 2n;
    const root = await own.rootUpTo(middle);
    const size = root === undefined ? undefined : await own.entriesOf(decodeRoot(root.value));
    const isAfter = root !== undefined && root.seq > (from?.seq ?? -1n);
    if (!isAfter) low = middle + 1n;
    else if (size !== undefined && size - base <= entriesMax) {
      found = root;
      low = middle + 1n;
    } else {
      least = root;
      high = root.seq - 1n;
    }
  }
  return found ?? least;
}

// What counts as a removal.
import type { DesiredVisor, SeenVisor } from "../../model/index.ts";
import type { Change } from "../../model/index.ts";
import { foundAt, parseLeafPath } from "../diff/index.ts";

/** True for a change that takes a list element, an app or a port away. */
export function isRemoval(change: Change): boolean {
  return change.op === "remove";
}

/** True for an element that leaves one of the two trust lists. */
export function isTrustRemoval(change: Change): boolean {
  return change.op === "remove" && parseLeafPath(change.path).section === "trust";
}

/** How many list elements, apps and ports the manifest owns on a visor as it is now: what percentages are of. */
export function countOwnedElements(desired: DesiredVisor, seen: SeenVisor): number {
  let count = 0;
  for (const leaf of desired.leaves.values()) {
    const path = parseLeafPath(leaf.path);
    const found = foundAt(seen, leaf.path);
    if (leaf.kind === "set" && found.kind === "set") {
      const named = new Set([...leaf.members, ...leaf.removed].map(({ value }) => value));
      count += leaf.exact
        ? found.elements.length
        : found.elements.filter((value) => named.has(value)).length;
    } else if (found.kind === "value" && found.raw === true) {
      const isPresence =
        (path.section === "apps" && path.field === "present") ||
        (path.section === "ports" && path.field === "open");
      if (isPresence) count += 1;
    }
  }
  return count;
}

// The counts of a plan, what counts as a removal, and the order across visors.
import type { VisorKey } from "../../core/index.ts";
import {
  type Change,
  changesOf,
  type DesiredVisor,
  type Plan,
  type PlanCounts,
  type PlanVisor,
  type SeenVisor,
} from "../../model/index.ts";
import { foundAt, parseLeafPath } from "../diff/index.ts";

// The counts of a plan, for its last line.

/** The counts of a plan's last line, all of them taken from the visors it holds. */
export function countPlan(
  visors: readonly PlanVisor[],
  releasedVisors: Plan["releasedVisors"],
): PlanCounts {
  const changes = visors.flatMap(changesOf);
  const released = [...visors, ...releasedVisors].flatMap((visor) => visor.released);
  const sum = (count: (visor: PlanVisor) => number): number =>
    visors.reduce((total, visor) => total + count(visor), 0);
  const notObserved = sum((visor) => visor.notObserved?.length ?? 0);
  const ignored = sum(
    (visor) => visor.ignored?.filter((leaf) => leaf.changes.length > 0).length ?? 0,
  );
  const leftOut = sum((visor) => visor.leftOut?.length ?? 0);
  const doubtful = sum((visor) => visor.doubtful?.length ?? 0);
  return {
    visors: visors.length,
    changing: visors.filter(({ status }) => status === "changes").length,
    add: changes.filter(({ op }) => op === "add").length,
    change: changes.filter(({ op }) => op === "change").length,
    remove: changes.filter(isRemoval).length,
    inSync: visors.filter(({ status }) => status === "in-sync").length,
    unreachable: visors.filter(({ unseen }) => unseen !== undefined).length,
    trustRemovals: changes.filter(isTrustRemoval).length,
    unsupported: sum((visor) => visor.unsupported.length),
    released: released.length,
    releasedTrust: released.filter(({ trust }) => trust).length,
    awaitingRestart: sum((visor) => visor.awaitingRestart.length),
    notCompared: sum((visor) => visor.notCompared.length),
    ...(notObserved === 0 ? {} : { notObserved }),
    ...(ignored === 0 ? {} : { ignored }),
    ...(leftOut === 0 ? {} : { leftOut }),
    ...(doubtful === 0 ? {} : { doubtful }),
  };
}

// What counts as a removal.

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

// The order across visors.

/**
 * The order across visors: all others at once, then each other controller by itself, the local visor last.
 * A mistake in trust then shows on a visor that nobody comes through before it reaches one that somebody does.
 */
export function wavesOf(
  visors: readonly VisorKey[],
  acting: VisorKey,
  controllers: readonly VisorKey[],
): readonly (readonly VisorKey[])[] {
  const others = visors.filter((key) => key !== acting && !controllers.includes(key));
  const away = visors.filter((key) => key !== acting && controllers.includes(key));
  const waves = [others, ...away.map((key) => [key]), visors.filter((key) => key === acting)];
  return waves.filter((wave) => wave.length > 0);
}

// Fields that an earlier apply owned and this manifest does not: they stay as they are, and are told.
import { type DesiredVisor, MASK, type Released, type SeenVisor } from "../../model/index.ts";
import { appPresenceWriter, foundAt, parseLeafPath, riskOf } from "../diff/index.ts";

/** What an earlier apply did to the leaves of one visor. */
export interface EarlierDeeds {
  /** The paths that the latest recorded plan owned. */
  readonly owned: readonly string[];
  /** True for a leaf that was once as wanted, or was written, or may have been. */
  readonly wasOurs: (path: string) => boolean;
  /** True for one that was written, or may have been. */
  readonly wasWritten: (path: string) => boolean;
}

/** What is said of a visor that no record speaks of. */
export const NO_DEEDS: EarlierDeeds = {
  owned: [],
  wasOurs: () => false,
  wasWritten: () => false,
};

/**
 * Leaves that the last recorded apply owned and the manifest does not name any more; they are left as they are. What
 * was only wished, and never was so, is not let go of; neither is what belongs to an app that is to be gone. A served
 * port is owned as a whole, so it is listed once.
 */
export function releasedOf(
  { owned, wasOurs, wasWritten }: EarlierDeeds,
  desired: DesiredVisor | undefined,
  seen: SeenVisor | undefined,
): readonly Released[] {
  return owned
    .filter((path) => desired?.leaves.has(path) !== true && !isOfGoneApp(desired, path))
    .filter((path) => !path.startsWith("ports.") || path.endsWith(".open"))
    .filter((path) => wasOurs(path) && (wasWritten(path) || !isUnsupported(seen, path)))
    .map((path) => ({
      path,
      trust: riskOf(path, false) === "trust",
      ...valueAt(seen, path),
      how: howToRemove(path, seen),
    }));
}

/** True for a field of an app that the manifest wants deleted: it goes with it. */
function isOfGoneApp(desired: DesiredVisor | undefined, path: string): boolean {
  const leaf = parseLeafPath(path);
  if (leaf.section !== "apps") return false;
  const presence = desired?.leaves.get(`apps.${leaf.app}.present`);
  return presence?.kind === "value" && presence.value === false;
}

/** True for what this release cannot show, so that nobody can have seen it as wanted. */
function isUnsupported(seen: SeenVisor | undefined, path: string): boolean {
  if (seen === undefined) return false;
  const found = foundAt(seen, path);
  return found.kind === "unsupported" && found.notObserved !== true;
}

function valueAt(seen: SeenVisor | undefined, path: string): Pick<Released, "value"> {
  if (seen === undefined) return {};
  const found = foundAt(seen, path);
  if (found.kind === "set") return { value: [...found.elements] };
  if (found.kind !== "value") return {};
  return { value: path.endsWith(".env") && found.raw !== null ? MASK : found.shown };
}

function howToRemove(path: string, seen: SeenVisor | undefined): string {
  const leaf = parseLeafPath(path);
  switch (leaf.section) {
    case "trust":
    case "survey":
      return `write ${path}: { remove: [...] } to take keys away`;
    case "apps":
      if (leaf.field !== "present") return `write the value it should have as ${path}`;
      return seen !== undefined && appPresenceWriter(seen, false).kind === "unsupported"
        ? "this release cannot delete it"
        : `write apps.${leaf.app}: { present: false } to delete the app`;
    case "ports":
      return `write ports.${leaf.port}: closed to stop serving it`;
    case "rpc_exec":
    case "settings":
    case "reward_address":
      return `write the value it should have as ${path}`;
  }
}

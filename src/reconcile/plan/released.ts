import { MASK, type DesiredVisor, type Released, type SeenVisor } from "../../model/index.ts";
import { foundAt, parseLeafPath, riskOf } from "../diff/index.ts";

/**
 * Leaves that the last recorded apply owned and the manifest does not name any more; they are left as they are.
 * A served port is owned as a whole, so it is listed once.
 */
export function releasedOf(
  ownedEarlier: readonly string[],
  desired: DesiredVisor | undefined,
  seen: SeenVisor | undefined,
): readonly Released[] {
  return ownedEarlier
    .filter((path) => desired?.leaves.has(path) !== true)
    .filter((path) => !path.startsWith("ports.") || path.endsWith(".open"))
    .map((path) => ({
      path,
      trust: riskOf(path, false) === "trust",
      ...valueAt(seen, path),
      how: howToRemove(path),
    }));
}

function valueAt(seen: SeenVisor | undefined, path: string): Pick<Released, "value"> {
  if (seen === undefined) return {};
  const found = foundAt(seen, path);
  if (found.kind === "set") return { value: [...found.elements] };
  if (found.kind !== "value") return {};
  return { value: path.endsWith(".env") && found.raw !== null ? MASK : found.shown };
}

function howToRemove(path: string): string {
  const leaf = parseLeafPath(path);
  switch (leaf.section) {
    case "trust":
    case "survey":
      return `write ${path}: { remove: [...] } to take keys away`;
    case "apps":
      return leaf.field === "present" || leaf.field === "running"
        ? `write apps.${leaf.app}: { present: false } to delete the app`
        : `write the value it should have under apps.${leaf.app}`;
    case "ports":
      return `write ports.${leaf.port}: closed to stop serving it`;
    case "rpc_exec":
    case "settings":
    case "reward_address":
      return `write the value it should have as ${path}`;
  }
}

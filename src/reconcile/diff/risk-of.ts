// How much harm a wrong value does at a path.
import { appFieldRow, ownFieldRow, portFieldRow, type Risk, settingAt } from "../../model/index.ts";
import { parseLeafPath } from "./leaf-path.ts";

/**
 * How much harm a wrong value does at this leaf: what its row says. Opening a list to everybody is trust given to
 * everybody.
 */
export function riskOf(path: string, opensToAnyone: boolean): Risk {
  if (opensToAnyone) return "trust";
  const leaf = parseLeafPath(path);
  switch (leaf.section) {
    case "settings":
      return settingAt(leaf.setting)?.risk ?? "trust";
    case "apps":
      return appFieldRow(leaf.field).risk;
    case "ports":
      return portFieldRow(leaf.field)?.risk ?? "app";
    default:
      return ownFieldRow(leaf.path).risk;
  }
}

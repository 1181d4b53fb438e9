import { type Risk, settingAt } from "../../model/index.ts";
import { parseLeafPath } from "./leaf-path.ts";

/**
 * How much harm a wrong value does at this leaf. What an app runs (`binary`, `args`, `env`, `launcher_mode`)
 * is code execution on the visor, and opening a list to everybody is trust given to everybody.
 */
export function riskOf(path: string, opensToAnyone: boolean): Risk {
  if (opensToAnyone) return "trust";
  const leaf = parseLeafPath(path);
  switch (leaf.section) {
    case "trust":
    case "rpc_exec":
      return "trust";
    case "survey":
      return "reachability";
    case "reward_address":
      return "app";
    case "settings":
      return settingAt(leaf.setting)?.risk ?? "trust";
    case "apps": {
      const runsCode = ["binary", "args", "env", "launcher_mode"].includes(leaf.field);
      return runsCode ? "trust" : "app";
    }
    case "ports":
      return ["label", "description"].includes(leaf.field) ? "label" : "app";
  }
}

// Apps that a plan adds: what they are right after that, and what they run.
import { Hidden } from "../../core/index.ts";
import {
  type Change,
  type DesiredVisor,
  type ObservedApp,
  type SeenVisor,
  showsModes,
} from "../../model/index.ts";
import { parseLeafPath } from "./leaf-path.ts";
import { appPresenceWriter } from "./writer-of.ts";

/** Apps that the plan adds are compared as they are right after that: stopped, with nothing set. */
export function assumeAddedApps(desired: DesiredVisor, seen: SeenVisor): SeenVisor {
  const added: ObservedApp[] = [];
  for (const leaf of desired.leaves.values()) {
    const path = parseLeafPath(leaf.path);
    if (path.section !== "apps" || path.field !== "present") continue;
    if (leaf.kind !== "value" || leaf.value !== true) continue;
    if (seen.apps.some(({ name }) => name === path.app)) continue;
    if (appPresenceWriter(seen, true).kind === "unsupported") continue;
    added.push(freshApp(seen, path.app, binaryOf(desired, path.app)));
  }
  return added.length === 0 ? seen : { ...seen, apps: [...seen.apps, ...added] };
}

/** A change that adds an app says which program it runs. */
export function nameBinary(desired: DesiredVisor, change: Change): Change {
  const path = parseLeafPath(change.path);
  const adds = path.section === "apps" && path.field === "present" && change.op === "add";
  return adds ? { ...change, binary: binaryOf(desired, path.app) } : change;
}

/** The program an added app runs: its `binary`, or its own name. */
function binaryOf(desired: Pick<DesiredVisor, "leaves">, app: string): string {
  const leaf = desired.leaves.get(`apps.${app}.binary`);
  return leaf?.kind === "value" && typeof leaf.value === "string" ? leaf.value : app;
}

/** What the release shows of its other apps it will show of this one. */
function freshApp(seen: SeenVisor, name: string, binary: string): ObservedApp {
  const [other] = seen.apps;
  const facts = { running: false, status: 0, detail: "", autoStart: false, port: 0 };
  const shown = {
    ...(showsModes(seen) ? { launcherMode: "" } : {}),
    ...(other?.env === undefined && other !== undefined ? {} : { env: [] }),
  };
  return { name, binary, ...facts, ...shown, args: [], raw: new Hidden({ args: [], env: [] }) };
}

// One change, made of a field and of how it is written; those of apps that a plan adds, and of ports that are closed or opened again.
import { defined, Hidden } from "../../core/index.ts";
import {
  type Change,
  type DesiredLeaf,
  type DesiredValue,
  type DesiredVisor,
  type ObservedApp,
  type SeenVisor,
  showsModes,
} from "../../model/index.ts";
import { foundAt } from "./found.ts";
import { parseLeafPath, riskOf } from "./leaf-path.ts";
import { closingOf, type LeftOf, recordOf, waitsForRestart, wantsDmsg } from "./served-port.ts";
import { appPresenceWriter, closingWriter, type LeafWriter } from "./writer-of.ts";

// One change, made of a leaf and of how it is written.

/** What comparing one leaf came to. */
export interface LeafVerdict {
  readonly changes: readonly Change[];
  readonly unsupported: readonly string[];
  readonly notCompared?: true;
  readonly notObserved?: true;
}

/** The change that makes a leaf what is wanted. */
export function changeOf(
  leaf: DesiredValue,
  {
    before,
    op,
    step,
    writer,
  }: Pick<Change, "before" | "op" | "step"> & { readonly writer: LeafWriter },
): Change {
  const { place, role } = leaf.origin;
  const change: Change = {
    path: leaf.path,
    op,
    before,
    after: leaf.value,
    reason: { place, ...defined({ role }) },
    lifetime: writer.lifetime,
    restart: writer.restart,
    risk: riskOf(leaf.path, false),
    step,
    method: writer.method,
    inverse: { after: before },
  };
  return withWhy(change, writer.note);
}

/** The same change with a sentence about why, where there is one. */
export function withWhy(change: Change, note: string | undefined): Change {
  return note === undefined ? change : { ...change, reason: { ...change.reason, note } };
}

// Apps that a plan adds: what they are right after that, and what they run.

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

// How a served port is compared that is wanted closed, or opened again over a listener that lives on.

/** A visor as it is wanted and seen, and what of it waits for a restart. */
export interface PortsContext {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly left: LeftOf;
}

/** A port that is wanted closed: how far that has come, and what is to be done now. */
export function diffClosed(
  leaf: DesiredLeaf,
  { seen, left }: PortsContext,
): LeafVerdict | undefined {
  const path = parseLeafPath(leaf.path);
  if (path.section !== "ports" || path.field !== "open") return undefined;
  if (leaf.kind !== "value" || leaf.value !== false) return undefined;
  const found = foundAt(seen, leaf.path);
  if (found.kind !== "value") return undefined;
  const closing = closingOf(seen, path.port, left);
  if (closing.kind === "done") return { changes: [], unsupported: [] };
  const writer = closingWriter(seen, path.port, closing.kind);
  if (writer.kind === "unsupported") return { changes: [], unsupported: [writer.why] };
  const change = changeOf(leaf, { before: found.shown, op: "remove", step: "a", writer });
  return { changes: [withWhy(change, closing.note)], unsupported: [] };
}

/**
 * A port that is opened over a listener which lives on keeps that known: where its record is new, and where it is not
 * to be served over dmsg any more.
 */
export function keepTrace(change: Change, { desired, seen, left }: PortsContext): Change {
  const path = parseLeafPath(change.path);
  if (path.section !== "ports" || path.field !== "open" || change.op !== "add") return change;
  if (!waitsForRestart(path.port, left)) return change;
  const isTold = recordOf(seen, path.port) !== undefined && wantsDmsg(desired, path.port);
  return isTold ? change : { ...change, restart: "visor" };
}

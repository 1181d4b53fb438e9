import { canonicalJson } from "../../../core/index.ts";
import {
  ARGUMENT_BYTES_MAX,
  type Change,
  type DesiredLeaf,
  type DesiredVisor,
  EXIT_PROGRAMS,
  type Refusal,
  type SeenVisor,
} from "../../../model/index.ts";
import { binaryOf, foundAt, parseLeafPath, programOf } from "../../diff/index.ts";

/** Refuses removals that would leave an app's or port's whitelist empty, because empty means everybody. */
export function checkWouldOpen(desired: DesiredVisor, seen: SeenVisor): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const leaf of desired.leaves.values()) {
    if (leaf.kind !== "set" || !leaf.path.endsWith(".whitelist") || leaf.anyone === true) continue;
    const before = membersNow(seen, leaf.path);
    const after = membersAfter(before, leaf);
    if (before.length === 0 || after.length > 0) continue;
    const owner = leaf.path.slice(0, -".whitelist".length);
    refusals.push({
      guard: "would-open",
      visor: desired.key,
      path: leaf.path,
      message: `taking the last key off ${leaf.path} of ${desired.name} would open it to everybody`,
      measured: "0 keys",
      limit: "1 key",
      place: leaf.origin.place,
      next: owner.startsWith("ports.")
        ? `name who stays, or write ${owner}: closed, or whitelist: anyone if everybody is meant`
        : `name who stays, or write ${owner}: { present: false }, or whitelist: anyone if everybody is meant`,
    });
  }
  return refusals;
}

/** Refuses to start an exit that would serve everybody without the manifest saying so. */
export function checkOpenExits(desired: DesiredVisor, seen: SeenVisor, changes: readonly Change[]): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const change of changes) {
    const path = parseLeafPath(change.path);
    if (path.section !== "apps" || !startsApp(change, path.field)) continue;
    const app = seen.apps.find(({ name }) => name === path.app);
    const program = app === undefined ? binaryOf(desired, path.app) : programOf(app);
    if (!EXIT_PROGRAMS.includes(program)) continue;
    const whitelist = `apps.${path.app}.whitelist`;
    const leaf = desired.leaves.get(whitelist);
    if (leaf?.kind === "set" && leaf.anyone === true) continue;
    const now = membersNow(seen, whitelist);
    const after = leaf?.kind === "set" ? membersAfter(now, leaf) : now;
    if (after.length > 0) continue;
    refusals.push({
      guard: "open-exit",
      visor: desired.key,
      path: change.path,
      message: `${path.app} on ${desired.name} would start with an empty whitelist and serve everybody`,
      measured: "0 keys",
      limit: "1 key",
      place: change.reason.place,
      next: `write apps.${path.app}.whitelist with the keys that may use it, or whitelist: anyone`,
    });
  }
  return refusals;
}

/** Refuses an argument element that no visor could pass to its app. */
export function checkArgumentSize(desired: DesiredVisor, changes: readonly Change[]): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const leaf of desired.leaves.values()) {
    if (!/^apps\..*\.(whitelist|args)$/.test(leaf.path)) continue;
    if (!changes.some(({ path }) => path === leaf.path)) continue;
    const sizeBytes = leaf.kind === "set" ? leaf.members.length * 67 : longestElement(leaf.value);
    if (sizeBytes <= ARGUMENT_BYTES_MAX) continue;
    refusals.push({
      guard: "argument-size",
      visor: desired.key,
      path: leaf.path,
      message: `${leaf.path} of ${desired.name} needs one argument of ${sizeBytes} bytes, more than a program can be given`,
      measured: `${sizeBytes} bytes`,
      limit: `${ARGUMENT_BYTES_MAX} bytes`,
      place: leaf.origin.place,
      next: "name fewer keys, or put a hypervisor or proxy in front",
    });
  }
  return refusals;
}

function longestElement(value: unknown): number {
  if (!Array.isArray(value)) return 0;
  return Math.max(0, ...value.map((element) => canonicalJson(element as string).length));
}

function startsApp(change: Change, field: string): boolean {
  return change.action === "start" || change.action === "restart" || (field === "auto_start" && change.after === true);
}

function membersNow(seen: SeenVisor, path: string): readonly string[] {
  const found = foundAt(seen, path);
  return found.kind === "set" ? found.elements : [];
}

function membersAfter(before: readonly string[], leaf: DesiredLeaf & { readonly kind: "set" }): readonly string[] {
  const members = leaf.members.map(({ value }) => value);
  const removed = new Set(leaf.removed.map(({ value }) => value));
  return leaf.exact ? members : [...new Set([...before.filter((key) => !removed.has(key)), ...members])];
}

// The fields that a manifest ignores until a time, taken out before comparing.
import { defined } from "../../core/index.ts";
import type { Change, DesiredIgnore, DesiredVisor, IgnoredLeaf } from "../../model/index.ts";
import { parseLeafPath } from "../diff/index.ts";

/** An ignored leaf takes with it what cannot be written without it: a record of a port, an app. */
function pathsBehind(ignore: DesiredIgnore, desired: DesiredVisor): readonly string[] {
  const leaf = parseLeafPath(ignore.path);
  const below = (prefix: string): readonly string[] =>
    [...desired.leaves.keys()].filter((path) => path.startsWith(prefix));
  if (leaf.section === "ports" && leaf.field === "open") return below(`ports.${leaf.port}.`);
  // Setting the address of a web proxy turns it on.
  const proxy = /^settings\.(\w+_web)\.enable$/.exec(ignore.path)?.[1];
  if (proxy !== undefined) return [ignore.path, `settings.${proxy}.proxy_addr`];
  if (leaf.section !== "apps") return [ignore.path];
  if (leaf.field === "present") return below(`apps.${leaf.app}.`);
  // Without the program that the manifest names an app must not be added either.
  if (leaf.field === "binary") return [ignore.path, `apps.${leaf.app}.present`];
  return [ignore.path];
}

/** A visor without the leaves that are ignored at a time, and the paths of those. */
export interface HeededVisor {
  readonly desired: DesiredVisor;
  readonly left: ReadonlySet<string>;
}

/** Takes the leaves out that are ignored at `nowMs`. They stay owned: nothing is released by this. */
export function withoutIgnored(desired: DesiredVisor, nowMs: number): HeededVisor {
  const active = (desired.ignores ?? []).filter(({ untilMs }) => nowMs < untilMs);
  const left = new Set(active.flatMap((ignore) => pathsBehind(ignore, desired)));
  if (left.size === 0) return { desired, left };
  const leaves = new Map([...desired.leaves].filter(([path]) => !left.has(path)));
  return { desired: { ...desired, leaves }, left };
}

/** What a plan says of the ignored leaves; `changes` are those that would be made if nothing were ignored. */
export function ignoredLeaves(
  desired: DesiredVisor,
  changes: readonly Change[],
  nowMs: number,
): readonly IgnoredLeaf[] {
  return (desired.ignores ?? []).map((ignore) => {
    const { path, untilMs, because, place } = ignore;
    const ended = nowMs >= untilMs;
    const behind = ended ? [] : pathsBehind(ignore, desired);
    return {
      path,
      until: new Date(untilMs).toISOString(),
      ...defined({ because }),
      place,
      ended,
      changes: changes.filter((change) => behind.includes(change.path)),
    };
  });
}

/** The beginning of all paths of the app or port that a path is of. */
function recordOf(path: string): string | undefined {
  const leaf = parseLeafPath(path);
  if (leaf.section === "apps") return `apps.${leaf.app}.`;
  return leaf.section === "ports" ? `ports.${leaf.port}.` : undefined;
}

/** The records of apps and ports that changes make: each is written whole or not at all. */
function madeRecords(changes: readonly Change[]): readonly string[] {
  return changes.flatMap(({ path, op }) => {
    const record = recordOf(path);
    const isMaking = path === `${record}present` || path === `${record}open`;
    return op === "add" && record !== undefined && isMaking ? [record] : [];
  });
}

/**
 * Of the changes of a visor those to some leaves, and what they need: an app that is added, and the record of a port
 * that is opened, are written whole.
 */
export function narrowed(
  changes: readonly Change[],
  paths: ReadonlySet<string>,
): readonly Change[] {
  const records = madeRecords(changes).filter((record) =>
    [...paths].some((path) => path.startsWith(record)),
  );
  return changes.filter(
    ({ path }) => paths.has(path) || records.some((record) => path.startsWith(record)),
  );
}

/**
 * Takes from `wanted` what would make an app or the record of a port in part: one that is not there yet is made with
 * all that the manifest says of it, arguments and whitelist too, or not at all.
 * @param changes all that differ, those of ignored leaves too
 */
export function wholeRecords(
  wanted: readonly Change[],
  changes: readonly Change[],
): readonly Change[] {
  const kept = new Set(wanted.map(nameOf));
  const partial = madeRecords(changes).filter((record) =>
    changes.some((change) => change.path.startsWith(record) && !kept.has(nameOf(change))),
  );
  return wanted.filter(({ path }) => !partial.some((record) => path.startsWith(record)));
}

function nameOf({ path, op, element = "" }: Change): string {
  return `${op} ${path} ${element}`;
}

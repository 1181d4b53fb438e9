// Fields that stay as they are: those that are ignored until a time, and those that a manifest owns no more.
import { defined } from "../../core/index.ts";
import {
  type Change,
  type DesiredIgnore,
  type DesiredVisor,
  type FieldLeftAlone,
  MASK,
  type Released,
  type SeenVisor,
} from "../../model/index.ts";
import { appPresenceWriter, observedFieldAt, parseFieldPath, riskOf } from "../diff/index.ts";

// The fields that a manifest ignores until a time, taken out before comparing.

/** An ignored field takes with it what cannot be written without it: a record of a port, an app. */
function pathsBehind(ignore: DesiredIgnore, desired: DesiredVisor): readonly string[] {
  const leaf = parseFieldPath(ignore.path);
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

/** A visor without the fields that are ignored at a time, and the paths of those. */
export interface HeededVisor {
  readonly desired: DesiredVisor;
  readonly left: ReadonlySet<string>;
}

/** Takes the leaves out that are ignored at `nowMs`. They stay owned: nothing is released by this. */
export function withoutIgnored(desired: DesiredVisor, nowMs: number): HeededVisor {
  const active = (desired.ignores ?? []).filter(({ untilMs }) => nowMs < untilMs);
  const left = new Set(active.flatMap((ignore) => pathsBehind(ignore, desired)));
  if (left.size === 0) return { desired, left };
  const fields = new Map([...desired.leaves].filter(([path]) => !left.has(path)));
  return { desired: { ...desired, leaves: fields }, left };
}

/** What a plan says of the ignored fields; `changes` are those that would be made if nothing were ignored. */
export function ignoredFields(
  desired: DesiredVisor,
  changes: readonly Change[],
  nowMs: number,
): readonly FieldLeftAlone[] {
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
  const field = parseFieldPath(path);
  if (field.section === "apps") return `apps.${field.app}.`;
  return field.section === "ports" ? `ports.${field.port}.` : undefined;
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
 * Of the changes of a visor those to some fields, and what they need: an app that is added, and the record of a port
 * that is opened, are written whole.
 */
export function changesToFields(
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
 * @param changes all that differ, those of ignored fields too
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

// Fields that an earlier apply owned and this manifest does not: they stay as they are, and are told.

/** What an earlier apply did to the fields of one visor. */
export interface EarlierDeeds {
  /** The paths that the latest recorded plan owned. */
  readonly owned: readonly string[];
  /** True for a field that was once as wanted, or was written, or may have been. */
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
 * Fields that the last recorded apply owned and the manifest does not name any more; they are left as they are. What
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
  const field = parseFieldPath(path);
  if (field.section !== "apps") return false;
  const presence = desired?.leaves.get(`apps.${field.app}.present`);
  return presence?.kind === "value" && presence.value === false;
}

/** True for what this release cannot show, so that nobody can have seen it as wanted. */
function isUnsupported(seen: SeenVisor | undefined, path: string): boolean {
  if (seen === undefined) return false;
  const found = observedFieldAt(seen, path);
  return found.kind === "unsupported" && found.notObserved !== true;
}

function valueAt(seen: SeenVisor | undefined, path: string): Pick<Released, "value"> {
  if (seen === undefined) return {};
  const found = observedFieldAt(seen, path);
  if (found.kind === "set") return { value: [...found.elements] };
  if (found.kind !== "value") return {};
  return { value: path.endsWith(".env") && found.raw !== null ? MASK : found.shown };
}

function howToRemove(path: string, seen: SeenVisor | undefined): string {
  const leaf = parseFieldPath(path);
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

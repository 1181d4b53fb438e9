// Makes the part of a plan that is about one visor: its steps and all that is said beside them.
import { defined, type Digest, type OperatorKey, type VisorKey } from "../../core/index.ts";
import {
  type Change,
  type DesiredVisor,
  type ObservedVisor,
  type PlanStep,
  type PlanVisor,
  type SeenVisor,
  type StepLetter,
  type UnseenVisor,
  isTrustField,
  STEPS,
} from "../../model/index.ts";
import {
  CLOSING,
  diffVisor,
  observedFieldAt,
  type LeftOf,
  parseFieldPath,
  type SecretComparison,
  sortChanges,
} from "../diff/index.ts";
import {
  type Awaiting,
  doubtfulStops,
  planAppRestarts,
  unreadableApps,
  withoutDoubtful,
} from "./app-restarts.ts";
import {
  keyedObservedDigest,
  observedDigest,
  observedValues,
  secretFieldsOf,
} from "./plan-head.ts";
import { pendingElement } from "./guards/index.ts";
import type { History, KnownHistory } from "./history.ts";
import {
  type EarlierDeeds,
  ignoredFields,
  changesToFields,
  NO_DEEDS,
  releasedOf,
  wholeRecords,
  withoutIgnored,
} from "./left-alone.ts";
import { type DriftContext, markDrift, wantedValues } from "./mark-drift.ts";

/** What planning one visor needs beside the visor itself. */
export interface PlanVisorContext {
  readonly history: History;
  readonly secrets: SecretComparison | undefined;
  /** The digest of the manifest that is planned. */
  readonly manifest: Digest;
  /** Whose keyed digests can be compared; absent without a key. */
  readonly operator?: OperatorKey;
  /** The time of the plan, when it goes by a recorded observation: readings then say their age. */
  readonly ageFromMs?: number;
  /** The time of the plan, which ends what is ignored. */
  readonly nowMs: number;
  /** The only fields to plan, by visor; absent when all are. */
  readonly only?: ReadonlyMap<VisorKey, ReadonlySet<string>>;
  /** Which changes are planned; all of them when not given. */
  readonly picks?: (visor: VisorKey, change: Change) => boolean;
}

const LETTERS: readonly StepLetter[] = Object.values(STEPS);

/** Plans one visor: what differs, in which steps, and what cannot be done or is not owned any more. */
export function planVisor(
  desired: DesiredVisor,
  observed: ObservedVisor,
  context: PlanVisorContext,
): PlanVisor {
  const owned = [...desired.leaves.keys()].sort();
  const base = {
    key: desired.key,
    name: desired.name,
    route: observed.route,
    owned,
    secretLeaves: secretFieldsOf(desired),
    openToAnyone: owned.filter((path) => {
      const field = desired.leaves.get(path);
      return field?.anyone === true;
    }),
  };
  const { history } = context;
  const deeds = earlierDeeds(history, desired.key);
  if (observed.kind !== "seen")
    return { ...base, ...unseenPart(observed), released: releasedOf(deeds, desired, undefined) };
  const heeded = withoutIgnored(desired, context.nowMs);
  const left = leftToRestart(history, observed);
  const doubtful = doubtfulStops(history, observed);
  const diff = withoutDoubtful(
    diffVisor(heeded.desired, observed, context.secrets, left),
    doubtful,
    heeded.desired,
  );
  const only = context.only?.get(desired.key);
  const isPicked = (change: Change): boolean => context.picks?.(desired.key, change) !== false;
  const asked = only === undefined ? diff.changes : changesToFields(diff.changes, only);
  const whole = heeded.left.size === 0 ? diff : diffVisor(desired, observed, context.secrets, left);
  const everything = whole.changes;
  const wanted = wholeRecords(asked.filter(isPicked), everything);
  const owedEarlier = history.known ? (history.owedRestarts.get(desired.key) ?? []) : [];
  const owed =
    only === undefined ? owedEarlier : owedEarlier.filter(({ what }) => concerns(only, what));
  const restarts = planAppRestarts(heeded.desired, observed, wanted, owed);
  const all = sortChanges([...wanted, ...restarts.changes.filter(isPicked)]).map((change) =>
    history.known ? markDrift(change, desired, observed, driftContext(history, context)) : change,
  );
  const others = diff.changes.filter((change) => !wanted.includes(change)).map(({ path }) => path);
  const leftOut = [...new Set(others)].sort();
  const broken = unreadableApps(observed);
  return {
    ...base,
    status: all.length === 0 ? "in-sync" : "changes",
    observed: observedFacts(desired, observed, context),
    inSync: diff.inSync.length,
    ...wantedOf(desired, observed, { inSync: whole.inSync, changes: all }, context),
    steps: stepsOf(all, restarts.owed),
    unsupported: diff.unsupported,
    notCompared: diff.notCompared,
    ...(diff.notObserved.length === 0 ? {} : { notObserved: diff.notObserved }),
    awaitingRestart: stillOwed(awaitingRestart(history, desired, observed), all),
    ...(doubtful.length === 0 ? {} : { doubtful }),
    released: releasedOf(deeds, desired, observed),
    ...(desired.ignores === undefined
      ? {}
      : { ignored: ignoredFields(desired, everything, context.nowMs) }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(broken.length === 0 ? {} : { cannotStart: broken }),
  };
}

/** What is said of a visor that was not read. */
function unseenPart({ kind, reason, detail, next }: UnseenVisor) {
  return {
    status: kind,
    unseen: { reason, detail, next },
    inSync: 0,
    steps: [],
    unsupported: [],
    notCompared: [],
    awaitingRestart: [],
  };
}

/** What earlier applies did on a visor, as far as a ledger was read. */
export function earlierDeeds(history: History, visor: VisorKey): EarlierDeeds {
  if (!history.known) return NO_DEEDS;
  const { leaves: fields, owned } = history;
  return {
    owned: owned.get(visor) ?? [],
    wasOurs: (path) => fields.wasEverOurs(visor, path),
    wasWritten: (path) => fields.wasWritten(visor, path),
  };
}

function concerns(only: ReadonlySet<string>, app: string): boolean {
  return [...only].some((path) => path.startsWith(`apps.${app}.`));
}

function observedFacts(
  desired: DesiredVisor,
  seen: SeenVisor,
  context: PlanVisorContext,
): NonNullable<PlanVisor["observed"]> {
  const owned = [...desired.leaves.keys()].sort();
  const digest = context.secrets?.digest;
  const keyed = digest === undefined ? undefined : keyedObservedDigest(owned, seen, digest);
  return {
    at: new Date(seen.atMs).toISOString(),
    digest: observedDigest(observedValues(owned, seen)),
    ...defined({ keyed }),
    version: seen.release.version,
    startedAt: new Date(seen.startedAtMs).toISOString(),
    ...(context.ageFromMs === undefined
      ? {}
      : { ageSeconds: Math.max(0, Math.floor((context.ageFromMs - seen.atMs) / 1_000)) }),
    ...(seen.hypervisors === undefined ? {} : { hypervisors: seen.hypervisors.toSorted() }),
    ...(seen.pty === undefined ? {} : { pty: seen.pty.toSorted() }),
  };
}

function stepsOf(changes: readonly Change[], owed: readonly string[]): readonly PlanStep[] {
  return LETTERS.flatMap((letter) => {
    const own = changes.filter(({ step }) => step === letter);
    return own.length === 0
      ? []
      : [{ letter, changes: own, restartsOwed: letter === STEPS.configure ? owed : [] }];
  });
}

/** Without values that are to be written anew. */
function stillOwed(
  awaiting: PlanVisor["awaitingRestart"],
  changes: readonly Change[],
): PlanVisor["awaitingRestart"] {
  const anew = new Set(changes.flatMap(({ path, element }) => (element === undefined ? path : [])));
  return awaiting.filter(({ path }) => !anew.has(path));
}

/** True for the closing of a port whose record is not shut any more: others took it away or opened it. */
function isUndoneClosing(history: History, seen: SeenVisor, path: string): boolean {
  const leaf = parseFieldPath(path);
  if (!history.known || leaf.section !== "ports" || leaf.field !== "open") return false;
  if (history.leaves.lastKnown(seen.key, path, undefined)?.value !== false) return false;
  const found = observedFieldAt(seen, path);
  return found.kind === "value" && found.raw !== CLOSING;
}

/** Owned fields of a visor that were written and are in force only once it has restarted, and are still so. */
export function awaitingRestart(
  history: History,
  desired: DesiredVisor,
  seen: SeenVisor,
): PlanVisor["awaitingRestart"] {
  const since = new Map<string, number>();
  for (const { what, sinceEntry } of stillAwaiting(history, seen)) {
    if (desired.leaves.has(what) && !isUndoneClosing(history, seen, what))
      since.set(what, sinceEntry);
  }
  return [...since].map(([path, sinceEntry]) => ({ path, sinceEntry }));
}

/** What the ledger says was left to the next start of a visor, and whether that has come. */
export function leftToRestart(history: History, seen: SeenVisor): LeftOf {
  const own = history.known ? (history.awaitingRestart.get(seen.key) ?? []) : [];
  return (path) => {
    const found = own.find(({ what, element }) => what === path && element === undefined);
    return found === undefined
      ? undefined
      : { sinceEntry: found.sinceEntry, isOver: seen.startedAtMs > found.sinceMs };
  };
}

/**
 * Since which entry a field of a served port waited for the start that the visor has made since: what is to be done
 * about it now is the rest of our own deed. `undefined` for every other field.
 */
export function waitedForStart(
  history: History,
  seen: SeenVisor,
  path: string,
): number | undefined {
  const leaf = parseFieldPath(path);
  if (leaf.section !== "ports") return undefined;
  // The address that leads a moved port waits with the local port it leads to.
  const field = leaf.field === "proxy_addr" ? "local_port" : leaf.field;
  const left = leftToRestart(history, seen)(`ports.${leaf.port}.${field}`);
  return left?.isOver === true ? left.sinceEntry : undefined;
}

/** What the ledger says waits for a restart of a visor that has not come since. */
function stillAwaiting(history: History, seen: SeenVisor): readonly Awaiting[] {
  if (!history.known) return [];
  return (history.awaitingRestart.get(seen.key) ?? []).filter(
    ({ sinceMs }) => seen.startedAtMs <= sinceMs,
  );
}

/** Trust entries of a visor that wait for its restart: configured, and no way in yet. */
export function pendingTrust(history: History, seen: SeenVisor): ReadonlySet<string> {
  return new Set(
    stillAwaiting(history, seen).flatMap(({ what, element }) =>
      element !== undefined && isTrustField(what) ? [pendingElement(what, element)] : [],
    ),
  );
}

function driftContext(
  history: KnownHistory,
  { manifest, operator, secrets }: PlanVisorContext,
): DriftContext {
  return {
    history,
    manifest,
    ...defined({ operator, secretDigest: secrets?.digest }),
  };
}

/** What the manifest wants of the fields that are so, and of lists that an apply will have made so. */
function wantedOf(
  desired: DesiredVisor,
  seen: SeenVisor,
  { inSync, changes }: { readonly inSync: readonly string[]; readonly changes: readonly Change[] },
  { secrets }: PlanVisorContext,
): Pick<PlanVisor, "wanted"> {
  const lists = changes.flatMap(({ path, element }) => (element === undefined ? [] : [path]));
  const paths = [...new Set([...inSync, ...lists])].sort();
  const wanted = wantedValues(desired, seen, paths, secrets?.digest);
  return Object.keys(wanted).length === 0 ? {} : { wanted };
}

import type { VisorKey } from "../../core/index.ts";
import type {
  Change,
  DesiredVisor,
  ObservedVisor,
  PlanStep,
  PlanVisor,
  SeenVisor,
  StepLetter,
} from "../../model/index.ts";
import {
  CLOSING,
  diffVisor,
  type LeftOf,
  parseLeafPath,
  type SecretComparison,
  sortChanges,
} from "../diff/index.ts";
import { unreadableApps } from "./unreadable-apps.ts";
import { planAppRestarts } from "./app-restarts.ts";
import { keyedObservedDigest, observedDigest, observedValues, secretLeavesOf } from "./digests.ts";
import { pendingElement } from "./guards/index.ts";
import type { Awaiting, History, KnownHistory } from "./history.ts";
import { ignoredLeaves, narrowed, wholeRecords, withoutIgnored } from "./left-alone.ts";
import { releasedOf } from "./released.ts";

/** What planning one visor needs beside the visor itself. */
export interface PlanVisorContext {
  readonly history: History;
  readonly secrets: SecretComparison | undefined;
  /** Differences from what `fleet` had recorded are drift when the manifest is the one last applied. */
  readonly isLastManifest: boolean;
  /** The time of the plan, when it goes by a recorded observation: readings then say their age. */
  readonly ageFromMs?: number;
  /** The time of the plan, which ends what is ignored. */
  readonly nowMs: number;
  /** The only leaves to plan, by visor; absent when all are. */
  readonly only?: ReadonlyMap<VisorKey, ReadonlySet<string>>;
  /** Which changes are planned; all of them when not given. */
  readonly picks?: (visor: VisorKey, change: Change) => boolean;
}

const LETTERS: readonly StepLetter[] = ["a", "b", "c"];

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
    secretLeaves: secretLeavesOf(desired),
    openToAnyone: owned.filter((path) => {
      const leaf = desired.leaves.get(path);
      return leaf?.kind === "set" && leaf.anyone === true;
    }),
  };
  const { history } = context;
  const ownedEarlier = history.known ? (history.owned.get(desired.key) ?? []) : [];
  if (observed.kind !== "seen") {
    const { kind, reason, detail, next } = observed;
    return {
      ...base,
      status: kind,
      unseen: { reason, detail, next },
      inSync: 0,
      steps: [],
      unsupported: [],
      notCompared: [],
      awaitingRestart: [],
      released: releasedOf(ownedEarlier, desired, undefined),
    };
  }
  const heeded = withoutIgnored(desired, context.nowMs);
  const left = leftToRestart(history, observed);
  const diff = diffVisor(heeded.desired, observed, context.secrets, left);
  const only = context.only?.get(desired.key);
  const isPicked = (change: Change): boolean => context.picks?.(desired.key, change) !== false;
  const asked = only === undefined ? diff.changes : narrowed(diff.changes, only);
  const everything =
    heeded.left.size === 0
      ? diff.changes
      : diffVisor(desired, observed, context.secrets, left).changes;
  const wanted = wholeRecords(asked.filter(isPicked), everything);
  const owedEarlier = history.known ? (history.owedRestarts.get(desired.key) ?? []) : [];
  const owed =
    only === undefined ? owedEarlier : owedEarlier.filter(({ what }) => concerns(only, what));
  const restarts = planAppRestarts(heeded.desired, observed, wanted, owed);
  const all = sortChanges([...wanted, ...restarts.changes.filter(isPicked)]).map((change) =>
    markDrift(change, desired, context),
  );
  const others = diff.changes.filter((change) => !wanted.includes(change)).map(({ path }) => path);
  const leftOut = [...new Set(others)].sort();
  const broken = unreadableApps(observed);
  return {
    ...base,
    status: all.length === 0 ? "in-sync" : "changes",
    observed: observedFacts(desired, observed, context),
    inSync: diff.inSync,
    steps: stepsOf(all, restarts.owed),
    unsupported: diff.unsupported,
    notCompared: diff.notCompared,
    ...(diff.notObserved.length === 0 ? {} : { notObserved: diff.notObserved }),
    awaitingRestart: awaitingRestart(history, desired, observed),
    released: releasedOf(ownedEarlier, desired, observed),
    ...(desired.ignores === undefined
      ? {}
      : { ignored: ignoredLeaves(desired, everything, context.nowMs) }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(broken.length === 0 ? {} : { cannotStart: broken }),
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
    ...(keyed === undefined ? {} : { keyed }),
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
      : [{ letter, changes: own, restartsOwed: letter === "a" ? owed : [] }];
  });
}

/** Owned leaves of a visor that were written and are in force only once it has restarted. */
export function awaitingRestart(
  history: History,
  desired: DesiredVisor,
  seen: SeenVisor,
): PlanVisor["awaitingRestart"] {
  const since = new Map<string, number>();
  for (const { what, sinceEntry } of stillAwaiting(history, seen)) {
    if (desired.leaves.has(what)) since.set(what, sinceEntry);
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
      element !== undefined && what.startsWith("trust.") ? [pendingElement(what, element)] : [],
    ),
  );
}

/** The rest of a closing that `fleet` itself began, or what such a port lost by it. */
function isOwnDoing(
  { path, before, after }: Change,
  visor: VisorKey,
  { recorded }: Pick<KnownHistory, "recorded">,
): boolean {
  const leaf = parseLeafPath(path);
  if (leaf.section !== "ports") return false;
  if (leaf.field === "open") return before === CLOSING && after === false;
  return recorded(visor, `ports.${leaf.port}.open`)?.after === false;
}

/**
 * A change is drift when `fleet` had seen the wanted value there: after writing it, or when this very manifest
 * was last applied and the leaf needed no change. What an apply tried and failed to do is no drift.
 */
function markDrift(change: Change, desired: DesiredVisor, context: PlanVisorContext): Change {
  const { history } = context;
  if (!history.known || change.action === "restart" || isOwnDoing(change, desired.key, history))
    return change;
  const recorded = history.recorded(desired.key, change.path, change.element);
  const wasMade =
    recorded !== undefined && JSON.stringify(recorded.after) === JSON.stringify(change.after);
  if (wasMade) return { ...change, drift: { sinceEntry: recorded.entry } };
  const sinceEntry = history.inSync.get(desired.key)?.get(change.path);
  return context.isLastManifest && sinceEntry !== undefined && recorded === undefined
    ? { ...change, drift: { sinceEntry } }
    : change;
}

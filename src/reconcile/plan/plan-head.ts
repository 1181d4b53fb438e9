// What the head of a plan says: its counts, the order across visors, and the digests that bind it to what it was made of.
import {
  canonicalJson,
  compareTexts,
  defined,
  type Digest,
  digestOf,
  type Json,
  type JsonObject,
  type VisorKey,
} from "../../core/index.ts";
import {
  type Change,
  changesOf,
  type DesiredVisor,
  type Overrides,
  type Plan,
  type PlanCounts,
  type PlanVisor,
  type Policy,
  type SeenVisor,
} from "../../model/index.ts";
import { observedFieldAt, parseFieldPath } from "../diff/index.ts";
import { policyToJson } from "./policy.ts";

// The counts of a plan, what counts as a removal, and the order across visors.

// The counts of a plan, for its last line.

/** The counts of a plan's last line, all of them taken from the visors it holds. */
export function countPlan(
  visors: readonly PlanVisor[],
  releasedVisors: Plan["releasedVisors"],
): PlanCounts {
  const changes = visors.flatMap(changesOf);
  const released = [...visors, ...releasedVisors].flatMap((visor) => visor.released);
  const sum = (count: (visor: PlanVisor) => number): number =>
    visors.reduce((total, visor) => total + count(visor), 0);
  const notObserved = sum((visor) => visor.notObserved?.length ?? 0);
  const ignored = sum(
    (visor) => visor.ignored?.filter((field) => field.changes.length > 0).length ?? 0,
  );
  const leftOut = sum((visor) => visor.leftOut?.length ?? 0);
  const doubtful = sum((visor) => visor.doubtful?.length ?? 0);
  return {
    visors: visors.length,
    changing: visors.filter(({ status }) => status === "changes").length,
    add: changes.filter(({ op }) => op === "add").length,
    change: changes.filter(({ op }) => op === "change").length,
    remove: changes.filter(isRemoval).length,
    inSync: visors.filter(({ status }) => status === "in-sync").length,
    unreachable: visors.filter(({ unseen }) => unseen !== undefined).length,
    trustRemovals: changes.filter(isTrustRemoval).length,
    unsupported: sum((visor) => visor.unsupported.length),
    released: released.length,
    releasedTrust: released.filter(({ trust }) => trust).length,
    awaitingRestart: sum((visor) => visor.awaitingRestart.length),
    notCompared: sum((visor) => visor.notCompared.length),
    ...(notObserved === 0 ? {} : { notObserved }),
    ...(ignored === 0 ? {} : { ignored }),
    ...(leftOut === 0 ? {} : { leftOut }),
    ...(doubtful === 0 ? {} : { doubtful }),
  };
}

// What counts as a removal.

/** True for a change that takes a list element, an app or a port away. */
export function isRemoval(change: Change): boolean {
  return change.op === "remove";
}

/** True for an element that leaves one of the two trust lists. */
export function isTrustRemoval(change: Change): boolean {
  return change.op === "remove" && parseFieldPath(change.path).section === "trust";
}

/** How many list elements, apps and ports the manifest owns on a visor as it is now: what percentages are of. */
export function countOwnedElements(desired: DesiredVisor, seen: SeenVisor): number {
  let count = 0;
  for (const leaf of desired.leaves.values()) {
    const path = parseFieldPath(leaf.path);
    const found = observedFieldAt(seen, leaf.path);
    if (leaf.kind === "set" && found.kind === "set") {
      const named = new Set([...leaf.members, ...leaf.removed].map(({ value }) => value));
      count += leaf.exact
        ? found.elements.length
        : found.elements.filter((value) => named.has(value)).length;
    } else if (found.kind === "value" && found.raw === true) {
      const isPresence =
        (path.section === "apps" && path.field === "present") ||
        (path.section === "ports" && path.field === "open");
      if (isPresence) count += 1;
    }
  }
  return count;
}

// The order across visors.

/**
 * The order across visors: all others at once, then each other controller by itself, the local visor last.
 * A mistake in trust then shows on a visor that nobody comes through before it reaches one that somebody does.
 */
export function wavesOf(
  visors: readonly VisorKey[],
  acting: VisorKey,
  controllers: readonly VisorKey[],
): readonly (readonly VisorKey[])[] {
  const others = visors.filter((key) => key !== acting && !controllers.includes(key));
  const away = visors.filter((key) => key !== acting && controllers.includes(key));
  const waves = [others, ...away.map((key) => [key]), visors.filter((key) => key === acting)];
  return waves.filter((wave) => wave.length > 0);
}

// The digests that bind a plan to what it was made of and to what it decides.

/** The values that the observed digest of a visor covers, secrets masked. */
export interface ObservedValues {
  readonly leaves: ReadonlyMap<string, Json>;
  readonly hypervisors?: readonly string[];
  readonly pty?: readonly string[];
}

/** Takes from an observation what its digest covers: owned fields and the two trust lists. */
export function observedValues(owned: readonly string[], seen: SeenVisor): ObservedValues {
  return {
    leaves: new Map(owned.map((path) => [path, observedValue(seen, path)])),
    ...defined({ hypervisors: seen.hypervisors, pty: seen.pty }),
  };
}

/** The observed digest: sets sorted, and nothing that moves by itself. */
export function observedDigest({ leaves: fields, hypervisors, pty }: ObservedValues): Digest {
  return digestOf({
    hypervisors: hypervisors === undefined ? null : sorted(hypervisors),
    leaves: [...fields]
      .toSorted(([left], [right]) => compareTexts(left, right))
      .map(([path, value]): Json => [path, value]),
    pty: pty === undefined ? null : sorted(pty),
  });
}

/** The value of one field as the observed digest covers it. */
function observedValue(seen: SeenVisor, path: string): Json {
  const found = observedFieldAt(seen, path);
  if (found.kind === "set") return sorted(found.elements);
  return found.kind === "value" ? found.shown : { missing: found.kind };
}

/**
 * What {@link observedDigest} masks, as a keyed digest: only whoever holds the same key can compare it.
 * `undefined` when no owned field may hold secrets.
 */
export function keyedObservedDigest(
  owned: readonly string[],
  seen: SeenVisor,
  keyedDigest: (text: string) => string,
): string | undefined {
  const paths = owned.filter((path) => path.endsWith(".args") || path.endsWith(".env"));
  if (paths.length === 0) return undefined;
  const values = paths.map((path): Json => {
    const found = observedFieldAt(seen, path);
    return [path, found.kind === "value" ? found.raw : null];
  });
  return keyedDigest(canonicalJson(values));
}

/** The decision digest: what people approve. It survives a merge or squash, since it names no commit or line. */
export function decisionDigest(
  visors: readonly PlanVisor[],
  overrides: Overrides,
  policies: readonly Policy[],
): Digest {
  const changes: Json[] = [];
  for (const visor of visors) {
    for (const step of visor.steps) {
      for (const change of step.changes) {
        const { path, element, lifetime } = change;
        const values: Json =
          change.secrets === undefined ? [change.before, change.after] : ["secret", "secret"];
        changes.push([
          visor.key,
          path,
          element ?? null,
          values,
          lifetime,
          step.letter,
          change.action ?? null,
        ]);
      }
    }
    for (const field of visor.secretLeaves)
      changes.push([visor.key, field.path, [...field.secrets]]);
  }
  const text = changes.map((change) => canonicalJson(change)).sort();
  return digestOf({
    changes: text,
    overrides: overridesToJson(overrides),
    policies: policies.map(policyToJson),
  });
}

/** The digest of the whole plan without its own digest and signature. */
export function planDigest(plan: Omit<Plan, "digest" | "signature">): Digest {
  return digestOf(plan as unknown as JsonObject);
}

/** Overrides by name, sorted, absent ones left out. */
export function overridesToJson(overrides: Overrides): JsonObject {
  const { allowTrustLoss, ...others } = overrides;
  return {
    ...others,
    ...(allowTrustLoss.length === 0 ? {} : { allowTrustLoss: sorted(allowTrustLoss) }),
  };
}

/** Every owned field of a visor that holds secrets, with its references. */
export function secretFieldsOf(desired: DesiredVisor): PlanVisor["secretLeaves"] {
  return [...desired.leaves.values()].flatMap((field) =>
    field.kind === "value" && field.secrets.length > 0
      ? [{ path: field.path, secrets: field.secrets }]
      : [],
  );
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}

// The digests that bind a plan to what it was made of and to what it decides.
import {
  canonicalJson,
  compareTexts,
  defined,
  type Digest,
  digestOf,
  type Json,
  type JsonObject,
} from "../../core/index.ts";
import type {
  DesiredVisor,
  Overrides,
  Plan,
  PlanVisor,
  Policy,
  SeenVisor,
} from "../../model/index.ts";
import { foundAt } from "../diff/index.ts";
import { policyToJson } from "./policy.ts";

/** The values that the observed digest of a visor covers, secrets masked. */
export interface ObservedValues {
  readonly leaves: ReadonlyMap<string, Json>;
  readonly hypervisors?: readonly string[];
  readonly pty?: readonly string[];
}

/** Takes from an observation what its digest covers: owned leaves and the two trust lists. */
export function observedValues(owned: readonly string[], seen: SeenVisor): ObservedValues {
  return {
    leaves: new Map(owned.map((path) => [path, observedValue(seen, path)])),
    ...defined({ hypervisors: seen.hypervisors, pty: seen.pty }),
  };
}

/** The observed digest: sets sorted, and nothing that moves by itself. */
export function observedDigest({ leaves, hypervisors, pty }: ObservedValues): Digest {
  return digestOf({
    hypervisors: hypervisors === undefined ? null : sorted(hypervisors),
    leaves: [...leaves]
      .toSorted(([left], [right]) => compareTexts(left, right))
      .map(([path, value]): Json => [path, value]),
    pty: pty === undefined ? null : sorted(pty),
  });
}

/** The value of one leaf as the observed digest covers it. */
function observedValue(seen: SeenVisor, path: string): Json {
  const found = foundAt(seen, path);
  if (found.kind === "set") return sorted(found.elements);
  return found.kind === "value" ? found.shown : { missing: found.kind };
}

/**
 * What {@link observedDigest} masks, as a keyed digest: only whoever holds the same key can compare it.
 * `undefined` when no owned leaf may hold secrets.
 */
export function keyedObservedDigest(
  owned: readonly string[],
  seen: SeenVisor,
  keyedDigest: (text: string) => string,
): string | undefined {
  const paths = owned.filter((path) => path.endsWith(".args") || path.endsWith(".env"));
  if (paths.length === 0) return undefined;
  const values = paths.map((path): Json => {
    const found = foundAt(seen, path);
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
    for (const leaf of visor.secretLeaves) changes.push([visor.key, leaf.path, [...leaf.secrets]]);
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

/** Every owned leaf of a visor that holds secrets, with its references. */
export function secretLeavesOf(desired: DesiredVisor): PlanVisor["secretLeaves"] {
  return [...desired.leaves.values()].flatMap((leaf) =>
    leaf.kind === "value" && leaf.secrets.length > 0
      ? [{ path: leaf.path, secrets: leaf.secrets }]
      : [],
  );
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}

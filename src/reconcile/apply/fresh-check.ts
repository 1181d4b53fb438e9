import { canonicalJson, type Json, type VisorKey } from "../../core/index.ts";
import type { IntentPayload } from "../../ledger/index.ts";
import { type Change, EXIT_PROGRAMS, type Plan, type PlanVisor, type SeenVisor } from "../../model/index.ts";
import { foundAt, parseLeafPath, programOf } from "../diff/index.ts";
import { checkLockOut, keyedObservedDigest, observedDigest, type ObservedValues, observedValues } from "../plan/index.ts";

/** Why a visor may not be written to after all. */
export interface FreshRefusal {
  readonly outcome: "stale" | "refused";
  readonly note: string;
}

/** What {@link checkFresh} compares. */
export interface FreshCheckInput {
  readonly plan: Plan;
  readonly visor: PlanVisor;
  readonly seen: SeenVisor;
  /** Earlier intents of this same plan on this visor: an apply that was cut off. */
  readonly earlier: readonly IntentPayload[];
  /** The planner's keyed digest, when the planner was this operator. */
  readonly keyedDigest?: (text: string) => string;
}

/**
 * Compares a fresh reading with what the plan was made of, and asks the guards again. Leaves that an earlier,
 * cut-off run of this same plan wrote count as they were before, so that the run can be finished.
 */
export function checkFresh(input: FreshCheckInput): FreshRefusal | undefined {
  const { plan, visor, seen, earlier } = input;
  const planned = visor.observed;
  if (planned === undefined) return { outcome: "stale", note: "the plan has no reading of it" };
  const values = putBack(observedValues(visor.owned, seen), earlier, visor.key);
  if (observedDigest(values) !== planned.digest) {
    return { outcome: "stale", note: "it changed since the plan was made; nothing was written" };
  }
  const keyed = planned.keyed;
  if (keyed !== undefined && input.keyedDigest !== undefined && !earlier.some(touchesSecrets)) {
    if (keyedObservedDigest(visor.owned, seen, input.keyedDigest) !== keyed) {
      return { outcome: "stale", note: "arguments or environment of an app changed since the plan was made" };
    }
  }
  return checkGuardsAgain(plan, visor, seen);
}

function checkGuardsAgain(plan: Plan, visor: PlanVisor, seen: SeenVisor): FreshRefusal | undefined {
  const changes = visor.steps.flatMap((step) => step.changes);
  const lockOut = checkLockOut({
    visor: visor.key,
    name: visor.name,
    before: { hypervisors: seen.hypervisors ?? [], pty: seen.pty ?? [] },
    changes: changes.filter(({ path }) => path.startsWith("trust.")),
    acting: plan.acting,
    protected: plan.protected,
    allowLoss: plan.overrides.allowTrustLoss.includes(visor.name),
    nameOf: (key) => plan.names[key] ?? key,
  });
  const first = lockOut[0];
  if (first !== undefined) return { outcome: "refused", note: first.message };
  const open = changes.find((change) => startsOpenExit(change, changes, visor, seen));
  return open === undefined
    ? undefined
    : { outcome: "refused", note: `${open.path}: its whitelist is empty now, so starting it would serve everybody` };
}

function startsOpenExit(change: Change, changes: readonly Change[], visor: PlanVisor, seen: SeenVisor): boolean {
  const leaf = parseLeafPath(change.path);
  if (leaf.section !== "apps") return false;
  const starts = change.action === "start" || change.action === "restart" || (leaf.field === "auto_start" && change.after === true);
  const app = seen.apps.find(({ name }) => name === leaf.app);
  if (!starts || app === undefined || !EXIT_PROGRAMS.includes(programOf(app))) return false;
  const path = `apps.${leaf.app}.whitelist`;
  if (visor.openToAnyone.includes(path)) return false;
  const found = foundAt(seen, path);
  const members = new Set(found.kind === "set" ? found.elements : []);
  for (const { path: changed, element, after } of changes) {
    if (changed !== path || element === undefined) continue;
    if (after === true) members.add(element);
    else members.delete(element);
  }
  return members.size === 0;
}

function touchesSecrets(intent: IntentPayload): boolean {
  return intent.changes.some(({ path }) => path.endsWith(".args") || path.endsWith(".env"));
}

/** Undoes, in the values only, what earlier intents of the same plan wrote. */
function putBack(values: ObservedValues, earlier: readonly IntentPayload[], key: VisorKey): ObservedValues {
  const leaves = new Map(values.leaves);
  const lists = new Map<string, readonly string[]>();
  if (values.hypervisors !== undefined) lists.set("trust.hypervisors", values.hypervisors);
  if (values.pty !== undefined) lists.set("trust.pty", values.pty);
  for (const { changes } of earlier.toReversed()) {
    for (const { path, element, before, after } of changes) {
      if (element === undefined) {
        if (!mayPutBack(path, leaves.get(path), after)) continue;
        leaves.set(path, before);
        if (path.endsWith(".present") && before === false) forgetApp(leaves, path.slice(0, -"present".length));
        continue;
      }
      leaves.set(path, withElement(leaves.get(path), element, before, after));
      const list = lists.get(path);
      if (list !== undefined && element !== key) {
        lists.set(path, withElement([...list], element, before, after) as readonly string[]);
      }
    }
  }
  const hypervisors = lists.get("trust.hypervisors");
  const pty = lists.get("trust.pty");
  return {
    leaves,
    ...(hypervisors === undefined ? {} : { hypervisors }),
    ...(pty === undefined ? {} : { pty }),
  };
}

/** A leaf is put back when it holds what was written; one that shows masks cannot be compared, its intent must do. */
function mayPutBack(path: string, now: Json | undefined, after: Json): boolean {
  const written = canonicalJson(after);
  return path.endsWith(".env") || written.includes('{"secret":') || canonicalJson(now ?? null) === written;
}

/** Before an app was added, none of its leaves could be found. */
function forgetApp(leaves: Map<string, Json>, prefix: string): void {
  for (const path of leaves.keys()) {
    if (path.startsWith(prefix) && !path.endsWith(".present")) leaves.set(path, { missing: "missing-app" });
  }
}

function withElement(now: Json | undefined, element: string, before: Json, after: Json): Json {
  if (!Array.isArray(now)) return now ?? null;
  const elements: readonly string[] = now.map(String);
  if (elements.includes(element) !== (after === true)) return elements;
  return (before === true ? [...elements, element] : elements.filter((item) => item !== element)).toSorted();
}

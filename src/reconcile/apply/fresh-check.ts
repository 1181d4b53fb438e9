// Opens a visor for writing, compares it with what the plan was made of before anything is written, and asks the guards again.
import {
  canonicalJson,
  type Clock,
  defined,
  hasCode,
  type Json,
  type VisorKey,
} from "../../core/index.ts";
import type { IntentPayload } from "../../ledger/index.ts";
import {
  type Change,
  changesOf,
  type Plan,
  type PlanVisor,
  type SeenVisor,
} from "../../model/index.ts";
import type {
  ReadingWants,
  VisorTarget,
  VisorWriter,
  WriteSession,
} from "../../skywire/visor/index.ts";
import { isWayIn } from "../diff/index.ts";
import {
  checkLists,
  checkLockOut,
  checkOpenProxies,
  keyedObservedDigest,
  observedDigest,
  type ObservedValues,
  observedValues,
} from "../plan/index.ts";
import type { Places, WritePlace } from "./places.ts";

// Compares a visor with what the plan was made of before anything is written, and asks the guards again.

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
  if ((visor.notObserved ?? []).length > 0) {
    return {
      outcome: "stale",
      note: "the plan goes by an observation that does not hold all that is owned; make it again here",
    };
  }
  const values = putBack(observedValues(visor.owned, seen), earlier, visor.key);
  if (observedDigest(values) !== planned.digest) {
    return { outcome: "stale", note: "it changed since the plan was made; nothing was written" };
  }
  const keyed = planned.keyed;
  if (keyed !== undefined && input.keyedDigest !== undefined && !earlier.some(touchesSecrets)) {
    if (keyedObservedDigest(visor.owned, seen, input.keyedDigest) !== keyed) {
      return {
        outcome: "stale",
        note: "arguments or environment of an app changed since the plan was made",
      };
    }
  }
  return checkGuardsAgain({
    plan,
    visor,
    seen,
    changes: changesOf(visor),
  });
}

/** What {@link checkGuardsAgain} looks at. */
export interface GuardsInput {
  readonly plan: Plan;
  readonly visor: PlanVisor;
  readonly seen: SeenVisor;
  /** What is still to be written, in the order of steps. */
  readonly changes: readonly Change[];
  /** Trust entries that wait for a restart of the visor. */
  readonly pending?: ReadonlySet<string>;
}

/** Asks the guards of one visor again, on a fresh reading: whoever else works on it may have changed the ground. */
export function checkGuardsAgain({
  plan,
  visor,
  seen,
  changes,
  pending,
}: GuardsInput): FreshRefusal | undefined {
  const { key, name, openToAnyone } = visor;
  const lists = { visor: key, name, seen, changes, openToAnyone };
  const [first] = [
    ...checkLockOut({
      visor: key,
      name,
      before: { hypervisors: seen.hypervisors ?? [], pty: seen.pty ?? [] },
      changes: changes.filter(({ path }) => isWayIn(path)),
      acting: plan.acting,
      protected: plan.protected,
      allowLoss: plan.overrides.allowTrustLoss.includes(name),
      nameOf: (other) => plan.names[other] ?? other,
      ...defined({ pending }),
    }),
    ...checkLists(lists),
    ...checkOpenProxies(lists),
  ];
  return first === undefined ? undefined : { outcome: "refused", note: first.message };
}

function touchesSecrets(intent: IntentPayload): boolean {
  return intent.changes.some(({ path }) => path.endsWith(".args") || path.endsWith(".env"));
}

/** Undoes, in the values only, what earlier intents of the same plan wrote. */
function putBack(
  values: ObservedValues,
  earlier: readonly IntentPayload[],
  key: VisorKey,
): ObservedValues {
  const fields = new Map(values.leaves);
  const lists = new Map<string, readonly string[]>();
  if (values.hypervisors !== undefined) lists.set("trust.hypervisors", values.hypervisors);
  if (values.pty !== undefined) lists.set("trust.pty", values.pty);
  for (const { changes } of earlier.toReversed()) {
    for (const { path, element, before, after } of changes) {
      if (element === undefined) {
        if (!mayPutBack(path, fields.get(path), { before, after })) continue;
        fields.set(path, before);
        if (path.endsWith(".present") && before === false)
          forgetApp(fields, path.slice(0, -"present".length));
        continue;
      }
      fields.set(path, withElement(fields.get(path), element, before, after));
      const list = lists.get(path);
      if (list !== undefined && element !== key) {
        lists.set(path, withElement([...list], element, before, after) as readonly string[]);
      }
    }
  }
  const hypervisors = lists.get("trust.hypervisors");
  const pty = lists.get("trust.pty");
  return {
    leaves: fields,
    ...defined({ hypervisors, pty }),
  };
}

/**
 * A field is put back when it holds what was written; one that shows masks cannot be compared, its intent must do.
 * A restart that was cut off leaves its app stopped.
 */
function mayPutBack(
  path: string,
  now: Json | undefined,
  { before, after }: { readonly before: Json; readonly after: Json },
): boolean {
  const written = canonicalJson(after);
  if (path.endsWith(".running") && canonicalJson(before) === written) return true;
  return (
    path.endsWith(".env") ||
    written.includes('{"secret":') ||
    canonicalJson(now ?? null) === written
  );
}

/** Before an app was added, none of its fields could be found. */
function forgetApp(fields: Map<string, Json>, prefix: string): void {
  for (const path of fields.keys()) {
    if (path.startsWith(prefix) && !path.endsWith(".present"))
      fields.set(path, { missing: "missing-app" });
  }
}

function withElement(now: Json | undefined, element: string, before: Json, after: Json): Json {
  if (!Array.isArray(now)) return now ?? null;
  const elements: readonly string[] = now.map(String);
  if (elements.includes(element) !== (after === true)) return elements;
  return (
    before === true ? [...elements, element] : elements.filter((item) => item !== element)
  ).toSorted();
}

// Opens a visor for writing, and a second time where the local visor may have had too much to carry.

/** A connection that was closed within this time was turned away; a visor that is gone takes longer to be told of. */
const TURNED_AWAY_MS = 2_000;

/** What opening a session needs. */
export interface SessionDoor {
  readonly writer: VisorWriter;
  readonly clock: Clock;
  readonly places: Places;
  /** Held by who opens. */
  readonly place: WritePlace;
}

/**
 * A session, or why there is none. A visor that was turned away among many is asked once more among few: only then
 * is anything said of it. Nothing was written to it either way.
 */
export async function openSession(
  door: SessionDoor,
  target: VisorTarget,
  wants: ReadingWants,
): Promise<WriteSession | { readonly refusal: string }> {
  const { places, place, clock } = door;
  const beganMs = clock.now();
  const wasCrowded = places.isCrowded;
  const first = await openOnce(door, target, wants);
  if (first.kind === "open") {
    places.raise();
    return first.session;
  }
  const isDoubtful = first.isUnreachable && clock.now() - beganMs < TURNED_AWAY_MS;
  if (!wasCrowded || !isDoubtful) return first;
  places.lower();
  place.leave();
  await place.enter();
  await places.calm();
  const again = await openOnce(door, target, wants);
  return again.kind === "open" ? again.session : again;
}

type Opened =
  | { readonly kind: "open"; readonly session: WriteSession }
  | { readonly kind: "refused"; readonly refusal: string; readonly isUnreachable: boolean };

async function openOnce(
  { writer }: SessionDoor,
  target: VisorTarget,
  wants: ReadingWants,
): Promise<Opened> {
  try {
    return { kind: "open", session: await writer.open(target, wants) };
  } catch (error) {
    if (!hasCode(error, "visor/") && !hasCode(error, "net/")) throw error;
    const isUnreachable = hasCode(error, "visor/unreachable");
    return { kind: "refused", refusal: error.message, isUnreachable };
  }
}

// Compares what is wanted of one visor with what it shows, field by field.
import { canonicalJson, defined, digestOf, type Json } from "../../core/index.ts";
import {
  type Change,
  compareFields,
  type DesiredField,
  type DesiredSet,
  type DesiredValue,
  type DesiredVisor,
  type SecretRef,
  type SeenVisor,
  settingAt,
  type Unsupported,
  STEPS,
} from "../../model/index.ts";
import {
  assumeAddedApps,
  changeOf,
  diffClosed,
  keepTrace,
  type FieldVerdict,
  nameBinary,
  startedAgain,
  untakenByProgram,
  withWhy,
} from "./change-of.ts";
import { type ObservedField, observedFieldAt } from "./observed-field.ts";
import { parseFieldPath, riskOf } from "./field-path.ts";
import { mayBeMasked } from "./masked.ts";
import { type SecretComparison, secretRefText } from "./secret-comparison.ts";
import { type LeftOf, NOTHING_LEFT, withLedPorts } from "./served-port.ts";
import { appPresenceWriter, type FieldVerb, writerOf } from "./writer-of.ts";

/** The differences of one visor, all owned fields accounted for. */
export interface VisorDiff {
  /** In the steps configure and revoke, and plain starts and stops in apps; sorted by path and element. */
  readonly changes: readonly Change[];
  readonly unsupported: readonly Unsupported[];
  readonly notCompared: readonly string[];
  readonly notObserved: readonly string[];
  /** Owned fields without any change. */
  readonly inSync: readonly string[];
}

/**
 * Compares the owned fields of one visor with what it shows. Only owned fields are looked at. `left` tells what of
 * served ports waits for a restart of the visor, or did.
 */
export function diffVisor(
  wanted: DesiredVisor,
  seen: SeenVisor,
  secrets: SecretComparison | undefined,
  left: LeftOf = NOTHING_LEFT,
): VisorDiff {
  const { desired, notes } = withLedPorts(wanted, seen, left);
  const ports = { desired, seen, left };
  const changes: Change[] = [];
  const unsupported: Unsupported[] = [];
  const notCompared: string[] = [];
  const notObserved: string[] = [];
  const inSync: string[] = [];
  const withAdded = assumeAddedApps(desired, seen);
  const context = { secrets, left };
  const verdicts = [...desired.leaves.values()].map((field) => ({
    leaf: field,
    verdict:
      diffClosed(field, ports) ??
      diffField(field.path.endsWith(".present") ? seen : withAdded, field, context),
  }));
  const all = verdicts.flatMap(({ verdict }) => verdict.changes);
  for (const { leaf: field, verdict: found } of verdicts) {
    const why = untakenByProgram(withAdded, found.changes[0], all);
    const verdict =
      why === undefined ? found : { changes: [], unsupported: [...found.unsupported, why] };
    changes.push(
      ...verdict.changes.map((change) =>
        withWhy(
          keepTrace(nameBinary(desired, change), ports),
          notes.get(change.path) ?? offNote(change),
        ),
      ),
    );
    for (const why of new Set(verdict.unsupported)) {
      unsupported.push({ path: field.path, why, place: field.origin.place });
    }
    if (verdict.notObserved === true) notObserved.push(field.path);
    else if (verdict.notCompared === true) notCompared.push(field.path);
    else if (verdict.changes.length === 0 && verdict.unsupported.length === 0)
      inSync.push(field.path);
  }
  const isTold = new Set(unsupported.map(({ path }) => path));
  const lasting = changes.map((change) => lastingRun(desired, seen, change, isTold));
  return { changes: sortChanges(lasting), unsupported, notCompared, notObserved, inSync };
}

/** Sorts changes by path, then element. */
export function sortChanges(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted(compareFields);
}

const IN_SYNC: FieldVerdict = { changes: [], unsupported: [] };
const NOT_COMPARED: FieldVerdict = { ...IN_SYNC, notCompared: true };
const NOT_OBSERVED: FieldVerdict = { ...IN_SYNC, notObserved: true };

/** What a setting that is switched off leaves as it is, beside what its writer says. */
function offNote({ path, after, reason }: Change): string | undefined {
  const field = parseFieldPath(path);
  const left = field.section === "settings" ? settingAt(field.setting)?.offNote : undefined;
  if (left === undefined || after !== false) return undefined;
  return reason.note === undefined ? left : `${left}; ${reason.note}`;
}

/** A start or stop lasts where the app will be started with the visor just so. */
function lastingRun(
  desired: DesiredVisor,
  seen: SeenVisor,
  change: Change,
  unsupported: ReadonlySet<string>,
): Change {
  const path = parseFieldPath(change.path);
  if (path.section !== "apps" || path.field !== "running") return change;
  const auto = `apps.${path.app}.auto_start`;
  const leaf = unsupported.has(auto) ? undefined : desired.leaves.get(auto);
  const app = seen.apps.find(({ name }) => name === path.app);
  const wanted = leaf?.kind === "value" ? leaf.value : (app?.autoStart ?? false);
  return wanted === change.after ? { ...change, lifetime: "config" } : change;
}

/** What a field is compared by beside the visor itself. */
interface DiffContext {
  readonly secrets: SecretComparison | undefined;
  readonly left: LeftOf;
}

function diffField(
  seen: SeenVisor,
  field: DesiredField,
  { secrets, left }: DiffContext,
): FieldVerdict {
  const found = observedFieldAt(seen, field.path);
  if (found.kind === "unsupported") {
    return found.notObserved === true ? NOT_OBSERVED : { changes: [], unsupported: [found.why] };
  }
  if (found.kind === "missing-app") return diffMissingApp(field);
  if (field.kind === "set") {
    return diffSet(seen, field, found.kind === "set" ? found.elements : []);
  }
  return diffValue(seen, field, found, { secrets, left });
}

/** An app that is not there and not added: what is off is as wanted, the rest cannot be set. */
function diffMissingApp(leaf: DesiredField): FieldVerdict {
  const path = parseFieldPath(leaf.path);
  if (path.section !== "apps") return IN_SYNC;
  const isOff =
    leaf.kind === "value" && leaf.value === false && ["running", "auto_start"].includes(path.field);
  const why = `the visor has no app ${path.app}; apps.${path.app}: { present: true } adds it where the release can`;
  return isOff ? IN_SYNC : { changes: [], unsupported: [why] };
}

function diffSet(seen: SeenVisor, field: DesiredSet, elements: readonly string[]): FieldVerdict {
  const wanted = new Set(field.members.map(({ value }) => value));
  const present = new Set(elements);
  const added = field.members.filter(({ value }) => !present.has(value));
  const removed = field.exact
    ? elements
        .filter((value) => !wanted.has(value))
        .map((value) => ({ value, origin: field.origin }))
    : field.removed.filter(({ value }) => present.has(value));
  const section = parseFieldPath(field.path).section;
  const changes: Change[] = [];
  const unsupported: string[] = [];
  for (const [verb, list] of [
    ["add", added],
    ["remove", removed],
  ] as const) {
    for (const { value, origin } of list) {
      const writer = writerOf(seen, field.path, verb);
      if (writer.kind === "unsupported") {
        unsupported.push(writer.why);
        continue;
      }
      changes.push({
        path: field.path,
        element: value,
        op: verb,
        before: verb === "remove",
        after: verb === "add",
        reason: {
          place: origin.place,
          ...defined({ role: origin.role, note: writer.note }),
        },
        lifetime: writer.lifetime,
        restart: writer.restart,
        risk: riskOf(field.path, field.anyone === true),
        step: section === "trust" && verb === "remove" ? STEPS.revoke : STEPS.configure,
        method: writer.method,
        inverse: { after: verb === "remove" },
      });
    }
  }
  return { changes, unsupported };
}

function diffValue(
  seen: SeenVisor,
  field: DesiredValue,
  found: ObservedField & { readonly kind: "value" | "set" },
  { secrets, left }: DiffContext,
): FieldVerdict {
  const raw: Json = found.kind === "value" ? found.raw : [...found.elements];
  const shown: Json = found.kind === "value" ? found.shown : [...found.elements];
  if (field.secrets.length > 0) {
    if (secrets === undefined) return NOT_COMPARED;
    const recorded = found.kind === "value" ? found.keyed : undefined;
    const keyed = recorded ?? secrets.digest?.(canonicalJson(raw));
    // An empty value, as an app that the plan adds has, holds no secret: it needs no digest to differ.
    if (keyed === undefined && !isAbsent(raw)) return NOT_COMPARED;
    const receipt = secrets.receipt(seen.key, field.path);
    const isSame =
      receipt !== undefined &&
      receipt.ref === secretRefText(field.secrets) &&
      receipt.hmac === keyed;
    if (isSame) return IN_SYNC;
    return valueChange(seen, field, { before: shown, secrets: field.secrets, left });
  }
  const hidden = found.kind === "value" ? found.hidden : undefined;
  if (hidden !== undefined && hidden.differs !== digestOf(field.value)) {
    return mayBeMasked(shown, field.value)
      ? NOT_COMPARED
      : valueChange(seen, field, { before: shown, left });
  }
  if (hidden === undefined && canonicalJson(raw) === canonicalJson(field.value)) return IN_SYNC;
  return valueChange(seen, field, { before: shown, left });
}

function valueChange(
  seen: SeenVisor,
  leaf: DesiredValue,
  facts: {
    readonly before: Json;
    readonly secrets?: readonly SecretRef[];
    readonly left: LeftOf;
  },
): FieldVerdict {
  const path = parseFieldPath(leaf.path);
  const isRunning = path.section === "apps" && path.field === "running";
  const isPresence =
    (path.section === "apps" && path.field === "present") ||
    (path.section === "ports" && path.field === "open");
  const verb: FieldVerb = isPresence ? (leaf.value === true ? "add" : "remove") : "change";
  const writer =
    path.section === "apps" && path.field === "present"
      ? appPresenceWriter(seen, leaf.value === true)
      : writerOf(seen, leaf.path, verb, facts.left);
  if (writer.kind === "unsupported") return { changes: [], unsupported: [writer.why] };
  const kept = leaf.value === false ? startedAgain(seen, path) : undefined;
  if (kept !== undefined) return { changes: [], unsupported: [kept] };
  const made = changeOf(leaf, {
    before: facts.before,
    op: isPresence ? verb : isAbsent(facts.before) ? "add" : "change",
    step: isRunning ? STEPS.apps : STEPS.configure,
    writer: isRunning && leaf.value === false ? { ...writer, method: "StopApp" } : writer,
  });
  const isLasting = isPresence && isOneWay(seen, path.section, leaf.value);
  const change = isLasting ? withWhy(made, "this release cannot delete the app again") : made;
  return {
    changes: [
      {
        ...change,
        ...(isRunning
          ? { action: leaf.value === true ? ("start" as const) : ("stop" as const) }
          : {}),
        ...defined({ secrets: facts.secrets }),
      },
    ],
    unsupported: [],
  };
}

/** True for adding an app where nothing can take it away again. */
function isOneWay(seen: SeenVisor, section: string, value: Json): boolean {
  return (
    section === "apps" && value === true && appPresenceWriter(seen, false).kind === "unsupported"
  );
}

function isAbsent(value: Json): boolean {
  return (
    value === null ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

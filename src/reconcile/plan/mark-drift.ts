// What records say of fields that are as wanted, and of a change whether somebody else made it needed.
import {
  canonicalJson,
  type Digest,
  type Json,
  type OperatorKey,
  type VisorKey,
} from "../../core/index.ts";
import { digestOfWanted, type KnownField } from "../../ledger/index.ts";
import {
  type Change,
  type DesiredField,
  type DesiredVisor,
  MASK,
  type SeenVisor,
  type WantedValue,
} from "../../model/index.ts";
import { CLOSING, observedFieldAt, parseFieldPath } from "../diff/index.ts";
import type { KnownHistory } from "./history.ts";

// What plans and records say of fields that are as wanted, so that a later change of them can be told.

/** Longer ones, in characters of canonical JSON, are recorded as their digest. */
const RECORDED_LENGTH_MAX = 4_096;

/**
 * What the manifest wants of a field. Of arguments and environments, which may hold secrets, only a keyed digest of
 * what is there: `undefined` without a key.
 */
function wantedValue(
  field: DesiredField,
  seen: SeenVisor,
  secretDigest: ((text: string) => string) | undefined,
): WantedValue | undefined {
  if (mayHoldSecrets(field)) {
    const found = observedFieldAt(seen, field.path);
    if (secretDigest === undefined || found.kind !== "value" || found.hidden !== undefined)
      return undefined;
    return { kind: "keyed", keyed: secretDigest(canonicalJson(found.raw)) };
  }
  const wanted = plainWanted(field);
  return canonicalJson({ ...wanted }).length <= RECORDED_LENGTH_MAX
    ? wanted
    : { kind: "digest", digest: digestOfWanted(wanted) };
}

/** The same in full, to compare with what a record says in short. */
export function plainWanted(field: DesiredField): WantedValue {
  if (field.kind === "value") return { kind: "value", value: field.value };
  const members = field.members.map(({ value }) => value).sort();
  const removed = field.removed.map(({ value }) => value).sort();
  return {
    kind: "list",
    members,
    ...(removed.length === 0 ? {} : { removed }),
    ...(field.exact ? { exact: true as const } : {}),
  };
}

/** What the manifest wants of these fields of a visor, by path. */
export function wantedValues(
  desired: DesiredVisor,
  seen: SeenVisor,
  paths: readonly string[],
  secretDigest: ((text: string) => string) | undefined,
): Readonly<Record<string, WantedValue>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const field = desired.leaves.get(path);
      const wanted = field === undefined ? undefined : wantedValue(field, seen, secretDigest);
      return wanted === undefined ? [] : [[path, wanted] as const];
    }),
  );
}

function mayHoldSecrets(field: DesiredField): boolean {
  const isHiding = field.path.endsWith(".args") || field.path.endsWith(".env");
  return isHiding || (field.kind === "value" && field.secrets.length > 0);
}

// Says of a change whether somebody else made it needed.

/** What judging a change goes by. */
export interface DriftContext {
  readonly history: KnownHistory;
  /** The manifest that is planned. */
  readonly manifest: Digest;
  /** Keyed digest of a text under the key of `operator`; absent without a key. */
  readonly secretDigest?: (text: string) => string;
  readonly operator?: OperatorKey;
}

/**
 * Marks a change as drift when the records say that this very value was another one, as a manifest of ours wanted it:
 * then somebody else changed it since. What an apply tried and may have done is no drift, and neither is what the
 * manifest alone wants otherwise now.
 */
export function markDrift(
  change: Change,
  desired: DesiredVisor,
  seen: SeenVisor,
  context: DriftContext,
): Change {
  const { history, manifest } = context;
  if (change.action === "restart" || isOwnDoing(change, desired.key, history)) return change;
  const { path, element } = change;
  const field = desired.leaves.get(path);
  const known = history.leaves.lastKnown(
    desired.key,
    path,
    element,
    field === undefined ? undefined : { manifest, wanted: plainWanted(field) },
  );
  if (known === undefined) return change;
  if (!isChanged(change, seen, known, context) && !isUndone(change, known)) return change;
  if (history.leaves.mayBeOurs(desired.key, path, element, change.before)) return change;
  const started = startedWithVisor(change, seen, known);
  if (started !== undefined) {
    const { note } = change.reason;
    const reason = { ...change.reason, note: note === undefined ? started : `${note}; ${started}` };
    return { ...change, reason };
  }
  const was = wasOf(change, known);
  return { ...change, drift: { sinceEntry: known.at.index, ...was } };
}

/** The rest of a closing that `fleet` itself began, or what such a port lost by it. */
function isOwnDoing(
  { path, before, after }: Change,
  visor: VisorKey,
  { leaves: fields }: KnownHistory,
): boolean {
  const leaf = parseFieldPath(path);
  if (leaf.section !== "ports") return false;
  const open = fields.lastKnown(visor, `ports.${leaf.port}.open`, undefined);
  if (leaf.field === "open")
    return before === CLOSING && (after === false || open?.value === false);
  return open?.value === false;
}

/** A port that was shut until the restart and whose record somebody took away: as wanted, and open again. */
function isUndone({ path, before, after }: Change, known: KnownField): boolean {
  const leaf = parseFieldPath(path);
  const isPort = leaf.section === "ports" && leaf.field === "open";
  return isPort && before === false && after === false && known.value === false;
}

/** Said of an app that is as the visor's own start left it, on a visor that has started since. */
function startedWithVisor(change: Change, seen: SeenVisor, known: KnownField): string | undefined {
  const leaf = parseFieldPath(change.path);
  if (leaf.section !== "apps" || leaf.field !== "running") return undefined;
  const app = seen.apps.find(({ name }) => name === leaf.app);
  const isByStart = seen.startedAtMs > known.seenMs && app?.autoStart === change.before;
  if (!isByStart) return undefined;
  return change.before === true
    ? "started with the visor, by auto_start"
    : "not started with the visor: auto_start is false";
}

/** True where the visor shows another value than the one that is known. */
function isChanged(
  change: Change,
  seen: SeenVisor,
  known: KnownField,
  { secretDigest, operator }: DriftContext,
): boolean {
  if (known.value === undefined) {
    const found = observedFieldAt(seen, change.path);
    const isOurs = operator !== undefined && known.at.operator === operator;
    if (found.kind !== "value" || found.hidden !== undefined || !isOurs) return false;
    return secretDigest !== undefined && secretDigest(canonicalJson(found.raw)) !== known.keyed;
  }
  // What is masked says nothing; then the value differs for sure where it was the one that is wanted now.
  const isOpaque = change.secrets !== undefined || holdsMask(change.before);
  return canonicalJson(known.value) !== canonicalJson(isOpaque ? change.after : change.before)
    ? !isOpaque
    : isOpaque;
}

/** What was there, where it may be shown and is not just what is wanted. */
function wasOf(change: Change, { value }: KnownField): { readonly was?: Json } {
  if (value === undefined || change.element !== undefined || change.secrets !== undefined)
    return {};
  if (canonicalJson(value) === canonicalJson(change.after)) return {};
  return change.path.endsWith(".args") || change.path.endsWith(".env") ? {} : { was: value };
}

function holdsMask(value: Json): boolean {
  return canonicalJson(value).includes(MASK);
}

// Says who answers for each value of a visor, by its records and by what it shows.
import { defined, type Json } from "../../core/index.ts";
import { compareFields, MASK } from "../../model/index.ts";
import type { KnownField, RecordRef } from "./queries.ts";
import type { VisorState } from "./fleet-state.ts";
import {
  isOpaque,
  type FieldSet,
  type RecordedField,
  recordedValue,
  type Sighting,
} from "./field-state.ts";
import { isBelow } from "./log-sieve.ts";

/** What a visor shows at a field or element, secrets masked. */
type BlameReading =
  | { readonly kind: "shown"; readonly value: Json }
  | { readonly kind: "hidden"; readonly why: string };

/** A field, or an element of a list. */
export type FieldPlace = Pick<RecordedField, "path" | "element">;

/** A visor as it is now; only looked at. */
export interface LiveVisor {
  readonly readMs: number;
  readonly startedAtMs: number;
  /** What it shows at a field; of an element, whether it is a member. */
  look(field: FieldPlace): BlameReading;
  /** Whether it has a recorded value there; `undefined` where the two cannot be compared. */
  matches(
    field: FieldPlace,
    recorded: Pick<FieldSet, "value" | "at" | "secret">,
  ): boolean | undefined;
  /** The elements of a field that is a list. */
  elements(path: string): readonly string[] | undefined;
}

/** One end of a stretch of time: a record, or a reading that no record holds. */
export interface MomentRef {
  readonly timeMs: number;
  readonly at?: RecordRef;
}

/** Who answers for a value. `acceptedAt` is when a manifest of ours, a later one, was found to want just it. */
export type BlameVerdict =
  /** `fleet` set it, and nothing says otherwise. */
  | { readonly kind: "fleet"; readonly set: FieldSet; readonly acceptedAt?: MomentRef }
  /** Somebody else changed it after it was last seen right at `from`, and before it was found otherwise at `to`. */
  | {
      readonly kind: "outside";
      /** The last time `fleet` set it; absent where it never had to. */
      readonly set?: FieldSet;
      /** What it was at `from`; absent where only its keyed digest is known. */
      readonly was?: Json;
      readonly from: MomentRef;
      readonly to: MomentRef;
      /** It lasts until the visor restarts, and the visor did: nobody need have changed it. */
      readonly restartedAtMs?: number;
      /** The app is as that start of the visor leaves it. */
      readonly byRestart?: true;
      readonly acceptedAt?: MomentRef;
    }
  /** A write was begun and nobody saw how it ended; `matches` says whether the visor shows what it wanted. */
  | {
      readonly kind: "unsure";
      readonly unsure: NonNullable<RecordedField["unsure"]>;
      readonly matches?: boolean;
      readonly set?: FieldSet;
    }
  | { readonly kind: "never" };

/** One field or element, its value, and who answers for it. */
export interface BlamedField {
  readonly path: string;
  readonly element?: string;
  /** The value on the visor, or the recorded one where it was not read; absent when nobody knows. */
  readonly value?: Json;
  readonly from: "visor" | "record" | "nowhere";
  readonly verdict: BlameVerdict;
  /** Why the value on the visor could not be read or compared. */
  readonly notCompared?: string;
}

/** What to ask of one visor. */
export interface BlameInput {
  /** Absent when no record speaks of the visor. */
  readonly state: VisorState | undefined;
  /** Absent when the visor is not to be read, or could not be. */
  readonly live?: LiveVisor;
  /** A path or the beginning of one, whole segments. */
  readonly path?: string;
  /** Fields to answer for whether or not they are recorded, such as those of a manifest. */
  readonly owned: readonly string[];
}

/** Says for each field of a visor who set its value. Sorted by path and element. */
export function blameVisor(input: BlameInput): readonly BlamedField[] {
  const { state, live, path } = input;
  const isAsked = (each: string): boolean => path === undefined || isBelow(each, path);
  const fields = new Map<string, RecordedField>();
  const put = (field: RecordedField): void => {
    const key = `${field.path} ${field.element ?? ""}`;
    if (isAsked(field.path) && !fields.has(key)) fields.set(key, field);
  };
  for (const field of state?.leaves ?? []) if (hasStory(field)) put(field);
  const paths = new Set([
    ...(state?.owned ?? []),
    ...input.owned,
    ...[...fields.values()].map((field) => field.path),
  ]);
  for (const each of paths) {
    const elements = live?.elements(each);
    for (const element of elements ?? []) put({ path: each, element });
    const isKnown = [...fields.values()].some((field) => field.path === each);
    if (elements === undefined && !isKnown) put({ path: each });
  }
  return [...fields.values()]
    .filter((field) => !isGoneElement(field, live))
    .toSorted(compareFields)
    .map((field) => blameField(field, live, state?.known(field.path, field.element)));
}

/** Something `fleet` wrote, or may have written, or saw: not a field that only stands in a list. */
function hasStory({ set, seen, unsure }: RecordedField): boolean {
  return set !== undefined || seen !== undefined || unsure !== undefined;
}

/** An element that `fleet` never touched and that is no member any more answers no question. */
function isGoneElement(field: RecordedField, live: LiveVisor | undefined): boolean {
  if (field.element === undefined || field.set !== undefined || field.unsure !== undefined)
    return false;
  const elements = live?.elements(field.path);
  if (elements !== undefined) return !elements.includes(field.element);
  return field.seen?.value === false;
}

function blameField(
  field: RecordedField,
  live: LiveVisor | undefined,
  known: KnownField | undefined,
): BlamedField {
  const { path, element, set, unsure } = field;
  const look = live?.look(field);
  const isLike = (
    recorded: Pick<FieldSet, "value" | "at" | "secret"> | undefined,
  ): boolean | undefined =>
    recorded === undefined || look?.kind !== "shown" ? undefined : live?.matches(field, recorded);
  const asSet = isLike(set);
  const asUnsure = isLike(unsure);
  const isBlind = look?.kind === "shown" && set !== undefined && asSet === undefined;
  const base = {
    path,
    ...defined({ element }),
    ...valueOf(field, look),
    ...(isBlind ? { notCompared: "a secret, which only the operator who set it can compare" } : {}),
  };
  // Where the value from before the doubtful write is still there, the doubt is over.
  if (unsure !== undefined && !(asUnsure === false && asSet === true)) {
    const verdict: BlameVerdict = {
      kind: "unsure",
      unsure,
      ...defined({ matches: asUnsure, set }),
    };
    return { ...base, verdict };
  }
  const found = known?.how === "found" ? known : undefined;
  const asFound =
    found === undefined || look?.kind !== "shown" ? undefined : isFound(field, found, live);
  // A later manifest of ours found it so: what others did before that, or do since, is judged by it.
  if (found !== undefined && asFound === false && live !== undefined)
    return { ...base, verdict: sinceFound(field, found, live) };
  if (set === undefined) return { ...base, verdict: { kind: "never" } };
  const acceptedAt = asFound === true && found !== undefined ? momentOf(found) : undefined;
  const accepted = acceptedAt === undefined ? {} : { acceptedAt };
  const differs = asSet === undefined ? field.otherwise !== undefined : !asSet;
  return differs
    ? { ...base, verdict: { ...outside(field, set, live), ...accepted } }
    : { ...base, verdict: { kind: "fleet", set, ...accepted } };
}

/** Whether a visor shows what was found as wanted; `undefined` where the two cannot be compared. */
function isFound(
  field: RecordedField,
  { value, keyed, at }: KnownField,
  live: LiveVisor | undefined,
): boolean | undefined {
  if (value !== undefined) return live?.matches(field, { value, at });
  return keyed === undefined
    ? undefined
    : live?.matches(field, { value: MASK, at, secret: { ref: "", hmac: keyed } });
}

function sinceFound(
  { path, set }: RecordedField,
  found: KnownField,
  live: LiveVisor,
): BlameVerdict {
  return {
    kind: "outside",
    ...defined({ set, was: found.value }),
    from: momentOf(found),
    to: { timeMs: live.readMs },
    ...restartOf({ path, set }, found.seenMs, live),
  };
}

/** What a restart of the visor after a moment has to do with a value: it undoes whether an app runs. */
function restartOf(
  { path, set }: Pick<RecordedField, "path"> & { readonly set: FieldSet | undefined },
  afterMs: number,
  live: LiveVisor | undefined,
): Pick<BlameVerdict & { readonly kind: "outside" }, "restartedAtMs" | "byRestart"> {
  if (live === undefined || live.startedAtMs <= afterMs) return {};
  const restartedAtMs = live.startedAtMs;
  const app = /^(apps\..+)\.running$/.exec(path)?.[1];
  if (app === undefined) return set?.lifetime === "memory" ? { restartedAtMs } : {};
  const auto = live.look({ path: `${app}.auto_start` });
  const now = live.look({ path });
  if (auto.kind !== "shown" || now.kind !== "shown") return { restartedAtMs };
  return auto.value === now.value ? { restartedAtMs, byRestart: true } : {};
}

function valueOf(
  field: RecordedField,
  look: BlameReading | undefined,
): Pick<BlamedField, "value" | "from" | "notCompared"> {
  if (look?.kind === "shown") return { value: look.value, from: "visor" };
  const value = recordedValue(field);
  return {
    ...defined({ value }),
    from: value === undefined ? "nowhere" : "record",
    ...defined({ notCompared: look?.why }),
  };
}

function outside(
  { path, seen, otherwise }: RecordedField,
  set: FieldSet,
  live: LiveVisor | undefined,
): BlameVerdict & { readonly kind: "outside" } {
  const from = seen === undefined ? { timeMs: set.at.timeMs, at: set.at } : momentOf(seen);
  const to =
    otherwise === undefined ? { timeMs: live?.readMs ?? from.timeMs } : momentOf(otherwise.first);
  const was = isOpaque(set.value) ? {} : { was: set.value };
  return {
    kind: "outside",
    set,
    ...was,
    from,
    to,
    ...restartOf({ path, set }, from.timeMs, live),
  };
}

function momentOf({ seenMs, at }: Pick<Sighting, "seenMs" | "at">): MomentRef {
  return { timeMs: seenMs, at };
}

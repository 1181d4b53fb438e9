// What stays after a key was taken away: keys that the manifest no longer wants, held against what visors show.
import { compareTexts, defined, shortCommit, type VisorKey } from "../../core/index.ts";
import {
  ACCESS_PATHS,
  type AccessPath,
  type Change,
  type DesiredFleet,
  type DesiredVisor,
  type GoneKey,
  type Keyset,
  letsIn,
  type Lingering,
  type LingeringKey,
  type LingeringWay,
  type SeenVisor,
  takesOut,
  TRUST_PATHS,
  type TrustPath,
  type UnknownWay,
} from "../../model/index.ts";
import type { History } from "./history.ts";
import { earlierKeysets } from "./keyset.ts";
import { type OnceTrusted, TrustedPlaces } from "./once-trusted.ts";

/** The trust lists of one visor, as they were seen; a list that its release does not show is absent. */
export interface TrustLook {
  readonly lists: Readonly<Partial<Record<AccessPath, readonly string[]>>>;
  /** What is going to be written there; nothing by default. */
  readonly changes?: readonly Change[];
}

/** Keys that a manifest of an earlier commit named, each with its name where it had one. */
export interface NamedBefore {
  readonly commit: string;
  readonly keys: ReadonlyMap<string, string | undefined>;
}

/** What decides which keys are no longer wanted. */
export interface GoneInput {
  readonly desired: Pick<
    DesiredFleet,
    "visors" | "controllers" | "operators" | "revoked" | "keyNames"
  >;
  readonly history: History;
  /** A keyset in force beside the recorded one. */
  readonly trusted?: Keyset;
  /** The manifest that was applied last, where it is another one. */
  readonly namedBefore?: NamedBefore;
}

/** {@link GoneInput}, and what was seen. */
export interface LingeringInput extends GoneInput {
  /** By visor; of those of the manifest that are absent, `unread` could not be read and the others were not looked at. */
  readonly looks: ReadonlyMap<VisorKey, TrustLook>;
  readonly unread: ReadonlySet<VisorKey>;
}

/** Why a key is no longer wanted. */
interface Gone {
  readonly why: string;
  readonly formerName?: string;
  /** The only visors on which it is not wanted; all of them when absent. */
  readonly only?: ReadonlySet<VisorKey>;
  /** The only visors that it is known to have had a way into; a list that was not seen matters there. */
  readonly held?: ReadonlySet<VisorKey>;
}

/** The trust lists that a visor shows. */
export function trustLook(
  { hypervisors, pty, dmsgscp }: Pick<SeenVisor, "hypervisors" | "pty" | "dmsgscp">,
  changes: readonly Change[] = [],
): TrustLook {
  return {
    lists: {
      ...(hypervisors === undefined ? {} : { "trust.hypervisors": hypervisors }),
      ...(pty === undefined ? {} : { "trust.pty": pty }),
      ...(dmsgscp === undefined ? {} : { "trust.dmsgscp": dmsgscp }),
    },
    changes,
  };
}

/**
 * Names each key that the manifest no longer wants and that keeps a way into a visor once what is planned was written,
 * and the visors of which nobody can tell; `undefined` when there is nothing of either. No longer wanted is a key that
 * is revoked; that was a controller or an operator's in an earlier keyset; that a receipt, or a planned change, takes
 * out of a trust list; or that the manifest applied last named and this one does not. But for the first, a key that
 * the manifest wants in a trust list of a visor has its way in there rightly, and so has a controller everywhere.
 */
export function lingeringKeys(input: LingeringInput): Lingering | undefined {
  const gone = goneKeys(input);
  if (gone.size === 0) return undefined;
  const ways = new Map<string, LingeringWay[]>();
  const unknown: { visor: VisorKey; name: string; why: UnknownWay }[] = [];
  const unknownKeys = new Set<string>();
  const byKey = input.desired.visors.toSorted((left, right) => compareTexts(left.key, right.key));
  for (const visor of byKey) {
    const look = input.looks.get(visor.key);
    for (const way of look === undefined ? [] : waysInto(visor, look, gone)) {
      const known = ways.get(way.key);
      if (known === undefined) ways.set(way.key, [way.way]);
      else known.push(way.way);
    }
    const doubted = [...gone].filter(([key, each]) => mayHold(visor, look, [key, each], input));
    if (doubted.length === 0) continue;
    const why = input.unread.has(visor.key) ? "not-read" : "not-looked-at";
    unknown.push({
      visor: visor.key,
      name: visor.name,
      why: look === undefined ? why : "not-shown",
    });
    for (const [key] of doubted) unknownKeys.add(key);
  }
  if (ways.size === 0 && unknown.length === 0) return undefined;
  return {
    keys: [...ways]
      .toSorted(([left], [right]) => compareTexts(left, right))
      .map(([key, own]): LingeringKey => {
        const { why = "", formerName } = gone.get(key) ?? {};
        return { key, ...defined({ formerName }), why, ways: own };
      }),
    unknown,
    unknownKeys: [...unknownKeys].sort(),
  };
}

/** Which keys are no longer wanted, and on which visors; for doors that see no visor. */
export function keysGone(input: GoneInput): ReadonlyMap<string, GoneKey> {
  const gone = goneKeys({ ...input, looks: new Map(), unread: new Set() });
  return new Map(
    [...gone].map(([key, { why, held }]) => [key, { why, ...defined({ visors: held }) }]),
  );
}

function goneKeys(input: LingeringInput): ReadonlyMap<string, Gone> {
  const { desired, history, namedBefore } = input;
  const gone = new Map<string, Gone>();
  const named = namedKeys(desired);
  const put = (key: string, why: Gone): void => {
    if (!gone.has(key)) gone.set(key, why);
  };
  for (const key of desired.revoked?.keys() ?? []) put(key, { why: "is revoked" });
  const earlier = earlierKeysets(history, input.trusted);
  const once = history.known ? history.onceTrusted : undefined;
  const controllers = new Set<string>(desired.controllers);
  const isGone = (key: string): boolean => !controllers.has(key);
  const formerControllers = [once, ...earlier].flatMap((each) => each?.controllers ?? []);
  for (const key of formerControllers) if (isGone(key)) put(key, { why: "was a controller" });
  for (const { name, key } of earlierOperators(once, earlier, desired))
    if (isGone(key)) put(key, { why: `was the key of operator ${name}` });
  for (const [key, why] of takenOut(input, once?.takenOut ?? [])) if (isGone(key)) put(key, why);
  for (const [key, why] of putIn(desired, once?.putIn ?? [])) if (!named.has(key)) put(key, why);
  for (const [key, formerName] of namedBefore?.keys ?? []) {
    if (named.has(key)) continue;
    const why = `was named at commit ${shortCommit(namedBefore?.commit ?? "")}`;
    put(key, { why, ...defined({ formerName }) });
  }
  return gone;
}

/** Keys of operators of whom the manifest knows neither the name nor a key. */
function earlierOperators(
  once: OnceTrusted | undefined,
  earlier: readonly Keyset[],
  { operators }: Pick<DesiredFleet, "operators">,
): readonly { readonly name: string; readonly key: string }[] {
  const inForce = earlier.flatMap((keyset) =>
    keyset.operators.map(({ name, key, feed }) => ({
      name,
      keys: [key, ...(feed === undefined ? [] : [feed])],
    })),
  );
  const now = new Set<string>(
    operators.flatMap(({ name, key, feed }) => [name, key, ...(feed === undefined ? [] : [feed])]),
  );
  return [...(once?.operators ?? []), ...inForce].flatMap(({ name, keys }) =>
    now.has(name) || keys.some((key) => now.has(key)) ? [] : keys.map((key) => ({ name, key })),
  );
}

/** Keys that receipts took out of trust lists, and those that are to be: everywhere, unless some list wants them. */
function takenOut(
  { desired, looks }: LingeringInput,
  receipts: OnceTrusted["takenOut"],
): readonly (readonly [string, Gone])[] {
  const places = new TrustedPlaces(desired);
  for (const { entry, ...place } of receipts)
    places.put(place, (where) => `was taken out of ${where} (entry ${entry})`);
  for (const [visor, { changes = [] }] of looks) {
    for (const { path, op, element: key } of changes) {
      if (op !== "remove" || key === undefined || !isTrustPath(path)) continue;
      places.put({ key, visor, path }, (where) => `is taken out of ${where} by this plan`);
    }
  }
  const wanted = wantedKeys(desired.visors);
  return places.all.map(([key, gone]) => [
    key,
    { ...gone, ...(wanted.has(key) ? { only: gone.held } : {}) },
  ]);
}

/** Keys that receipts put into trust lists; when the manifest names such a key nowhere, nobody wants it any more. */
function putIn(
  desired: GoneInput["desired"],
  receipts: OnceTrusted["putIn"],
): readonly (readonly [string, Gone])[] {
  const places = new TrustedPlaces(desired);
  for (const { entry, ...place } of receipts)
    places.put(place, (where) => `was put into ${where} (entry ${entry}), is named nowhere now`);
  return places.all.map(([key, gone]) => [key, { ...gone, only: gone.held }]);
}

function isTrustPath(path: string): path is TrustPath {
  return TRUST_PATHS.some((each) => each === path);
}

/** Keys that some visor's trust list is to hold. */
function wantedKeys(visors: readonly DesiredVisor[]): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const { leaves: fields } of visors) {
    for (const path of TRUST_PATHS) {
      const field = fields.get(path);
      if (field?.kind === "set") for (const { value } of field.members) wanted.add(value);
    }
  }
  return wanted;
}

/** Every key that a manifest names for anything but to take it out. */
function namedKeys({ visors, controllers, operators, keyNames }: GoneInput["desired"]) {
  const named = new Set<string>([...keyNames.keys(), ...controllers]);
  for (const { feed } of operators) if (feed !== undefined) named.add(feed);
  for (const { leaves: fields } of visors) {
    for (const field of fields.values()) {
      if (field.kind === "set") for (const { value } of field.members) named.add(value);
      else if (typeof field.value === "string") named.add(field.value);
    }
  }
  return named as ReadonlySet<string>;
}

/** The lists of a visor that hold such keys once what is planned was written. */
function* waysInto(
  visor: DesiredVisor,
  { lists, changes = [] }: TrustLook,
  gone: ReadonlyMap<string, Gone>,
): Generator<{ readonly key: string; readonly way: LingeringWay }> {
  for (const path of ACCESS_PATHS) {
    const field = visor.leaves.get(path);
    const wanted = new Set(field?.kind === "set" ? field.members.map(({ value }) => value) : []);
    const removed = new Set(
      changes.flatMap((change) =>
        change.path === path && change.op === "remove" ? (change.element ?? []) : [],
      ),
    );
    for (const key of new Set(lists[path])) {
      const why = gone.get(key);
      if (why === undefined || removed.has(key) || wanted.has(key)) continue;
      if (!isUnwanted(visor, key, why)) continue;
      const end = takesOut(field, key) ? "apply" : "write";
      yield { key, way: { visor: visor.key, name: visor.name, path, end } };
    }
  }
}

function isUnwanted(visor: DesiredVisor, key: string, { only }: Gone): boolean {
  return key !== visor.key && only?.has(visor.key) !== false && !letsIn(visor, key);
}

/** True when a list that was not seen may hold a key: neither was it found without, nor did a receipt take the key out. */
function mayHold(
  visor: DesiredVisor,
  look: TrustLook | undefined,
  [key, why]: readonly [string, Gone],
  { history }: LingeringInput,
): boolean {
  if (!isUnwanted(visor, key, why) || why.held?.has(visor.key) === false) return false;
  return TRUST_PATHS.some((path) => {
    if (look?.lists[path] !== undefined) return false;
    if (!history.known || !takesOut(visor.leaves.get(path), key)) return true;
    return history.leaves.lastKnown(visor.key, path, key)?.value !== false;
  });
}

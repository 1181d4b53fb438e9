// Joining what roles and the visor itself say of one value.
import {
  canonicalJson,
  compareTexts,
  defined,
  type Diagnostic,
  type Json,
  type Place,
  type VisorKey,
} from "../core/index.ts";
import type {
  DesiredElement,
  DesiredField,
  DesiredSet,
  DesiredValue,
  Origin,
} from "../model/index.ts";
import type {
  WrittenFields,
  Written,
  WrittenList,
  WrittenValue,
  WrittenVisor,
} from "./manifest.ts";
import type { MemberResolver, Members } from "./members.ts";
import { writtenOpen } from "./reading.ts";

/** One source of values for a visor: a role, or the visor itself, which comes last. */
export interface Layer {
  /** Absent when the layer is the visor itself. */
  readonly role?: string;
  readonly body: WrittenFields;
}

/** One written value with the layer it stands in. */
export interface LayerValue<Of> {
  readonly layer: Layer;
  readonly written: Of;
}

/** What merging one visor needs. */
export interface Merging {
  readonly visor: WrittenVisor;
  readonly key: VisorKey | undefined;
  readonly members: MemberResolver;
  /** Fields that one role alone gives are the same at every visor: a wide fleet holds each once. */
  readonly shared: Map<Written, DesiredField>;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Joins the values of one field: the visor's wins, roles must agree. */
export function mergeValue(
  merging: Merging,
  path: string,
  said: readonly LayerValue<WrittenValue>[],
): DesiredValue | undefined {
  const own = said.find(({ layer }) => layer.role === undefined);
  const chosen = own ?? said[0];
  if (chosen === undefined) return undefined;
  const text = canonicalJson(writtenOpen(chosen.written));
  const differing = said.filter(
    (other) => other !== chosen && canonicalJson(writtenOpen(other.written)) !== text,
  );
  const [other] = differing;
  if (own === undefined && other !== undefined) {
    merging.report(rolesDisagree(merging.visor, path, chosen, other));
    return undefined;
  }
  return {
    kind: "value",
    path,
    value: chosen.written.value,
    secrets: chosen.written.secrets,
    ...(chosen.written.anyone === true ? { anyone: true } : {}),
    origin: originOf(
      chosen,
      differing.map((lost) => ({ said: lost, value: writtenOpen(lost.written) })),
    ),
  };
}

/** Where a value comes from, and what it won over, nearest first. */
function originOf(
  { layer, written }: LayerValue<{ readonly place: Place }>,
  lost: readonly { readonly said: LayerValue<{ readonly place: Place }>; readonly value: Json }[],
): Origin {
  return {
    place: written.place,
    ...defined({ role: layer.role }),
    ...(lost.length === 0
      ? {}
      : {
          overrode: lost.toReversed().map(({ said, value }) => ({
            value,
            place: said.written.place,
            ...defined({ role: said.layer.role }),
          })),
        }),
  };
}

/** The error for two roles that say different things about one field. */
function rolesDisagree(
  visor: WrittenVisor,
  path: string,
  left: LayerValue<{ readonly place: Place }>,
  right: LayerValue<{ readonly place: Place }>,
): Diagnostic {
  return {
    code: "manifest/roles-disagree",
    severity: "error",
    message: `the roles ${JSON.stringify(left.layer.role)} and ${JSON.stringify(right.layer.role)} give different values to ${path}`,
    at: right.written.place,
    text: path,
    next: "give both roles the same value, or write the value at the visor, which wins over roles",
    related: [
      {
        message: `the role ${JSON.stringify(left.layer.role)} says so here`,
        at: left.written.place,
      },
      { message: `the visor ${JSON.stringify(visor.name)} has both roles`, at: visor.place },
    ],
  };
}

/** Joins the lists of one field. */
export function mergeList(
  merging: Merging,
  path: string,
  said: readonly LayerValue<WrittenList>[],
): DesiredSet | undefined {
  const whole = said.filter(({ written }) => written.anyone || written.exact !== undefined);
  const own = whole.find(({ layer }) => layer.role === undefined);
  const exact = own ?? whole[0];
  if (own === undefined && !exactListsAgree(merging, path, whole)) return undefined;
  const parts = collectParts(merging, exact, said);
  const from = exact ?? said.at(-1);
  if (from === undefined) return undefined;
  const place = contradiction(merging, { path, exact, parts });
  if (place) return undefined;
  const opens = path.endsWith(".whitelist");
  const anyone = exact?.written.anyone === true;
  const empty = parts.members.length === 0 && (exact !== undefined || parts.removed.length === 0);
  if (opens && !anyone && empty && !parts.incomplete) {
    merging.report(opensToEverybody(merging.visor, path, from.written.place));
    return undefined;
  }
  if (exact === undefined && empty) return undefined;
  const lost = whole.filter((other) => other !== exact && own !== undefined);
  return {
    kind: "set",
    path,
    exact: exact !== undefined,
    members: parts.members,
    removed: exact === undefined ? parts.removed : [],
    ...(anyone ? { anyone: true } : {}),
    origin: originOf(
      from,
      lost.map((other) => ({ said: other, value: listAsWritten(other.written) })),
    ),
  };
}

function listAsWritten(list: WrittenList): Json {
  return list.anyone ? "anyone" : (list.exact ?? []).map((word) => word.text);
}

function exactListsAgree(
  merging: Merging,
  path: string,
  whole: readonly LayerValue<WrittenList>[],
): boolean {
  const [first, ...others] = whole;
  if (first === undefined) return true;
  const keys = keysOf(merging, first);
  const other = others.find((one) => keysOf(merging, one) !== keys);
  if (other === undefined) return true;
  merging.report(rolesDisagree(merging.visor, path, first, other));
  return false;
}

function keysOf(merging: Merging, { layer, written }: LayerValue<WrittenList>): string {
  if (written.anyone) return "anyone";
  const { elements } = merging.members.resolve(written.exact ?? [], layer.role);
  return elements.map((element) => element.value).join();
}

interface Parts {
  readonly members: readonly DesiredElement[];
  readonly added: readonly DesiredElement[];
  readonly removed: readonly DesiredElement[];
  readonly kept: readonly DesiredElement[];
  readonly incomplete: boolean;
}

function collectParts(
  merging: Merging,
  exact: LayerValue<WrittenList> | undefined,
  said: readonly LayerValue<WrittenList>[],
): Parts {
  let incomplete = false;
  const keysOfMembers = (members: Members): readonly DesiredElement[] => {
    incomplete ||= members.incomplete;
    return withoutOwnKey(merging, members.elements);
  };
  const unite = (resolved: (one: LayerValue<WrittenList>) => Members): readonly DesiredElement[] =>
    union(said.map((one) => keysOfMembers(resolved(one))));
  const kept =
    exact?.written.exact === undefined
      ? []
      : keysOfMembers(merging.members.resolve(exact.written.exact, exact.layer.role));
  const added = unite(({ layer, written }) => merging.members.resolve(written.add, layer.role));
  const removed = unite(({ layer, written }) =>
    merging.members.resolveGone(written.remove, layer.role),
  );
  return { members: union([kept, added]), added, removed, kept, incomplete };
}

/** A visor never stands in its own lists. */
function withoutOwnKey(
  merging: Merging,
  elements: readonly DesiredElement[],
): readonly DesiredElement[] {
  const { key } = merging;
  if (key === undefined || !elements.some((element) => element.value === key)) return elements;
  if (!merging.members.take(elements.length, merging.visor.place)) return [];
  return elements.filter((element) => element.value !== key);
}

/** Unites sorted lists; of elements that are in several the first counts. */
function union(lists: readonly (readonly DesiredElement[])[]): readonly DesiredElement[] {
  const filled = lists.filter((list) => list.length > 0);
  const [only] = filled;
  if (filled.length <= 1) return only ?? [];
  const united = new Map<string, DesiredElement>();
  for (const list of filled) {
    for (const element of list) if (!united.has(element.value)) united.set(element.value, element);
  }
  return [...united.values()].sort((a, b) => compareTexts(a.value, b.value));
}

/** Reports what a list says both ways; true when it does. */
function contradiction(
  merging: Merging,
  list: {
    readonly path: string;
    readonly exact: LayerValue<WrittenList> | undefined;
    readonly parts: Parts;
  },
): boolean {
  const { path, exact, parts } = list;
  const [changed] = [...parts.added, ...parts.removed];
  if (exact?.written.anyone === true && changed !== undefined) {
    merging.report({
      code: "manifest/contradiction",
      severity: "error",
      message: `${path} is open to anyone, and single members are added or removed too`,
      at: changed.origin.place,
      text: path,
      next: "write either anyone or members",
      related: [{ message: "anyone is written here", at: exact.written.place }],
    });
    return true;
  }
  if (parts.removed.length === 0) return false;
  const wanted = new Map([...parts.added, ...parts.kept].map((one) => [one.value, one]));
  let found = false;
  for (const gone of parts.removed) {
    const other = wanted.get(gone.value);
    if (other === undefined) continue;
    found = true;
    merging.report({
      code: "manifest/contradiction",
      severity: "error",
      message: `the key ${gone.value} is both wanted in and removed from ${path}`,
      at: gone.origin.place,
      text: gone.value,
      next: "remove one of the two lines",
      related: [{ message: "wanted here", at: other.origin.place }],
    });
  }
  return found;
}

function opensToEverybody(visor: WrittenVisor, path: string, place: Place): Diagnostic {
  return {
    code: "manifest/open-to-everybody",
    severity: "error",
    message: `${path} of ${JSON.stringify(visor.name)} comes to nobody, and an empty whitelist means everybody on a visor`,
    at: place,
    text: path,
    next: "name who may use it, or write whitelist: anyone",
    related: [{ message: "the visor's own key is never in its own lists", at: visor.place }],
  };
}

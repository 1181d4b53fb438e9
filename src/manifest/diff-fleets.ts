// What two resolved manifests want differently.
import { canonicalJson, defined, type Json, type VisorKey } from "../core/index.ts";
import type { DesiredFleet, DesiredField, DesiredVisor } from "../model/index.ts";
import { fieldMeaning, visorDifferences } from "./field-meaning.ts";
import { writtenOpen } from "./reading.ts";

/** What two manifests want differently of one field; what is absent is not owned there. */
export type WantedChange =
  /** Ownership begins or ends, one of the two is a value, or a set is exact in only one of them. */
  | {
      readonly kind: "value";
      readonly path: string;
      readonly before?: Json;
      readonly after?: Json;
    }
  /** A set that both own in the same way. */
  | {
      readonly kind: "members";
      readonly path: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Of sets that name who must be gone: names that come to that list, and that leave it. */
      readonly barred: readonly string[];
      readonly unbarred: readonly string[];
    };

/** What two manifests say differently of one visor. */
export interface FleetVisorDifference {
  readonly key: VisorKey;
  /** As the later manifest calls it, or the earlier one where the later has none. */
  readonly name: string;
  readonly status: "added" | "removed" | "changed";
  /** `name`, `tags`, `roles` and `rpc`, where they differ. */
  readonly facts: readonly {
    readonly name: string;
    readonly before?: Json;
    readonly after?: Json;
  }[];
  /** Sorted by path. */
  readonly changes: readonly WantedChange[];
}

/** What two manifests say differently of the fleet as a whole, by the path of what is written; sorted. */
interface RuleDifference {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** The difference of two manifests by what they come to, not by their text. */
export interface FleetDifference {
  readonly rules: readonly RuleDifference[];
  readonly controllers: {
    readonly added: readonly VisorKey[];
    readonly removed: readonly VisorKey[];
  };
  /** Sorted by key. */
  readonly visors: readonly FleetVisorDifference[];
}

/**
 * Compares what two manifests want, with roles, lists and selections resolved. Where and how something is written makes
 * no difference, nor does a default that one of them writes out. Secrets are references.
 */
export function diffFleets(before: DesiredFleet, after: DesiredFleet): FleetDifference {
  const [was, is] = [visorsByKey(before), visorsByKey(after)];
  const keys = [...new Set([...was.keys(), ...is.keys()])].sort();
  return {
    rules: ruleDifferences(before, after),
    controllers: {
      added: after.controllers.filter((key) => !before.controllers.includes(key)),
      removed: before.controllers.filter((key) => !after.controllers.includes(key)),
    },
    visors: keys.flatMap((key) => visorDifference(was.get(key), is.get(key)) ?? []),
  };
}

function visorsByKey({ visors }: DesiredFleet): ReadonlyMap<VisorKey, DesiredVisor> {
  return new Map(visors.map((visor) => [visor.key, visor]));
}

function ruleDifferences(before: DesiredFleet, after: DesiredFleet): readonly RuleDifference[] {
  const [was, is] = [before, after].map(
    ({ fleet, rules }) =>
      new Map<string, Json>([
        ["fleet", fleet],
        ...rules.map(({ path, value }) => [path, value] as const),
      ]),
  );
  const paths = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
  return paths.flatMap((path) => sided(path, was?.get(path), is?.get(path)) ?? []);
}

function sided(
  path: string,
  before: Json | undefined,
  after: Json | undefined,
): RuleDifference | undefined {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return undefined;
  return {
    path,
    ...defined({ before, after }),
  };
}

function visorDifference(
  was: DesiredVisor | undefined,
  is: DesiredVisor | undefined,
): FleetVisorDifference | undefined {
  const visor = is ?? was;
  if (visor === undefined) return undefined;
  const status = was === undefined ? "added" : is === undefined ? "removed" : "changed";
  if (was !== undefined && is !== undefined && visorDifferences(was, is).length === 0)
    return undefined;
  const paths = [...new Set([...(was?.leaves.keys() ?? []), ...(is?.leaves.keys() ?? [])])].sort();
  return {
    key: visor.key,
    name: visor.name,
    status,
    facts: FACTS.flatMap((name) => {
      const difference = sided(name, factOf(was, name), factOf(is, name));
      if (difference === undefined) return [];
      const { path: _, ...sides } = difference;
      return [{ name, ...sides }];
    }),
    changes: paths.flatMap((path) => {
      const [before, after] = [was?.leaves.get(path), is?.leaves.get(path)];
      return fieldMeaning(before) === fieldMeaning(after) ? [] : [fieldChange(path, before, after)];
    }),
  };
}

const FACTS = ["name", "tags", "roles", "rpc"] as const;

function factOf(visor: DesiredVisor | undefined, name: (typeof FACTS)[number]): Json | undefined {
  const fact = visor?.[name];
  if (fact === undefined || typeof fact === "string") return fact;
  if ("scheme" in fact) return { ...fact };
  return fact.length === 0 ? undefined : [...fact];
}

function fieldChange(
  path: string,
  before: DesiredField | undefined,
  after: DesiredField | undefined,
): WantedChange {
  if (
    before?.kind === "set" &&
    after?.kind === "set" &&
    before.exact === after.exact &&
    before.anyone === after.anyone
  ) {
    return {
      kind: "members",
      path,
      added: newIn(after.members, before.members),
      removed: newIn(before.members, after.members),
      barred: newIn(after.removed, before.removed),
      unbarred: newIn(before.removed, after.removed),
    };
  }
  return {
    kind: "value",
    path,
    ...(before === undefined ? {} : { before: wantedJson(before) }),
    ...(after === undefined ? {} : { after: wantedJson(after) }),
  };
}

type Members = Extract<DesiredField, { readonly kind: "set" }>["members"];

function newIn(these: Members, those: Members): readonly string[] {
  const known = new Set(those.map(({ value }) => value));
  return these.map(({ value }) => value).filter((value) => !known.has(value));
}

function wantedJson(field: DesiredField): Json {
  if (field.kind === "value") return writtenOpen(field);
  if (field.anyone === true) return "anyone";
  const members = field.members.map(({ value }) => value);
  if (field.exact) return members;
  return { add: members, remove: field.removed.map(({ value }) => value) };
}

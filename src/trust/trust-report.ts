// Who can manage each visor of a fleet, told as rows; keys that nobody declared, and visors that hang on one key.
import { compareTexts, type VisorKey } from "../core/index.ts";
import {
  type Doubt,
  includes,
  manages,
  type Power,
  type TrustGraph,
  type WayBy,
} from "./trust-graph.ts";
import type { Use } from "./visor-trust.ts";

/** One key that has a way into a visor. */
export interface WhoRow {
  readonly key: string;
  /** By what it comes in, in the order of lists. */
  readonly by: readonly WayBy[];
  /** Hypervisors that push it, sorted; empty where none does. */
  readonly via: readonly VisorKey[];
  readonly includes: readonly Power[];
}

/** Who has a way into one visor without going through another. */
export interface TrustRow {
  readonly visor: VisorKey;
  /** Those that manage it first, then those that do less; each sorted by key. */
  readonly who: readonly WhoRow[];
  readonly doubts: readonly Doubt[];
  readonly rpcRunsCommands?: boolean;
  readonly uses: readonly Use[];
}

/** Keys, and the visors that it is said of. */
export interface KeyOnVisors {
  readonly key: string;
  readonly visors: readonly VisorKey[];
}

/** Who can manage what in a fleet. */
export interface TrustReport {
  /** In the order that was asked for. */
  readonly rows: readonly TrustRow[];
  /** Keys with a way in that have no name, sorted; those that only read the survey are left out. */
  readonly undeclared: readonly KeyOnVisors[];
  /** Controllers without whom no controller has a way of its own into some visors, sorted. */
  readonly singlePoints: readonly KeyOnVisors[];
}

/** What a report goes by beside the ways. */
export interface ReportFacts {
  readonly visors: readonly VisorKey[];
  readonly controllers: readonly VisorKey[];
  readonly isDeclared: (key: string) => boolean;
}

/** True for a key that may read the survey and nothing else: those of the network's own services can. */
function readsOnly({ includes: powers }: Pick<WhoRow, "includes">): boolean {
  return powers.every((power) => power === "survey");
}

/** Tells who can manage what. */
export function trustReport(graph: TrustGraph, facts: ReportFacts): TrustReport {
  const rows = facts.visors.map((visor) => rowOf(graph, visor));
  const undeclared = rows.flatMap(({ visor, who }) =>
    who.flatMap((row) =>
      readsOnly(row) || facts.isDeclared(row.key) ? [] : [[row.key, visor] as const],
    ),
  );
  const alone = facts.visors.flatMap((visor) => {
    const managers = graph.listedIn(visor);
    const [first, ...others] = facts.controllers.filter(
      (key) => key !== visor && managers.includes(key),
    );
    // One who sits at the visor itself needs no way into it.
    const isController = facts.controllers.includes(visor);
    const lists = graph.visors.get(visor)?.lists;
    const isKnown =
      lists?.["trust.hypervisors"].open === undefined && lists?.["trust.pty"].open === undefined;
    return !isKnown || first === undefined || others.length > 0 || isController
      ? []
      : [[first, visor] as const];
  });
  return { rows, undeclared: byKey(undeclared), singlePoints: byKey(alone) };
}

function rowOf(graph: TrustGraph, visor: VisorKey): TrustRow {
  const who = new Map<string, { by: WayBy[]; via: VisorKey[]; powers: Set<Power> }>();
  for (const way of graph.waysInto(visor)) {
    const known = who.get(way.from) ?? { by: [], via: [], powers: new Set() };
    who.set(way.from, known);
    if (!known.by.includes(way.by)) known.by.push(way.by);
    if (way.via !== undefined) known.via.push(way.via);
    for (const power of includes(way)) known.powers.add(power);
  }
  const trust = graph.visors.get(visor);
  const rows = [...who].map(([key, { by, via, powers }]): WhoRow => ({
    key,
    by,
    via: via.toSorted(),
    includes: [...powers],
  }));
  return {
    visor,
    who: rows.toSorted(
      (left, right) => rank(left) - rank(right) || compareTexts(left.key, right.key),
    ),
    doubts: graph.doubtsOf(visor),
    ...(trust?.rpcRunsCommands === undefined ? {} : { rpcRunsCommands: trust.rpcRunsCommands }),
    uses: trust?.uses ?? [],
  };
}

function rank({ by }: WhoRow): number {
  return by.some((each) => manages({ by: each })) ? 0 : 1;
}

function byKey(pairs: readonly (readonly [string, VisorKey])[]): readonly KeyOnVisors[] {
  const found = new Map<string, VisorKey[]>();
  for (const [key, visor] of pairs) found.set(key, [...(found.get(key) ?? []), visor]);
  return [...found]
    .toSorted(([left], [right]) => compareTexts(left, right))
    .map(([key, visors]) => ({ key, visors }));
}

// One visor of a plan: its head, its changes, the keys that come with a hypervisor, and the remarks about it.
import { ageText, counted, type Json, type VisorKey } from "../core/index.ts";
import {
  type Change,
  changesOf,
  type FieldLeftAlone,
  type Plan,
  type PlanVisor,
  type Released,
  type Route,
  type Unsupported,
} from "../model/index.ts";
import { changeRows, keyLabel, type Names, shortKey, valueText } from "./change-text.ts";
import { ignoredNotes, ignoredWhat } from "./ignored-text.ts";
import { lineText, type Paint, printable, tableText } from "./text.ts";

// One visor of a plan: its head, its changes and the remarks about it.

/** How a visor is reached, in one or two words. */
export function routeText(route: Route): string {
  return route.kind === "local" ? "local" : `${route.scheme}:${route.port}`;
}

/** One thing that a plan says of a visor: a change, or a remark as the cells of a row. */
export type Said =
  | { readonly change: Change }
  | { readonly remark: readonly string[] }
  /** A visor that could not be read, and why. */
  | { readonly unseen: readonly [why: string, next: string] };

/** All that a plan says of one visor, in the order in which it is read. */
export function saidOf(visor: PlanVisor, names: Names, paint: Paint): readonly Said[] {
  const { unseen } = visor;
  if (unseen !== undefined) {
    return [{ unseen: [`${visor.status}: ${printable(unseen.detail)}`, printable(unseen.next)] }];
  }
  return [
    ...changesOf(visor).map((change) => ({ change })),
    ...remarkCells(visor, names, paint).map((remark) => ({ remark })),
  ];
}

/** What a plan says of one visor, or the part of it that is given; empty when there is nothing to say. */
export function visorText(
  visor: PlanVisor,
  names: Names,
  paint: Paint,
  said: readonly Said[] = saidOf(visor, names, paint),
): string {
  if (visor.unseen !== undefined) return said.length === 0 ? "" : unseenText(visor, paint);
  const changes = said.flatMap((each) => ("change" in each ? [each.change] : []));
  const remarks = said.flatMap((each) => ("remark" in each ? [each.remark] : []));
  const rows = [...changeRows(changes, names, paint), ...remarks];
  if (rows.length === 0) return "";
  const glyph = visor.status === "changes" ? paint("change", "~") : " ";
  const release = visor.observed === undefined ? "" : `  ${printable(visor.observed.version)}`;
  const age = visor.observed?.ageSeconds;
  const read = age === undefined ? "" : `  read ${ageText(age)} ago`;
  const head = `${glyph} ${paint("strong", printable(visor.name))}  ${shortKey(visor.key)}${release}  ${routeText(visor.route)}${read}`;
  const hidden =
    visor.inSync === 0
      ? ""
      : `        ${paint("quiet", `${counted(visor.inSync, "owned field", "owned fields")} in sync, hidden`)}\n`;
  return `${head}\n${tableText(rows)}${hidden}`;
}

function unseenText(visor: PlanVisor, paint: Paint): string {
  const { unseen } = visor;
  const head = `${paint("unknown", "?")} ${paint("strong", printable(visor.name))}  ${shortKey(visor.key)}  ${visor.status}`;
  if (unseen === undefined) return `${head}\n`;
  return `${head}: ${printable(unseen.detail)}\n    next: ${printable(unseen.next)}\n`;
}

/** What is said of a value that was written and waits for the visor's restart. */
export const AWAITING = "written, in force after the visor restarts";

function remarkCells(visor: PlanVisor, names: Names, paint: Paint): readonly string[][] {
  const unknown = `      ${paint("unknown", "?")}`;
  const waits = `      ${paint("change", "~")}`;
  return [
    ...unsupportedGroups(visor.unsupported).map(({ path, what, first }) => [
      unknown,
      printable(path),
      what,
      paint("quiet", `(${lineText(first.place)}; ${printable(first.why)})`),
    ]),
    ...(visor.cannotStart ?? []).map(({ app, element, next }) => [
      `    ${paint("danger", "!")} ${paint("unknown", "?")}`,
      printable(`apps.${app}`),
      `cannot start: its program ends at ${printable(element)}`,
      paint("quiet", `(${printable(next)})`),
    ]),
    ...visor.notCompared.map((path) => [unknown, printable(path), "secret, not compared"]),
    ...(visor.notObserved ?? []).map((path) => [
      unknown,
      printable(path),
      "not in the observation",
    ]),
    ...(visor.ignored ?? []).map((field) => ignoredCells(field, names, paint)),
    ...(visor.leftOut ?? []).map((path) => [
      unknown,
      printable(path),
      "differs, left out",
      paint("quiet", "(not named by --only)"),
    ]),
    ...visor.awaitingRestart.map((field) => [
      waits,
      printable(field.path),
      AWAITING,
      paint("quiet", `(entry ${field.sinceEntry})`),
    ]),
    ...(visor.doubtful ?? []).map((field) => [unknown, ...doubtCells(field, paint)]),
    ...visor.released.map((field) => [
      field.trust ? `    ${paint("danger", "!")} ${paint("unknown", "?")}` : unknown,
      printable(field.path),
      `released, ${leftText(field, names)}`,
      paint("quiet", `(${printable(field.how)})`),
    ]),
  ];
}

/** A field that is left alone until a time, or was: what would be changed is said, too. */
function ignoredCells(field: FieldLeftAlone, names: Names, paint: Paint): string[] {
  const unknown = paint("unknown", "?");
  const glyph = field.ended ? `    ${paint("danger", "!")} ${unknown}` : `      ${unknown}`;
  return [
    glyph,
    printable(field.path),
    ignoredWhat(field, names),
    paint("quiet", `(${ignoredNotes(field)})`),
  ];
}

// What is said of fields that no change is planned for, the same in every report.

/** Path, what is not known of an app that was told to stop, and what ends the doubt. */
export function doubtCells(
  { path, sinceEntry }: NonNullable<PlanVisor["doubtful"]>[number],
  paint: Paint,
): readonly string[] {
  return [
    printable(path),
    "shows as stopped, and its process may still run",
    paint("quiet", `(entry ${sinceEntry}; a restart of the visor ends it)`),
  ];
}

/** Fields of one app or port that are unsupported for one reason, as one. */
export interface UnsupportedGroup {
  /** A path, or `ports.8080.*` where there are several. */
  readonly path: string;
  /** `unsupported here`, with how many fields it is said of where they are several. */
  readonly what: string;
  /** The first of them. */
  readonly first: Unsupported;
}

/** What a release cannot show or take, one line for what has one reason. */
export function unsupportedGroups(fields: readonly Unsupported[]): readonly UnsupportedGroup[] {
  const groups = new Map<string, Unsupported[]>();
  for (const field of fields) {
    const [, record] = /^((?:apps|ports)\..+)\.[^.]+$/.exec(field.path) ?? [];
    const key = record === undefined ? field.path : `${record}.* ${field.why}`;
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return [...groups].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) return [];
    return others.length === 0
      ? [{ path: first.path, what: "unsupported here", first }]
      : [
          {
            path: key.slice(0, key.indexOf(" ")),
            what: `${counted(others.length + 1, "field")} unsupported here`,
            first,
          },
        ];
  });
}

/** How a field is left that nobody manages any more: `left at 3`. */
export function leftText({ value }: Pick<Released, "value">, names: Names): string {
  if (value === undefined) return "left as it is";
  if (value === null) return "left unset";
  return isEmpty(value) ? "left empty" : `left at ${valueText(value, names)}`;
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

// Keys that come with a hypervisor: one that manages a visor pushes its own hypervisors to it (skywire #2940).

const PATH = "trust.hypervisors";
/** More names than these are told by their number. */
const NAMED_MAX = 5;

/**
 * A sentence for each key that the plan makes a hypervisor of visors, and for what it brings to them beyond what they
 * trust already. Nothing for one that is known to bring nothing.
 */
export function pushedTrustLines(plan: Pick<Plan, "visors" | "names">): readonly string[] {
  const byKey = new Map(plan.visors.map((visor) => [visor.key, visor]));
  const lines = new Map<string, { readonly by: string; readonly end: string; visors: string[] }>();
  for (const visor of plan.visors) {
    for (const by of addedTo(visor)) {
      const end = broughtText(byKey.get(by as VisorKey), visor, plan.names);
      if (end === undefined) continue;
      const line = lines.get(`${by} ${end}`) ?? { by: keyLabel(by, plan.names), end, visors: [] };
      line.visors.push(visor.name);
      lines.set(`${by} ${end}`, line);
    }
  }
  return [...lines.values()].map(({ by, end, visors }) => {
    const whose = visors.length > NAMED_MAX ? counted(visors.length, "visor") : visors.join(", ");
    const to = visors.length === 1 ? "it" : "them";
    return `${by} becomes a hypervisor of ${whose}, and pushes its own hypervisors to ${to}: ${end.replace("{it}", to)}`;
  });
}

function addedTo(visor: PlanVisor): readonly string[] {
  return changesOf(visor).flatMap(({ path, op, element }) =>
    path === PATH && op !== "remove" && element !== undefined ? [element] : [],
  );
}

/** What a hypervisor brings to a visor; `undefined` where that is nothing. */
function broughtText(
  by: PlanVisor | undefined,
  visor: PlanVisor,
  names: Plan["names"],
): string | undefined {
  if (by?.observed?.hypervisors === undefined) return "which these are was not read";
  const { hypervisors = [], pty = [] } = visor.observed ?? {};
  const known = new Set<string>([visor.key, by.key, ...hypervisors, ...pty, ...addedTo(visor)]);
  const own = new Set([...by.observed.hypervisors, ...addedTo(by)]);
  const brought = [...own].filter((key) => !known.has(key)).map((key) => keyLabel(key, names));
  if (brought.length === 0) return undefined;
  const who =
    brought.length > NAMED_MAX ? counted(brought.length, "key") : brought.toSorted().join(", ");
  return `${who} would manage {it}, too`;
}

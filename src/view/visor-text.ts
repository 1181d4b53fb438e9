// One visor of a plan: its head, its changes and the remarks about it.
import { ageText, counted } from "../core/index.ts";
import {
  type Change,
  changesOf,
  type IgnoredLeaf,
  type PlanVisor,
  type Route,
} from "../model/index.ts";
import { changeRows } from "./change-text.ts";
import { ignoredNotes, ignoredWhat } from "./ignored-text.ts";
import type { Paint } from "./paint.ts";
import { lineText } from "./place-text.ts";
import { printable } from "./printable.ts";
import { doubtCells, leftText, unsupportedGroups } from "./remark-text.ts";
import { tableText } from "./table-text.ts";
import { type Names, shortKey } from "./value-text.ts";

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
      : `        ${paint("quiet", `${counted(visor.inSync, "owned leaf", "owned leaves")} in sync, hidden`)}\n`;
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
    ...(visor.ignored ?? []).map((leaf) => ignoredCells(leaf, names, paint)),
    ...(visor.leftOut ?? []).map((path) => [
      unknown,
      printable(path),
      "differs, left out",
      paint("quiet", "(not named by --only)"),
    ]),
    ...visor.awaitingRestart.map((leaf) => [
      waits,
      printable(leaf.path),
      AWAITING,
      paint("quiet", `(entry ${leaf.sinceEntry})`),
    ]),
    ...(visor.doubtful ?? []).map((leaf) => [unknown, ...doubtCells(leaf, paint)]),
    ...visor.released.map((leaf) => [
      leaf.trust ? `    ${paint("danger", "!")} ${paint("unknown", "?")}` : unknown,
      printable(leaf.path),
      `released, ${leftText(leaf, names)}`,
      paint("quiet", `(${printable(leaf.how)})`),
    ]),
  ];
}

/** A leaf that is left alone until a time, or was: what would be changed is said, too. */
function ignoredCells(leaf: IgnoredLeaf, names: Names, paint: Paint): string[] {
  const unknown = paint("unknown", "?");
  const glyph = leaf.ended ? `    ${paint("danger", "!")} ${unknown}` : `      ${unknown}`;
  return [
    glyph,
    printable(leaf.path),
    ignoredWhat(leaf, names),
    paint("quiet", `(${ignoredNotes(leaf)})`),
  ];
}

import type { Change, Risk } from "../model/index.ts";
import type { Paint } from "./paint.ts";
import { lineText } from "./place-text.ts";
import { printable } from "./printable.ts";
import { keyLabel, type Names, valueText } from "./value-text.ts";

/** Longer than any name: a whole key keeps its own row. */
const NAME_LENGTH_MAX = 63;
const NAMES_IN_A_ROW = 8;
const DANGER: readonly Risk[] = ["trust", "reachability", "app", "label"];
const GLYPHS: Readonly<Record<Change["op"], string>> = { add: "+", change: "~", remove: "-" };

/**
 * Changes of one visor as the rows of a table, most dangerous first: glyphs, path, what becomes of it, why and
 * when. Elements of one list that come or go alike and have names share a row.
 */
export function changeRows(
  changes: readonly Change[],
  names: Names,
  paint: Paint,
): readonly (readonly string[])[] {
  const rows: { readonly like: Change; readonly whats: string[] }[] = [];
  for (const change of changes.toSorted((left, right) => byDanger(left, right, names))) {
    const what = whatText(change, names);
    const last = rows.at(-1);
    const hasRoom = last !== undefined && last.whats.length < NAMES_IN_A_ROW;
    if (hasRoom && what.length <= NAME_LENGTH_MAX && joins(last.like, change))
      last.whats.push(what);
    else rows.push({ like: change, whats: [what] });
  }
  return rows.map(({ like, whats }) => {
    const danger = like.risk === "trust" ? paint("danger", "!") : " ";
    return [
      `    ${danger} ${paint(like.op, GLYPHS[like.op])}`,
      printable(like.path),
      paint(like.op, whats.join(", ")),
      paint("quiet", `(${notes(like).join("; ")})`),
    ];
  });
}

/** By danger, then step, path and element, so that equal plans read the same. */
function byDanger(left: Change, right: Change, names: Names): number {
  return (
    DANGER.indexOf(left.risk) - DANGER.indexOf(right.risk) ||
    left.step.localeCompare(right.step) ||
    (left.path < right.path ? -1 : left.path > right.path ? 1 : 0) ||
    left.op.localeCompare(right.op) ||
    elementLabel(left, names).localeCompare(elementLabel(right, names), "en", { numeric: true })
  );
}

function elementLabel(change: Change, names: Names): string {
  return change.element === undefined ? "" : keyLabel(change.element, names);
}

function joins(left: Change, right: Change): boolean {
  if (left.element === undefined || right.element === undefined) return false;
  return (
    left.path === right.path && left.op === right.op && notes(left).join() === notes(right).join()
  );
}

/** What becomes of the leaf: `old -> new`, a member that comes or goes, or what an app does. */
export function whatText(change: Change, names: Names): string {
  if (change.secrets !== undefined && change.secrets.length > 0) {
    return `secret, set from ${change.secrets.join(", ")}`;
  }
  if (change.element !== undefined) return valueText(change.element, names);
  if (change.action !== undefined) return change.action;
  if (change.op === "add" && change.before === null) return valueText(change.after, names);
  return `${valueText(change.before, names)} -> ${valueText(change.after, names)}`;
}

function notes(change: Change): string[] {
  const { reason } = change;
  const notes = [
    `${lineText(reason.place)}${reason.role === undefined ? "" : ` role ${reason.role}`}`,
  ];
  if (reason.note !== undefined) notes.push(printable(reason.note));
  if (change.drift !== undefined)
    notes.push(`changed by others since entry ${change.drift.sinceEntry}`);
  if (change.restart === "visor") notes.push("in force after the visor restarts");
  if (change.restart === "app" && change.action === undefined) {
    notes.push("in force when the app next starts");
  }
  if (change.lifetime === "memory" && change.action !== "restart")
    notes.push("lost when the visor restarts");
  if (change.step === "c") notes.push("last, after a fresh dial");
  return notes;
}

import type { Change, Risk } from "../model/index.ts";
import type { Paint } from "./paint.ts";
import { lineText } from "./place-text.ts";
import { printable } from "./printable.ts";
import { type Names, valueText } from "./value-text.ts";

const DANGER: readonly Risk[] = ["trust", "reachability", "app", "label"];
const GLYPHS: Readonly<Record<Change["op"], string>> = { add: "+", change: "~", remove: "-" };

/** Most dangerous first, then by path and element, so that equal plans read the same. */
export function byDanger(left: Change, right: Change): number {
  return (
    DANGER.indexOf(left.risk) - DANGER.indexOf(right.risk) ||
    left.step.localeCompare(right.step) ||
    (left.path < right.path ? -1 : left.path > right.path ? 1 : 0) ||
    (left.element ?? "").localeCompare(right.element ?? "")
  );
}

/** One change as the cells of a table: glyphs, path, what becomes of it, why and when. */
export function changeCells(change: Change, names: Names, paint: Paint): readonly string[] {
  const glyph = GLYPHS[change.op];
  const danger = change.risk === "trust" ? paint("danger", "!") : " ";
  return [
    `    ${danger} ${paint(change.op, glyph)}`,
    printable(change.path),
    paint(change.op, whatText(change, names)),
    paint("quiet", `(${notes(change).join("; ")})`),
  ];
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
  if (change.lifetime === "memory") notes.push("lost when the visor restarts");
  if (change.step === "c") notes.push("last, after a fresh dial");
  return notes;
}

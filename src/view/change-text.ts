// One change of a plan as a line: its sign, what was, what will be, and why; values and keys as they are shown.
import { compareNames, compareTexts, counted, type Json, type VisorKey } from "../core/index.ts";
import { type Change, type Risk, STEPS } from "../model/index.ts";
import { earliestEntry, withoutPlace } from "./alike.ts";
import { lineText, type Paint, printable } from "./text.ts";

// Values and keys as they are shown: short, with the names of keys.

const VALUE_LENGTH_MAX = 120;
const KEY = /^0[23][0-9a-f]{64}$/;

/** Looks up the short name of a key. */
export type Names = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

/** The first and last digits of a key, enough to tell the visors of one fleet apart. */
export function shortKey(key: string): string {
  return printable(key.length <= 16 ? key : `${key.slice(0, 8)}…${key.slice(-4)}`);
}

/** The name of a visor, or its whole key when it has none here. */
export function keyLabel(key: string, names: Names): string {
  return printable(nameOf(key, names) ?? key);
}

/** Name and shortened key, or the whole key. */
export function keyWithName(key: VisorKey | string, names: Names): string {
  const name = nameOf(key, names);
  return printable(name === undefined ? key : `${name} (${shortKey(key)})`);
}

/** A value on one line, as a person would write it in a manifest; `null` is absent. */
export function valueText(value: Json, names: Names = {}): string {
  return cut(printable(render(value, names)));
}

/** An element of a list, whole however long it is: what would be cut off could be what matters. */
function elementText(element: string, names: Names = {}): string {
  return printable(render(element, names));
}

function render(value: Json, names: Names): string {
  if (value === null) return "(none)";
  if (typeof value === "string") return textOf(value, names);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => render(item, names)).join(", ")}]`;
  const secret = value["secret"];
  if (typeof secret === "string" && Object.keys(value).length === 1) return `(from ${secret})`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${name}: ${render(member ?? null, names)}`).join(", ")}}`;
}

function textOf(text: string, names: Names): string {
  if (KEY.test(text)) return keyLabel(text, names);
  return /^[\w./:@%+()-]+$/.test(text) ? text : JSON.stringify(text);
}

function nameOf(key: string, names: Names): string | undefined {
  if (isMap(names)) return names.get(key);
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

function isMap(names: Names): names is ReadonlyMap<string, string> {
  return names instanceof Map;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function cut(text: string): string {
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}

// One change of a plan as a line: its sign, what was, what will be, and why.

/** Longer than any name: a whole key keeps its own row. */
const NAME_LENGTH_MAX = 63;
const NAMES_IN_A_ROW = 8;
/** `shop-2` before `shop-10`. */
const DANGER: readonly Risk[] = ["trust", "reachability", "app", "label"];
/** The sign of what becomes of a field. */
export const GLYPHS: Readonly<Record<Change["op"], string>> = {
  add: "+",
  change: "~",
  remove: "-",
};

/** One change with what is compared and joined again and again. */
interface Line {
  readonly change: Change;
  readonly label: string;
  readonly notes: string;
  /** What becomes of it where that is told in other words: such a row comes after those of its list. */
  readonly told: string | undefined;
}

/** Changes of one list that come or go alike, or one change. */
export interface ChangeGroup {
  /** The first of them; all have its path, operation and notes. */
  readonly change: Change;
  /** All of them. */
  readonly changes: readonly Change[];
  /** What becomes of the field, or of each element, on one line. */
  readonly what: string;
  /** Why and when, on one line. */
  readonly notes: string;
}

/** How changes are told where they stand for those of several visors. */
export interface ChangeWords {
  /** Why and when. */
  readonly notesOf?: (change: Change) => string;
  /** What becomes of it, where that is not what the change alone says; such a change keeps its own row. */
  readonly whatOf?: (change: Change) => string | undefined;
}

/** Changes of one visor, most dangerous first. Elements of one list that come or go alike and have names are one. */
export function changeGroups(
  changes: readonly Change[],
  names: Names,
  { notesOf = notesText, whatOf }: ChangeWords = {},
): readonly ChangeGroup[] {
  const lines = changes.map((change): Line => ({
    change,
    label: elementLabel(change, names),
    notes: notesOf(change),
    told: whatOf?.(change),
  }));
  const groups: { readonly like: Line; readonly changes: Change[]; readonly whats: string[] }[] =
    [];
  let isClosed = false;
  for (const line of lines.toSorted(byDanger)) {
    const { told } = line;
    const what = told ?? whatText(line.change, names);
    const last = groups.at(-1);
    const hasRoom = last !== undefined && !isClosed && last.whats.length < NAMES_IN_A_ROW;
    const isShort = told === undefined && what.length <= NAME_LENGTH_MAX;
    if (hasRoom && isShort && joins(last.like, line)) {
      last.whats.push(what);
      last.changes.push(line.change);
    } else groups.push({ like: line, changes: [line.change], whats: [what] });
    isClosed = told !== undefined;
  }
  return groups.map(({ like, changes: joined, whats }) => ({
    change: like.change,
    changes: joined,
    what: whats.join(", "),
    notes: like.notes,
  }));
}

/** Changes of one visor as the rows of a table: glyphs, path, what becomes of it, why and when. */
export function changeRows(
  changes: readonly Change[],
  names: Names,
  paint: Paint,
  words: ChangeWords = {},
): readonly (readonly string[])[] {
  return changeGroups(changes, names, words).map(({ change, what, notes: why }) => {
    const danger = change.risk === "trust" ? paint("danger", "!") : " ";
    return [
      `    ${danger} ${paint(change.op, GLYPHS[change.op])}`,
      printable(change.path),
      paint(change.op, what),
      paint("quiet", `(${why})`),
    ];
  });
}

/** The same text for changes of several visors that read alike, whichever line of the manifest wants each. */
export function changeLikeness(change: Change, names: Names): string {
  const { path, op, risk, element = "", reason } = change;
  const later = withoutPlace([...laterNotes(change), reason.note ?? ""].join("; "));
  return JSON.stringify([path, op, risk, change.step, element, whatText(change, names), later]);
}

/** The notes of changes that are alike: the lines that want them, and what all say. */
export function alikeNotes(changes: readonly Change[]): string {
  const reasons = [...new Set(changes.map(reasonText))];
  const others = reasons.length - 1;
  const [change] = changes;
  if (change === undefined) return "";
  const first = `${reasonText(change)}${others === 0 ? "" : ` and ${counted(others, "other line")}`}`;
  const rest = changes.map((each) => [...ownNote(each), ...laterNotes(each)].join("; "));
  return [first, earliestEntry(rest)].filter((text) => text !== "").join("; ");
}

/** By danger, then step, path and element, so that equal plans read the same. */
function byDanger(left: Line, right: Line): number {
  return (
    compareChanges(left.change, right.change) ||
    Number(left.told !== undefined) - Number(right.told !== undefined) ||
    compareNames(left.label, right.label)
  );
}

/** Orders changes by danger, then step, path and what becomes of it. */
export function compareChanges(one: Change, other: Change): number {
  return (
    DANGER.indexOf(one.risk) - DANGER.indexOf(other.risk) ||
    compareTexts(one.step, other.step) ||
    compareTexts(one.path, other.path) ||
    compareTexts(one.op, other.op)
  );
}

function joins(left: Line, right: Line): boolean {
  const [one, other] = [left.change, right.change];
  if (one.element === undefined || other.element === undefined) return false;
  return one.path === other.path && one.op === other.op && left.notes === right.notes;
}

function elementLabel(change: Change, names: Names): string {
  return change.element === undefined ? "" : keyLabel(change.element, names);
}

/** What becomes of the field: `old -> new`, a member that comes or goes, or what an app does. */
export function whatText(change: Change, names: Names): string {
  if (change.secrets !== undefined && change.secrets.length > 0) {
    return `secret, set from ${change.secrets.map(printable).join(", ")}`;
  }
  if (change.element !== undefined) return elementText(change.element, names);
  if (change.action !== undefined) return change.action;
  if (isShutAgain(change)) return "shut again";
  if (change.op === "add" && change.before === null) return valueText(change.after, names);
  return `${valueText(change.before, names)} -> ${valueText(change.after, names)}`;
}

/** A port that was shut until the visor restarts and is not any more: its field shows no difference. */
export function isShutAgain({ path, before, after }: Change): boolean {
  return /^ports\..*\.open$/.test(path) && before === false && after === false;
}

/** Why a change is wanted, and when it is in force. */
function notesText(change: Change): string {
  return [reasonText(change), ...ownNote(change), ...laterNotes(change)].join("; ");
}

function ownNote({ reason }: Change): string[] {
  return reason.note === undefined ? [] : [printable(reason.note)];
}

/** The line that wants a change, and the role that it is in. */
function reasonText({ reason }: Change): string {
  return printable(
    `${lineText(reason.place)}${reason.role === undefined ? "" : ` role ${reason.role}`}`,
  );
}

/** What else is to know of a change: whose it is, and when it is in force. */
function laterNotes(change: Change): string[] {
  const notes: string[] = [];
  if (change.drift !== undefined)
    notes.push(`changed by others since entry ${change.drift.sinceEntry}`);
  if (change.restart === "visor") notes.push("in force after the visor restarts");
  if (change.restart === "app" && change.action === undefined) {
    notes.push("in force when the app next starts");
  }
  if (change.lifetime === "memory" && change.action !== "restart")
    notes.push("lost when the visor restarts");
  if (change.step === STEPS.revoke) notes.push("last, after a fresh dial");
  return notes;
}

// What every report is written with: colours by meaning, outside text made safe for terminals and CI runners, lines that fit, tables, and places in the user's texts.
import { counted, type Place, seenLine, seenText } from "../core/index.ts";

// What every report is written with: colours by meaning, outside text made safe, lines that fit, tables, and places in the user's texts.

// What pieces of text mean, which a terminal may show in colours.

/** What a piece of text means; a terminal may show it in a colour, and never by colour alone. */
export type Style = "add" | "change" | "remove" | "danger" | "unknown" | "quiet" | "strong";

/** Gives text its look. */
export type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = {
  add: "32",
  change: "33",
  remove: "31",
  danger: "35",
  unknown: "36",
  quiet: "2",
  strong: "1",
};

/** Fields text as it is, for files, pipes and NO_COLOR. */
export const plainPaint: Paint = (_style, text) => text;

/** Wraps text in the escape codes that every colour terminal knows. */
export const ansiPaint: Paint = (style, text) =>
  text === "" ? "" : `\u001b[${CODES[style]}m${text}\u001b[${RESET}m`;

const RESET = "0";

/** Splits a painted text: what stands between, and in turn the codes of {@link ansiPaint}. */
const paintCodes: RegExp = new RegExp(
  `(\\u001b\\[(?:${[RESET, ...Object.values(CODES)].join("|")})m)`,
);

// Outside text made safe for a terminal: what nobody sees becomes visible.

/**
 * Makes outside text safe to print: what nobody sees, and marks that change how the rest is read, become visible
 * escapes, and the text becomes one line.
 */
export function printable(text: string): string {
  return seenLine(text);
}

/** Makes outside text of several lines safe to print, line by line; ends of lines stay, of either kind. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join("\n");
}

/**
 * The last look at a text before a screen gets it: whatever nobody sees in it is shown as an escape, but ends of
 * lines, tabs and, where text is painted, the codes of our own painter. Outside text of which a line could be forged
 * goes through {@link printable} before.
 */
export function screenText(text: string, isPainted: boolean): string {
  if (!isPainted) return seenText(text);
  return text
    .split(paintCodes)
    .map((part, index) => (index % 2 === 0 ? seenText(part) : part))
    .join("");
}

// Text for a screen of some width: lines break between words, never inside of one.

/** Further lines of one line stand this much deeper. */
const HANG = 4;
/** No screen is narrower; a width that is not known is often told as 0. */
const COLUMNS_MIN = 20;
/** A word, with the escape codes in it; what stands in quotes is one word, such as an element of a list. */
const WORD = /"(?:[^"\\]|\\.)*"[^\s"]*|\S+/g;
const ESCAPES = /\u001b\[[0-9;]*m/g;

/**
 * Breaks lines that are longer than `columns` between words. Further lines are indented deeper than the first. A word
 * that is longer than a line has a line of its own and is not broken: half a key is no key.
 */
export function fitText(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < COLUMNS_MIN) return text;
  return text
    .split("\n")
    .map((line) => fitLine(line, columns))
    .join("\n");
}

function fitLine(line: string, columns: number): string {
  if (lengthOf(line) <= columns) return line;
  const indent = /^ */.exec(line)?.[0] ?? "";
  const hang = " ".repeat(Math.min(indent.length + HANG, Math.floor(columns / 3)));
  const lines: string[] = [];
  let current = indent;
  let isFresh = true;
  let gapFrom = indent.length;
  for (const match of line.slice(indent.length).matchAll(WORD)) {
    const from = indent.length + match.index;
    const gap = isFresh ? "" : line.slice(gapFrom, from);
    const word = match[0];
    if (!isFresh && lengthOf(current + gap + word) > columns) {
      lines.push(current);
      current = hang + word;
    } else current += gap + word;
    isFresh = false;
    gapFrom = from + word.length;
  }
  return [...lines, current].join("\n");
}

/** Length without escape codes, which take no room on a screen. */
function lengthOf(text: string): number {
  return text.replace(ESCAPES, "").length;
}

// Tables of text: rows of cells in columns that line up.

/**
 * Columns of one table: rows of cells, padded so that each column is as wide as its widest cell. No cell has more
 * than one line, whatever stands in it.
 */
export function tableText(cells: readonly (readonly string[])[], gap: string = "  "): string {
  const rows = cells.map((row) => row.map((cell) => cell.replace(/[\n\t]/g, " ")));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
    });
  }
  return rows.map((row) => `${lineOf(row, widths, gap)}\n`).join("");
}

function lineOf(row: readonly string[], widths: readonly number[], gap: string): string {
  return row
    .map((cell, column) =>
      column === row.length - 1
        ? cell
        : cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))),
    )
    .join(gap)
    .trimEnd();
}

/** Length without escape codes, which take no room on a terminal. */
function visibleLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, "").length;
}

// Places in the user's texts, in forms that editors open.

/** `fleet.yaml:12`: enough to find a line. */
export function lineText(place: Place): string {
  return printable(place.line === 0 ? place.file : `${place.file}:${place.line}`);
}

/** `fleet.yaml:12:5`, the form that editors and terminals make a link of. */
export function placeText(place: Place): string {
  const at = place.line === 0 ? "" : `:${place.line}:${place.column}`;
  return printable(`${place.file}${at}`);
}

// What a summary says only where there is something to say.

/** `, 3 unsupported` when there are any, else nothing; `one` and `many` where the words go by the number. */
export function whenAny(count: number, one: string, many: string = one): string {
  return count === 0 ? "" : `, ${counted(count, one, many)}`;
}

// Text for the log of a CI runner, in which the runner finds no command.

/**
 * Text for the log of a CI runner. Runners carry out what stands in a log: GitHub a line that begins with `::`, and
 * it and Azure `##[` and `##vso[` anywhere. Both are shown as escapes.
 */
export function commandFree(text: string): string {
  return text.replaceAll("##", "#\\u0023").replace(/^(\s*):(?=:)/gm, "$1\\u003a");
}

/** A document as indented JSON with a line end, in which no runner finds a command either. */
export function commandFreeJson(document: unknown): string {
  // Two number signs stand in JSON only inside of a string.
  return `${JSON.stringify(document, null, 2).replaceAll("##", "#\\u0023")}\n`;
}

// A line of the user's text with a caret below the place that is meant.
import type { Diagnostic } from "../core/index.ts";
import { type Paint, printable } from "./text.ts";

/** Columns that a line and what stands before it may take. */
const COLUMNS = 100;
const CUT = "…";
/** Characters that a terminal shows two columns wide: East Asian ones (UAX 11, W and F) and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F000}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
/** Marks that only change the character before them. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\u200D]+$/u;

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** The line and its caret, each on a line of its own; nothing when there is no line to show. */
export function excerptText({ at, excerpt }: Diagnostic, paint: Paint): string {
  if (at === undefined || excerpt === undefined) return "";
  const { cells, caretAt } = cellsOf(excerpt.line, excerpt.caret);
  const number = String(at.line);
  const margin = `  ${" ".repeat(number.length)} | `;
  const { line, column } = cutAround(cells, caretAt, COLUMNS - margin.length);
  const head = paint("quiet", `  ${number} |`);
  const below = paint("quiet", margin.trimEnd());
  return `${head} ${line}\n${below} ${" ".repeat(column)}${paint("remove", "^")}\n`;
}

/** What a person sees as one character each, made safe to print. */
function cellsOf(line: string, caret: number): { cells: readonly Cell[]; caretAt: number } {
  const cells: Cell[] = [];
  let caretAt = -1;
  for (const { segment, index } of new Intl.Segmenter("en").segment(line)) {
    if (caretAt < 0 && index + segment.length > caret) caretAt = cells.length;
    const text = printable(segment);
    const width = NO_WIDTH.test(text)
      ? 0
      : WIDE.test(text)
        ? 2
        : text === segment
          ? 1
          : text.length;
    cells.push({ text, width });
  }
  return { cells, caretAt: caretAt < 0 ? cells.length : caretAt };
}

/** As many cells around the caret as fit, and the column of the caret among them. */
function cutAround(
  cells: readonly Cell[],
  caretAt: number,
  columns: number,
): { readonly line: string; readonly column: number } {
  const total = widthOf(cells);
  // The caret behind the last cell needs a column too.
  if (total + 1 <= columns)
    return { line: textOf(cells), column: widthOf(cells.slice(0, caretAt)) };
  const room = columns - 2 * CUT.length;
  let [from, to, used] = [caretAt, caretAt, 0];
  const canTake = (cell: Cell | undefined, limit: number): cell is Cell =>
    cell !== undefined && used + cell.width <= limit;
  for (let cell = cells[to]; canTake(cell, room / 2); cell = cells[to]) {
    used += cell.width;
    to += 1;
  }
  for (let cell = cells[from - 1]; canTake(cell, room); cell = cells[from - 1]) {
    used += cell.width;
    from -= 1;
  }
  for (let cell = cells[to]; canTake(cell, room); cell = cells[to]) {
    used += cell.width;
    to += 1;
  }
  const before = from > 0 ? CUT : "";
  const line = `${before}${textOf(cells.slice(from, to))}${to < cells.length ? CUT : ""}`;
  return { line, column: before.length + widthOf(cells.slice(from, caretAt)) };
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}

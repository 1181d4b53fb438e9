// Indenting the text of a manifest by two spaces a level.
import { lineStart } from "../edit/splice.ts";
import { makeSource, placeAt, type Source } from "../source.ts";
import { type EntryOutline, type MapOutline, type Outline, outlineOf } from "./outline.ts";

const STEP = 2;

/** A column where lines of a map or list begin, and the one where they shall. */
interface Column {
  readonly is: number;
  readonly wanted: number;
}

/** What becomes of one line. */
interface Shift {
  /** Columns to the right; to the left when negative. */
  readonly by: number;
  /** The columns of the maps and lists around the line, the outermost first. */
  readonly around: readonly Column[];
}

/**
 * Indents maps and lists in lines by two spaces a level. Lines of one value move together, and a comment moves with
 * the column it stands in.
 */
export function indentByTwo(text: string): string {
  const root = outlineOf(text);
  if (root === undefined || root.isFlow) return text;
  const shifts = new Shifts(makeSource(text, ""));
  shifts.takeMap(root, [], 0);
  const lines = text.split("\n");
  const moves = shifts.of(lines);
  return lines.map((line, index) => shifted(line, moves[index] ?? 0)).join("\n");
}

function shifted(line: string, by: number): string {
  if (line === "" || by === 0) return line;
  if (by > 0) return " ".repeat(by) + line;
  const spaces = line.length - line.trimStart().length;
  return line.slice(Math.min(-by, spaces));
}

class Shifts {
  readonly #source: Source;
  readonly #byLine = new Map<number, Shift>();

  constructor(source: Source) {
    this.#source = source;
  }

  takeMap(map: MapOutline, outer: readonly Column[], wanted: number): void {
    for (const entry of map.entries) {
      const is = entry.keyFrom - lineStart(this.#source.text, entry.keyFrom);
      const around = [...outer, { is, wanted }];
      this.#take(entry.keyFrom, entry.keyTo, { by: wanted - is, around });
      this.#takeValue(entry, around, wanted);
    }
  }

  /** How far each line moves: what holds a value is known, comments go by the lines around them. */
  of(lines: readonly string[]): readonly number[] {
    const below = this.#nearest(lines.length, "below");
    const above = this.#nearest(lines.length, "above");
    return lines.map((line, index) => {
      const known = this.#byLine.get(index);
      if (known !== undefined) return known.by;
      const is = line.length - line.trimStart().length;
      const columns = [below[index] ?? [], above[index] ?? []].flat();
      const column = columns.find((one) => one.is === is) ?? columns.findLast((one) => one.is < is);
      return column === undefined ? 0 : column.wanted - column.is;
    });
  }

  #takeValue({ value }: EntryOutline, around: readonly Column[], key: number): void {
    if (value.kind === "map" && !value.isFlow) {
      this.takeMap(value, around, key + STEP);
      return;
    }
    const [{ is, wanted } = { is: 0, wanted: 0 }] = around.slice(-1);
    if (value.kind !== "list" || value.isFlow) {
      this.#take(value.from, value.to, { by: wanted - is, around });
      return;
    }
    const dash = value.from - lineStart(this.#source.text, value.from);
    const column = { is: dash, wanted: key + STEP };
    const shift = { by: column.wanted - dash, around: [...around, column] };
    for (const { from, to } of value.items) this.#take(from, to, shift);
    this.#take(value.from, value.from + 1, shift);
  }

  /** The lines from one offset to another; what an earlier value said of a line stays. */
  #take(from: number, to: number, shift: Shift): void {
    const first = placeAt(this.#source, from).line - 1;
    const last = placeAt(this.#source, Math.max(from, to - 1)).line - 1;
    for (let line = first; line <= last; line += 1) {
      if (!this.#byLine.has(line)) this.#byLine.set(line, shift);
    }
  }

  /** For each line the columns around the nearest line of a value, looking down or up. */
  #nearest(count: number, side: "above" | "below"): readonly (readonly Column[])[] {
    const found: (readonly Column[])[] = [];
    let around: readonly Column[] = [];
    for (let step = 0; step < count; step += 1) {
      const line = side === "above" ? step : count - 1 - step;
      around = this.#byLine.get(line)?.around ?? around;
      found[line] = around;
    }
    return found;
  }
}

/** Numbers of the lines, from 0, whose ends are text of a value. */
export function linesOfText(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  if (!/[|>]/.test(text)) return lines;
  const source = makeSource(text, "");
  const take = (value: Outline): void => {
    if (value.kind === "map") for (const entry of value.entries) take(entry.value);
    if (value.kind !== "scalar" || !value.isBlock) return;
    const head = placeAt(source, value.from).line - 1;
    const last = placeAt(source, Math.max(value.from, value.to - 1)).line - 1;
    for (let line = head + 1; line <= last; line += 1) lines.add(line);
  };
  const root = outlineOf(text);
  if (root !== undefined) take(root);
  return lines;
}

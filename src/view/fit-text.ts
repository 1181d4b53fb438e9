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

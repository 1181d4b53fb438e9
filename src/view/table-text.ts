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

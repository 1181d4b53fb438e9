// Lines cut to a length that a report allows.

/** Cuts a line to `lengthMax` UTF-16 units, never inside a character; what is cut ends with an ellipsis. */
export function cutLine(line: string, lengthMax: number): string {
  if (line.length <= lengthMax) return line;
  const kept = line.slice(0, lengthMax - 1);
  const isSplit = /[\ud800-\udbff]$/.test(kept);
  return `${isSplit ? kept.slice(0, -1) : kept}…`;
}

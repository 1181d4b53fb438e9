// Counts in sentences.

/** `1 visor`, `2 visors`: a count with its noun, and with the verb where that goes by the number. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * The first `most` of some texts and how many more there are: `a, b and 3 more`, with a noun `a, b and 3 more visors`.
 */
export function someOf(texts: readonly string[], most: number, noun?: string): string {
  const shown = texts.slice(0, most).join(", ");
  const left = texts.length - most;
  if (left <= 0) return shown;
  return `${shown} and ${noun === undefined ? `${left} more` : counted(left, `more ${noun}`)}`;
}

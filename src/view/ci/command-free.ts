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

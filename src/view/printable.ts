// Outside text made safe for a terminal: what nobody sees becomes visible.
import { seenLine, seenText } from "../core/index.ts";
import { paintCodes } from "./paint.ts";

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

import { printable } from "../printable.ts";

/** What a reader cannot see, or what changes how the rest is read: marks, odd spaces, halves of characters. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Nearly every text: there is nothing to look for in it. */
const ORDINARY = /^[ -~]*$/;

/**
 * Outside text as one line in which everything can be seen: control and zero-width characters, marks of
 * direction and odd spaces are shown as escapes.
 */
export function plainLine(text: string): string {
  if (ORDINARY.test(text)) return text;
  return printable(text).replace(UNSEEN, escapeOf);
}

/** Cuts a line to `lengthMax` UTF-16 units, never inside a character; what is cut ends with an ellipsis. */
export function cutLine(line: string, lengthMax: number): string {
  if (line.length <= lengthMax) return line;
  const kept = line.slice(0, lengthMax - 1);
  const isSplit = /[\ud800-\udbff]$/.test(kept);
  return `${isSplit ? kept.slice(0, -1) : kept}…`;
}

/** One character as the escape that stands for it. */
export function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).padStart(4, "0");
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}

// Control characters, and the marks that reorder text, let a stranger's words pass for ours.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Makes outside text safe to print: control characters and marks that change the direction of writing
 * become visible escapes, and the text becomes one line.
 */
export function printable(text: string): string {
  return text.replace(/[\n\t]/g, " ").replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

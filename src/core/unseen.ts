// Characters that nobody sees, or that change how the rest is read: the one list of them.

/**
 * Control and format characters (marks of direction and of no width among them), separators of lines, halves of
 * characters, what is no character, and what a font may leave out.
 */
const UNSEEN =
  "\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}";
/** What has a look of its own on some machines only, and blanks that are no blank to a shell. */
const ODD = "\\p{Co}";
const ODD_BLANK = "(?! )\\p{Zs}";

/** What joins two emoji into one, or gives one its colours, is seen: the emoji would look otherwise without it. */
const OF_AN_EMOJI =
  "(?<=\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?)\\u200D(?=\\p{Extended_Pictographic})|(?<=\\p{Extended_Pictographic})\\uFE0F";

const UNSEEN_ANYWHERE = new RegExp(`(?!${OF_AN_EMOJI})[${UNSEEN}]`, "gu");
const UNSEEN_OR_ODD = new RegExp(`(?!${OF_AN_EMOJI})[${UNSEEN}${ODD}]|${ODD_BLANK}`, "gu");
const HAS_UNSEEN = new RegExp(`(?!${OF_AN_EMOJI})[${UNSEEN}]`, "u");

/** Nearly every text: there is nothing to look for in it. */
const ORDINARY = /^[ -~]*$/;
/** The same with the ends of lines. */
const ORDINARY_LINES = /^[ -~\n]*$/;

/** True for a text with a character that a reader cannot see, or that changes how others are read. */
export function hasUnseen(text: string): boolean {
  return !ORDINARY.test(text) && HAS_UNSEEN.test(text);
}

/**
 * A text as one line in which everything can be seen: ends of lines and tabs become blanks, all else that is unseen,
 * and odd blanks, escapes.
 */
export function seenLine(text: string): string {
  if (ORDINARY.test(text)) return text;
  return text.replace(/[\n\t]/g, " ").replace(UNSEEN_OR_ODD, escapeOf);
}

/**
 * A text of several lines in which everything can be seen but ends of lines and tabs. The escapes are those of JSON:
 * a document that was printed as JSON says the same as before.
 */
export function seenText(text: string): string {
  if (ORDINARY_LINES.test(text)) return text;
  return text.replace(UNSEEN_ANYWHERE, (character) =>
    character === "\n" || character === "\t" ? character : unitsOf(character),
  );
}

/** One character as the escape that stands for it. */
export function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).padStart(4, "0");
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}

function unitsOf(character: string): string {
  return character
    .split("")
    .map((unit) => escapeOf(unit))
    .join("");
}

// Small words that every room uses: the order of texts, counts in sentences, members that may be missing, answers that are kept, and characters that nobody sees.

// Small words that every room uses: the order of texts, counts in sentences, members that may be missing.

// How texts are put in order: by their characters where a document must always come out the same, by their numbers
// where a person reads names.

/** Orders texts by their UTF-16 units: the same on every machine. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

let collator: Intl.Collator | undefined;

/** Orders names as people read them: `shop-2` before `shop-10`. */
export function compareNames(left: string, right: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(left, right);
}

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

// One word for documents whose members may be missing: under exactOptionalPropertyTypes a member that is
// undefined is another thing than no member at all.

/** The members of `T` that are never undefined, and as optional ones those that may be. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The members that are not undefined, in their order, as a fresh object: `{ a, ...defined({ b, c }) }`. */
export function defined<const T extends object>(members: T): Defined<T>;
export function defined(members: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const key in members) if (members[key] !== undefined) kept[key] = members[key];
  return kept;
}

/**
 * A pure function of a text that keeps its answers, for texts that come again and again; where it has `max` of them it
 * begins anew.
 */
export function remembering<Text extends string, T>(
  max: number,
  answer: (text: Text) => T,
): (text: Text) => T {
  const kept = new Map<Text, T>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined || kept.has(text)) return known as T;
    const fresh = answer(text);
    if (kept.size >= max) kept.clear();
    kept.set(text, fresh);
    return fresh;
  };
}

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

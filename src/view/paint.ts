// What pieces of text mean, which a terminal may show in colours.

/** What a piece of text means; a terminal may show it in a colour, and never by colour alone. */
export type Style = "add" | "change" | "remove" | "danger" | "unknown" | "quiet" | "strong";

/** Gives text its look. */
export type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = {
  add: "32",
  change: "33",
  remove: "31",
  danger: "35",
  unknown: "36",
  quiet: "2",
  strong: "1",
};

/** Leaves text as it is, for files, pipes and NO_COLOR. */
export const plainPaint: Paint = (_style, text) => text;

/** Wraps text in the escape codes that every colour terminal knows. */
export const ansiPaint: Paint = (style, text) =>
  text === "" ? "" : `\u001b[${CODES[style]}m${text}\u001b[${RESET}m`;

const RESET = "0";

/** Splits a painted text: what stands between, and in turn the codes of {@link ansiPaint}. */
export const paintCodes: RegExp = new RegExp(
  `(\\u001b\\[(?:${[RESET, ...Object.values(CODES)].join("|")})m)`,
);

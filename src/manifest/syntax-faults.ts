// Mistakes of YAML in our words.
import type { ErrorCode } from "yaml";
import type { Diagnostic } from "../core/index.ts";

/** A mistake in our words, and what to do about it. */
export type SyntaxFault = Pick<Diagnostic, "code" | "message" | "next">;

/** A bracket without its end. */
export const UNCLOSED_BRACKET: SyntaxFault = {
  code: "manifest/syntax",
  message: "this bracket is not closed where it should be, or what is in it is not indented",
  next: "close the bracket with its other half, or indent the lines in it",
};

/** A bracket's end without its beginning. */
export const SURPLUS_BRACKET: SyntaxFault = {
  code: "manifest/syntax",
  message: "this bracket closes nothing",
  next: "take it away, or open it where what it closes begins",
};

/** `log_level: debug: x`, and `{ a: 1; b: 2 }`. */
export const COLON_IN_VALUE: SyntaxFault = {
  code: "manifest/syntax",
  message: "a colon and a space stand inside this value",
  next: "put the value in quotes, or a comma in front of the next entry",
};

/** `- laptop: …` in front of `desk: …`. */
export const DASH_IN_MAP: SyntaxFault = {
  code: "manifest/syntax",
  message: "this dash makes a list, and what follows is a map",
  next: "take the dash away, or write one in front of each entry where a list belongs",
};

/** A quote without its end. */
export const UNCLOSED_QUOTE: SyntaxFault = {
  code: "manifest/syntax",
  message: "this quote is not closed, so all that follows is taken for one text",
  next: "close the quote at the end of the text, on the same line",
};

/** A name, a colon and, without a space, its value; no address. */
export const GLUED: RegExp = /^[A-Za-z][\w.-]*:(?=[^\s/:])/;

/** `log_level:debug`. */
export const MISSING_SPACE: SyntaxFault = {
  code: "manifest/syntax",
  message: "a space is missing behind the colon: without it name and value are one word",
  next: "write a space behind the colon",
};

/** A line that is too deep or not deep enough. */
export const WRONG_INDENT: SyntaxFault = {
  code: "manifest/syntax",
  message: "this line is indented in a way that belongs to nothing above it",
  next: "give lines of one map the same number of leading spaces",
};

/** `roles: x` with a map below it. */
export const VALUE_ABOVE_MAP: SyntaxFault = {
  code: "manifest/syntax",
  message: "a value stands here, and the lines below belong to the same key",
  next: "take the value away, or the lines below it",
};

const FLOW: SyntaxFault = {
  code: "manifest/syntax",
  message: "a bracket, brace, quote, comma or colon is missing, or one is too many",
  next: "compare opening and closing brackets and quotes of this line and the one before",
};

/**
 * Our words for the faults that YAML itself has. The library's own messages quote the text,
 * which may hold a secret, so they are never shown.
 */
const FAULTS: Partial<Record<ErrorCode, SyntaxFault>> = {
  TAB_AS_INDENT: {
    code: "manifest/tab",
    message: "YAML is indented with spaces, this line with a tab",
    next: "replace every tab at the beginning of a line by two spaces",
  },
  MULTIPLE_DOCS: {
    code: "manifest/second-document",
    message: "a second YAML document begins here, a manifest is one document",
    next: "remove the line with --- and join both parts into one map",
  },
  BAD_ALIAS: {
    code: "manifest/alias",
    message: "a manifest has no YAML anchors and aliases",
    next: "put what is shared into a role or a named whitelist and use its name; put a text that begins with * in quotes",
  },
  ALIAS_PROPS: {
    code: "manifest/alias",
    message: "a manifest has no YAML anchors and aliases",
    next: "put what is shared into a role or a named whitelist and use its name",
  },
  MULTIPLE_ANCHORS: {
    code: "manifest/alias",
    message: "a manifest has no YAML anchors and aliases",
    next: "put what is shared into a role or a named whitelist and use its name",
  },
  TAG_RESOLVE_FAILED: {
    code: "manifest/tag",
    message: "a manifest has no YAML tags: a word that begins with ! must stand in quotes",
    next: 'write it in quotes, such as "!shop-1"',
  },
  BAD_DIRECTIVE: {
    code: "manifest/syntax",
    message: "a line that begins with % is a YAML directive, which a manifest does not have",
    next: "remove the line",
  },
  BAD_DQ_ESCAPE: {
    code: "manifest/syntax",
    message: "a backslash inside double quotes begins an escape that does not exist",
    next: "write the text in single quotes, or double the backslash",
  },
  BAD_SCALAR_START: {
    code: "manifest/syntax",
    message: "a text cannot begin with this character unless it stands in quotes",
    next: "put the text in quotes",
  },
  BAD_INDENT: WRONG_INDENT,
  BLOCK_IN_FLOW: WRONG_INDENT,
  BLOCK_AS_IMPLICIT_KEY: WRONG_INDENT,
  MULTILINE_IMPLICIT_KEY: {
    code: "manifest/syntax",
    message: "a key is not followed by a colon on its own line",
    next: "write a colon and a space behind the key",
  },
  RESOURCE_EXHAUSTION: {
    code: "manifest/too-deep",
    message: "this file nests lists and maps far deeper than a manifest does",
    next: "check that this is the manifest",
  },
  MISSING_CHAR: FLOW,
  UNEXPECTED_TOKEN: FLOW,
};

/** What a syntax error of the YAML library means for a manifest. */
export function syntaxFault(code: ErrorCode): SyntaxFault {
  return FAULTS[code] ?? FLOW;
}

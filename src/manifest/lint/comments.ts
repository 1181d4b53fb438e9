// The comments of a manifest, and where they stand.
import { Lexer } from "yaml";
import { placeAt, type Source } from "../source.ts";

/** A comment with its number sign, up to the end of its line. */
export interface Comment {
  readonly text: string;
  readonly offset: number;
  /** Counts from 1. */
  readonly line: number;
  /** Nothing else stands on its line. */
  readonly isAlone: boolean;
}

/** What the lexer says between the parts of a text; these stand for no letters. */
const MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001F"]);
const SCALAR_MARK = "\u001F";

/** The comments of a text, in order. */
export function commentsOf(source: Source): readonly Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  let before = "";
  for (const part of new Lexer().lex(source.text)) {
    if (part.startsWith("#") && before !== SCALAR_MARK) {
      const { line, column } = placeAt(source, offset);
      const isAlone = /^\s*$/.test(source.text.slice(offset - column + 1, offset));
      comments.push({ text: part, offset, line, isAlone });
    }
    if (!MARKS.has(part)) offset += part.length;
    before = part;
  }
  return comments;
}

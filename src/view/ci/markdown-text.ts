// Outside text in Markdown, so that no renderer makes anything of it.
import { cutLine } from "./cut-line.ts";
import { escapeOf } from "../../core/index.ts";
import { printable } from "../text.ts";

const SPAN_LENGTH_MAX = 200;
const LINE_LENGTH_MAX = 800;
const PROSE_LENGTH_MAX = 600;

/**
 * A word that no renderer makes anything of: letters, or a small number, with a mark at its end. Mentions, links to
 * issues and commits, addresses, emphasis and entities all need something else.
 */
const HARMLESS_WORD = /^\(?(?:[A-Za-z]+(?:'[a-z]+)?|\d{1,5}%?)\)?[,;.:]?$/;

/**
 * Outside text as a code span: renderers link and mention nothing in one. The marks that could end it, or the table
 * cell or the HTML around it, are shown as escapes.
 */
export function codeSpan(text: string, lengthMax: number = SPAN_LENGTH_MAX): string {
  const line = markdownLine(text, lengthMax);
  return `\`${line.trim() === "" ? "(empty)" : line}\``;
}

/** Outside text as one line of a fenced code block. */
export function codeLine(text: string): string {
  return markdownLine(text, LINE_LENGTH_MAX);
}

/** Outside text as code inside of HTML, where Markdown is not read. */
export function htmlCode(text: string): string {
  const line = markdownLine(text, SPAN_LENGTH_MAX);
  return `<code>${line.replaceAll("&", "&amp;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")}</code>`;
}

/** A sentence with outside words in it: plain words stay as they are, all others become code spans. */
export function prose(text: string): string {
  const parts: { readonly isHarmless: boolean; readonly words: string[] }[] = [];
  for (const word of markdownLine(text, PROSE_LENGTH_MAX).split(/ +/)) {
    const isHarmless = HARMLESS_WORD.test(word);
    const last = parts.at(-1);
    if (last?.isHarmless === isHarmless) last.words.push(word);
    else if (word !== "") parts.push({ isHarmless, words: [word] });
  }
  return parts
    .map(({ isHarmless, words }) => (isHarmless ? words.join(" ") : `\`${words.join(" ")}\``))
    .join(" ");
}

/** True when a code span shows a text exactly as it is. */
export function showsExactly(text: string): boolean {
  return markdownLine(text, Number.MAX_SAFE_INTEGER) === text;
}

/** One line without the marks that structure is made of; two number signs are a command to some CI runners. */
function markdownLine(text: string, lengthMax: number): string {
  return cutLine(printable(text).replace(/[`<|]|(?<=#)#|(?<=^\s*):(?=:)/g, escapeOf), lengthMax);
}

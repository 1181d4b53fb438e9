// Texts and lists as YAML.
import { seenLine } from "../core/index.ts";

const PLAIN = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;
const COMMENT_WIDTH = 96;

/** A text as YAML: plain where every reader takes it for text, in double quotes otherwise. */
export function yamlText(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}

/** A list as YAML on one line. */
export function yamlList(items: readonly string[]): string {
  return `[${items.map(yamlText).join(", ")}]`;
}

/** Free text as one comment that cannot end early. */
export function commentText(text: string): string {
  return seenLine(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")).slice(0, 300);
}

/** A sentence as comment lines that are not too wide to read. */
export function commentLines(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of commentText(text).split(" ")) {
    if (line !== "" && indent.length + line.length + word.length + 3 > COMMENT_WIDTH) {
      lines.push(`${indent}# ${line}`);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, `${indent}# ${line}`];
}

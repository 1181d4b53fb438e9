// Formatting the text of a manifest without changing what it means.
import { canonicalJson } from "../../core/index.ts";
import { makeSource, placeAt, treeToJson } from "../source.ts";
import { parseTree } from "../parse-tree.ts";
import { arrangeKeys } from "./arrange-keys.ts";
import { indentByTwo, linesOfText } from "./indent.ts";
import { type Outline, outlineOf } from "./outline.ts";

/**
 * Formats the text of a manifest: keys in the order of its schema, two spaces a level, no blanks at the ends of lines,
 * one line break at the end. Comments stay with what they stand above, beside or behind; names that people chose,
 * lists, settings, quotes and braces stay as they are. Formatting twice is formatting once. A text that is no manifest
 * comes back as it is, and so does one that would say something else.
 */
export function formatManifest(text: string): string {
  const before = saidBy(text);
  if (before === undefined) return text;
  const trimmed = trimLines(text.replaceAll("\r\n", "\n"));
  const formatted = arrangeKeys(indentByTwo(trimmed));
  return saidBy(formatted) === before ? formatted : text;
}

/** Why a text keeps its form, or a part of it. */
export interface KeptForm {
  /** The line of a key behind a question mark: the map that it is in is left alone; absent where all of it is. */
  readonly line?: number;
}

/** What {@link formatManifest} gives up at a text that is a manifest; `undefined` where that is nothing. */
export function keptForm(text: string): KeptForm | undefined {
  const before = saidBy(text);
  if (before === undefined) return undefined;
  const root = outlineOf(text);
  const offset = root === undefined ? undefined : explicitKey(text, root);
  if (offset !== undefined) return { line: placeAt(makeSource(text, ""), offset).line };
  const formatted = arrangeKeys(indentByTwo(trimLines(text.replaceAll("\r\n", "\n"))));
  return saidBy(formatted) === before ? undefined : {};
}

function explicitKey(text: string, outline: Outline): number | undefined {
  if (outline.kind !== "map") return undefined;
  for (const { keyFrom, value } of outline.entries) {
    if (/(?:^|[\s{,])\?\s+$/.test(text.slice(0, keyFrom))) return keyFrom;
    const inside = explicitKey(text, value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** What a text says, whatever the order of its keys; `undefined` when it is no YAML that a manifest can be. */
function saidBy(text: string): string | undefined {
  const { tree, diagnostics } = parseTree(makeSource(text, ""));
  if (tree === undefined || tree.kind !== "map" || diagnostics.length > 0) return undefined;
  return canonicalJson(treeToJson(tree));
}

function trimLines(text: string): string {
  const kept = linesOfText(text);
  const lines = text.split("\n").map((line, index) => {
    // Behind a backslash a blank is text that double quotes escape.
    const isText = kept.has(index) || /\\[ \t]+$/.test(line);
    return isText ? line : line.trimEnd();
  });
  return `${lines.join("\n").replace(/\n+$/, "")}\n`;
}

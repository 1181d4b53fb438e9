// The text of a manifest with its lines indexed, and as a tree in which every part knows where it is written.
import { type Diagnostic, fromUtf8, type Json, type Place } from "../core/index.ts";
import { MANIFEST_BYTES_MAX } from "../model/index.ts";

// The text of a manifest with its lines indexed.

const CONFLICT_MARKER = /^(<{7}|={7}|>{7}|\|{7})(?=\s|$)/;
const KEY_SHOWN_MAX = 80;
const LEADING_NAME = /^[\w.-]+(?=["']?\s*:)/;

/** The text of a manifest with its lines indexed, so that an offset can be told as a place. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

/** Indexes the lines of a text. */
export function makeSource(text: string, file: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  return { file, text, lineStarts };
}

/** The line and column of an offset, both counted from 1. */
export function placeAt(source: Source, offset: number): Place {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return {
    file: source.file,
    line: low + 1,
    column: offset - (source.lineStarts[low] ?? 0) + 1,
  };
}

/**
 * What may be shown of a line that is no YAML: the name it begins with. The rest could be a secret,
 * and in a broken text nothing tells which part is one.
 */
export function leadingName(source: Source, line: number): string | undefined {
  const start = source.lineStarts[line - 1] ?? 0;
  const end = source.lineStarts[line] ?? source.text.length;
  return LEADING_NAME.exec(source.text.slice(start, end).trim())?.[0];
}

/**
 * What may be shown of a key. No key of a manifest has other letters; behind the first one, a secret
 * may follow whose colon was forgotten.
 */
export function shownKey(key: string): string {
  return /^[\w.-]*/.exec(key)?.[0].slice(0, KEY_SHOWN_MAX) ?? "";
}

/** Bytes to text, or why they are no text that a manifest can be. */
export function decodeManifest(
  bytes: Uint8Array,
  file: string,
): { readonly text: string } | { readonly diagnostic: Diagnostic } {
  const at: Place = { file, line: 1, column: 1 };
  const large = checkSize(bytes.length, file);
  if (large !== undefined) return { diagnostic: large };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return {
      diagnostic: {
        code: "manifest/encoding",
        severity: "error",
        message: "this file is UTF-16, a manifest is UTF-8",
        at,
        next: "save it again as UTF-8 without a byte order mark",
      },
    };
  }
  try {
    return { text: fromUtf8Kept(bytes) };
  } catch {
    return {
      diagnostic: {
        code: "manifest/encoding",
        severity: "error",
        message: "this file is not UTF-8 text",
        at,
        next: "save it again as UTF-8",
      },
    };
  }
}

/** A byte order mark is text here, so that it is refused in one place only. */
function fromUtf8Kept(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? `\uFEFF${fromUtf8(bytes.subarray(3))}` : fromUtf8(bytes);
}

/** Refuses a text that is too large to be a manifest. */
function checkSize(sizeBytes: number, file: string): Diagnostic | undefined {
  if (sizeBytes <= MANIFEST_BYTES_MAX) return undefined;
  const limitMiB = MANIFEST_BYTES_MAX / (1024 * 1024);
  return {
    code: "manifest/too-large",
    severity: "error",
    message: `this file has ${(sizeBytes / (1024 * 1024)).toFixed(1)} MiB, a manifest has at most ${limitMiB} MiB`,
    at: { file, line: 1, column: 1 },
    next: "check that this is the manifest; move what visors have in common into roles",
  };
}

/** Finds what makes every further message about a text useless. */
export function checkText(source: Source): readonly Diagnostic[] {
  const { text, file } = source;
  const diagnostics: Diagnostic[] = [];
  const large = checkSize(text.length, file);
  if (large !== undefined) return [large];
  if (text.startsWith("\uFEFF")) {
    diagnostics.push({
      code: "manifest/byte-order-mark",
      severity: "error",
      message: "the file begins with an invisible byte order mark",
      at: { file, line: 1, column: 1 },
      text: "U+FEFF",
      next: "save it as UTF-8 without a byte order mark (BOM)",
    });
  }
  const control = findControl(text);
  if (control !== -1) {
    diagnostics.push({
      code: "manifest/control-character",
      severity: "error",
      message: "a control character has no meaning in a manifest",
      at: placeAt(source, control),
      text: `U+${text.charCodeAt(control).toString(16).toUpperCase().padStart(4, "0")}`,
      next: "remove it",
    });
  }
  checkLines(source, diagnostics);
  return diagnostics;
}

function findControl(text: string): number {
  return text.search(/[^\P{Cc}\t\n\r]|\r(?!\n)/u);
}

function checkLines(source: Source, diagnostics: Diagnostic[]): void {
  const { text, lineStarts } = source;
  let tabbed = false;
  for (const [index, start] of lineStarts.entries()) {
    const first = text.charCodeAt(start);
    if (first === TAB || first === SPACE) {
      const column = tabInIndent(text, start);
      if (column !== -1 && !tabbed) {
        tabbed = true;
        diagnostics.push(tabDiagnostic(source, start + column));
      }
    } else if (first === 0x3c || first === 0x3d || first === 0x3e || first === 0x7c) {
      const marker = CONFLICT_MARKER.exec(text.slice(start, start + 8))?.[1];
      if (marker !== undefined) {
        diagnostics.push({
          code: "manifest/merge-conflict",
          severity: "error",
          message: "a merge of two versions of this file was not finished",
          at: { file: source.file, line: index + 1, column: 1 },
          text: marker,
          next: "choose one version of the lines between the markers, then delete the markers",
        });
      }
    }
  }
}

const TAB = 0x09;
const SPACE = 0x20;

function tabInIndent(text: string, start: number): number {
  for (let at = start; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === TAB) return at - start;
    if (code !== SPACE) return -1;
  }
}

function tabDiagnostic(source: Source, offset: number): Diagnostic {
  return {
    code: "manifest/tab",
    severity: "error",
    message: "YAML is indented with spaces, this line with a tab",
    at: placeAt(source, offset),
    text: "\\t",
    next: "replace every tab at the beginning of a line by two spaces",
  };
}

// A manifest's YAML as a tree in which every node knows where it is written.

/** One node of a manifest's YAML, with the offset at which it is written. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Text, a number, true, false or nothing. `text` is what was written, without quotes. */
export interface ScalarTree {
  readonly kind: "scalar";
  readonly text: string;
  readonly value: string | number | boolean | null;
  readonly offset: number;
  /** The quote it stands in. */
  readonly quote?: '"' | "'";
}

/** A list. */
export interface ListTree {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly offset: number;
}

/** A map; of keys written twice the first counts. */
export interface MapTree {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly offset: number;
}

/** One key of a map with its value. */
export interface Entry {
  readonly key: string;
  readonly offset: number;
  readonly value: Tree;
}

/** Digits of a whole number that JavaScript holds exactly whatever they are. */
const WHOLE_NUMBER = /^-?(0|[1-9][0-9]{0,14})$/;
const FRACTION = /^-?(0|[1-9][0-9]{0,8})\.[0-9]{1,6}$/;

/** What stands where nothing is written. */
export function nothingAt(offset: number): ScalarTree {
  return { kind: "scalar", text: "", value: null, offset };
}

/** What a text would be without its quotes. */
export function unquoted(text: string): string | number | boolean | null {
  return plainValue(text, true);
}

/** What a word stands for: a plain one may be a number, true, false or nothing; a quoted one is text. */
export function plainValue(text: string, plain: boolean): string | number | boolean | null {
  if (!plain) return text;
  if (text === "true" || text === "True" || text === "TRUE") return true;
  if (text === "false" || text === "False" || text === "FALSE") return false;
  if (text === "" || text === "~" || /^null$/i.test(text)) return null;
  return WHOLE_NUMBER.test(text) || FRACTION.test(text) ? Number(text) : text;
}

/** The tree as plain data, for the schema. Maps have no prototype, so that any key is only a key. */
export function treeToJson(tree: Tree): Json {
  switch (tree.kind) {
    case "scalar":
      return tree.value;
    case "list":
      return tree.items.map((item) => treeToJson(item));
    case "map": {
      const record: Record<string, Json> = Object.create(null) as Record<string, Json>;
      for (const entry of tree.entries.values()) record[entry.key] = treeToJson(entry.value);
      return record;
    }
  }
}

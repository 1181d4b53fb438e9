// Parsing a manifest that differs little from one that was parsed before.
import type { Entry, MapTree, Source, Tree } from "./source.ts";
import { type ParsedTree, parseTree } from "./parse-tree.ts";

/** A larger manifest is not remembered: for the rest of the command its tree would be held beside what it comes to. */
const REMEMBERED_CHARACTERS_MAX = 1_000_000;
const SECTION = "\nvisors:\n";
/** A line at the left edge that begins a section, and so ends the one before. */
const NEXT_SECTION = /^[A-Za-z]\w*:(?= |$)/;
const NAME = /^[A-Za-z][A-Za-z0-9_-]*(?=:(?: |$))/;

/** A visor as it is written: all lines from its name to the next name or section. */
interface Piece {
  readonly name: string;
  readonly begin: number;
  /** Behind the colon of the name. */
  readonly nameEnd: number;
  readonly lines: string;
}

/** What a visor's lines were read as, with the offset at which they began. */
interface Known {
  readonly begin: number;
  readonly value: MapTree;
}

/** The visors of the manifest that was read last, by their lines. */
let remembered: ReadonlyMap<string, Known> = new Map();

/**
 * Parses as {@link parseTree} does, and gives the same for every text. Visors that are written as in the manifest
 * that was read before are taken over from there: a command often reads two forms of one manifest, and the YAML is
 * most of the work.
 */
export function parseSimilarTree(source: Source): ParsedTree {
  if (source.text.length > REMEMBERED_CHARACTERS_MAX) {
    remembered = new Map();
    return parseTree(source);
  }
  const pieces = piecesOf(source.text);
  const known = pieces.filter((piece) => remembered.has(piece.lines));
  const parsed = (known.length > 0 ? parseRest(source, known) : undefined) ?? parseTree(source);
  if (parsed.tree !== undefined && parsed.diagnostics.length === 0) {
    remembered = new Map(knownOf(pieces, parsed.tree));
  }
  return parsed;
}

/**
 * Finds the visors of a text that is laid out as usual: a section at the left edge, each name on a line of its own
 * indentation, plain and with a colon, everything else below it deeper. None for any other text.
 *
 * Such lines say the same wherever they stand: text in quotes, in brackets or in a block ends where a line is not
 * deeper than the key it belongs to, so nothing from before reaches in and nothing reaches out.
 */
function piecesOf(text: string): readonly Piece[] {
  const section = text.indexOf(SECTION);
  if (section < 0 || !NEXT_SECTION.test(firstLine(text))) return [];
  const pieces: Piece[] = [];
  let indent = 0;
  let open: Omit<Piece, "lines"> | undefined;
  for (let begin = section + SECTION.length; begin <= text.length;) {
    const newline = text.indexOf("\n", begin);
    const end = newline < 0 ? text.length : newline;
    const depth = depthOf(text, begin, end);
    const isText = begin + depth < end && text[begin + depth] !== "#";
    if (isText && (open === undefined || depth <= indent)) {
      if (open !== undefined) pieces.push({ ...open, lines: text.slice(open.begin, begin) });
      const line = text.slice(begin + depth, end);
      if (depth === 0) return NEXT_SECTION.test(line) ? pieces : [];
      indent = open === undefined ? depth : indent;
      const name = depth === indent ? NAME.exec(line)?.[0] : undefined;
      if (name === undefined) return [];
      open = { name, begin, nameEnd: begin + depth + name.length + 1 };
    }
    begin = end + 1;
  }
  if (open !== undefined) pieces.push({ ...open, lines: text.slice(open.begin) });
  return pieces;
}

/** The first line that says something. */
function firstLine(text: string): string {
  return /^(?:[ ]*(?:#.*)?\n)*(.*)/.exec(text)?.[1] ?? "";
}

function depthOf(text: string, begin: number, end: number): number {
  let at = begin;
  while (at < end && text[at] === " ") at += 1;
  return at - begin;
}

/** Parses with nothing behind the names that are known, and puts what is known there. */
function parseRest(source: Source, known: readonly Piece[]): ParsedTree | undefined {
  const { tree, diagnostics } = parseTree({ ...source, text: withoutValues(source.text, known) });
  const section = tree?.kind === "map" ? tree.entries.get("visors") : undefined;
  if (tree?.kind !== "map" || section?.value.kind !== "map" || diagnostics.length > 0) {
    return undefined;
  }
  const entries = new Map(section.value.entries);
  for (const piece of known) {
    const entry = entries.get(piece.name);
    const found = remembered.get(piece.lines);
    if (found === undefined || !isName(entry, piece) || !isNothing(entry.value)) return undefined;
    entries.set(piece.name, { ...entry, value: moved(found.value, piece.begin - found.begin) });
  }
  const visors = { ...section, value: { ...section.value, entries } };
  return { tree: { ...tree, entries: new Map(tree.entries).set("visors", visors) }, diagnostics };
}

/** The same text, at the same offsets, with blanks in place of what stands below known names. */
function withoutValues(text: string, known: readonly Piece[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { begin, nameEnd, lines } of known) {
    const end = begin + lines.length - (lines.endsWith("\n") ? 1 : 0);
    parts.push(text.slice(from, nameEnd), " ".repeat(end - nameEnd));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

function isName(entry: Entry | undefined, piece: Piece): entry is Entry {
  return entry?.offset === piece.nameEnd - 1 - piece.name.length;
}

function isNothing(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null && tree.text === "";
}

function* knownOf(pieces: readonly Piece[], tree: Tree): Generator<readonly [string, Known]> {
  const visors = tree.kind === "map" ? tree.entries.get("visors")?.value : undefined;
  if (visors?.kind !== "map") return;
  for (const piece of pieces) {
    const entry = visors.entries.get(piece.name);
    if (!isName(entry, piece) || entry.value.kind !== "map") continue;
    yield [piece.lines, { begin: piece.begin, value: entry.value }];
  }
}

/** A tree as it would be read so many characters later. */
function moved<T extends Tree>(tree: T, by: number): T;
function moved(tree: Tree, by: number): Tree {
  if (by === 0) return tree;
  const offset = tree.offset + by;
  switch (tree.kind) {
    case "scalar":
      return { ...tree, offset };
    case "list":
      return { ...tree, offset, items: tree.items.map((item) => moved(item, by)) };
    case "map": {
      const entries = new Map<string, Entry>();
      for (const [key, entry] of tree.entries) {
        entries.set(key, { key, offset: entry.offset + by, value: moved(entry.value, by) });
      }
      return { ...tree, offset, entries };
    }
  }
}

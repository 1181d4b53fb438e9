// From the YAML text of a manifest to its tree, or to what is no YAML or has no place in a manifest.
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
} from "yaml";
import type { Diagnostic } from "../core/index.ts";
import {
  type Entry,
  nothingAt,
  placeAt,
  plainValue,
  shownKey,
  type Source,
  type Tree,
} from "./source.ts";
import { type Reported, syntaxDiagnostics, tooDeep } from "./syntax-cause.ts";
import { GLUED, MISSING_SPACE } from "./syntax-faults.ts";

/** A text as a tree; `tree` is absent when something in it is no YAML or was left out. */
export interface ParsedTree {
  readonly tree?: Tree;
  readonly diagnostics: readonly Diagnostic[];
}

/** A manifest needs about a dozen levels; the parser's own count has up to three for each. */
const DEPTH_MAX = 150;
/** Shown places of one mistake that is made many times. */
const RELATED_MAX = 5;
/** What double quotes can smuggle in: control characters but tab and line ends, and half characters. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|\p{Surrogate}/u;
/**
 * Parses YAML 1.2 into a tree. What a manifest does without is refused: aliases, anchors, tags, merge
 * keys, keys that are no text, a second document. Plain words keep their text: a key such as 02e4…
 * is never taken for a number.
 */
export function parseTree(source: Source): ParsedTree {
  const parsed = parseYaml(source);
  if ("diagnostics" in parsed) return parsed;
  const builder = new TreeBuilder(source);
  const tree = parsed.contents === null ? undefined : builder.build(parsed.contents);
  const diagnostics = builder.finish();
  return tree === undefined || builder.broken ? { diagnostics } : { tree, diagnostics };
}

function parseYaml(
  source: Source,
): { readonly contents: ParsedNode | null } | { readonly diagnostics: readonly Diagnostic[] } {
  const composer = new Composer({
    schema: "failsafe",
    version: "1.2",
    strict: true,
    prettyErrors: false,
    uniqueKeys: false,
    keepSourceTokens: false,
    logLevel: "silent",
  });
  const parser = new Parser();
  const documents: Document.Parsed[] = [];
  try {
    const tokens = shallowTokens(source.text, parser);
    for (const document of composer.compose(tokens, true, source.text.length)) {
      documents.push(document);
    }
  } catch (error) {
    if (error instanceof TooDeep) return { diagnostics: [tooDeep(source, error.offset)] };
    throw error;
  }
  const [first, second] = documents;
  const faults: Reported[] = documents
    .flatMap((document) => document.errors)
    .map((error): Reported => ({ code: error.code, offset: error.pos[0] }));
  if (second !== undefined) {
    faults.push({ code: "MULTIPLE_DOCS", offset: beginOf(source.text, second.range[0]) });
  }
  const directive = source.text.search(/^%/m);
  if (directive >= 0) faults.push({ code: "BAD_DIRECTIVE", offset: directive });
  if (faults.length === 0) return { contents: first?.contents ?? null };
  return { diagnostics: syntaxDiagnostics(source, faults) };
}

/** Ends the library's work from inside its token stream; never leaves this file. */
class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super("nested too deep");
    this.offset = offset;
  }
}

/**
 * The tokens of a text, as the library's own loop makes them, but never nested deeper than a limit:
 * the library composes nested nodes by recursion, and a program that runs out of stack may die.
 */
function* shallowTokens(text: string, parser: Parser): Generator<CST.Token, void> {
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEPTH_MAX) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

/** A document's range begins behind its line of dashes, which is what has to go. */
function beginOf(text: string, offset: number): number {
  const dashes = text.lastIndexOf("---", offset);
  return dashes < 0 ? offset : dashes;
}

class TreeBuilder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: Source;
  readonly #aliases: number[] = [];
  /** Something was left out, so that later stages would report what is not wrong. */
  broken = false;

  constructor(source: Source) {
    this.#source = source;
  }

  finish(): readonly Diagnostic[] {
    const [first, ...others] = this.#aliases;
    if (first === undefined) return this.diagnostics;
    const related = others.slice(0, RELATED_MAX).map((offset) => ({
      message: "here too",
      at: placeAt(this.#source, offset),
    }));
    const alias: Diagnostic = {
      code: "manifest/alias",
      severity: "error",
      message: "a manifest has no YAML anchors and aliases: each value would have two places",
      at: placeAt(this.#source, first),
      // A password may begin with such a sign: what follows it is not shown.
      text: this.#source.text.charAt(first),
      next: "put what is shared into a role or a named whitelist and use its name",
      ...(related.length === 0 ? {} : { related }),
    };
    return [alias, ...this.diagnostics];
  }

  build(node: ParsedNode): Tree | undefined {
    const offset = node.range[0];
    if (isAlias(node)) return this.#refuseAlias(offset);
    if (node.anchor !== undefined)
      return this.#refuseAlias(this.#before(`&${node.anchor}`, offset));
    if (node.tag !== undefined) return this.#refuseTag(this.#before("!", offset));
    if (isScalar(node)) {
      const text = typeof node.value === "string" ? node.value : "";
      if (UNPRINTABLE.test(text)) this.#refuseCharacter(offset);
      const value = plainValue(text, node.type === "PLAIN");
      if (node.type === "QUOTE_DOUBLE") return { kind: "scalar", text, value, offset, quote: '"' };
      if (node.type === "QUOTE_SINGLE") return { kind: "scalar", text, value, offset, quote: "'" };
      return { kind: "scalar", text, value, offset };
    }
    if (isSeq(node)) {
      const items: Tree[] = [];
      for (const item of node.items) {
        const tree = this.build(item);
        if (tree !== undefined) items.push(tree);
      }
      return { kind: "list", items, offset };
    }
    if (isMap(node)) return this.#buildMap(node.items, offset);
    return undefined;
  }

  #buildMap(
    pairs: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[],
    offset: number,
  ): Tree {
    const entries = new Map<string, Entry>();
    for (const { key: keyNode, value } of pairs) {
      const keyOffset = keyNode.range[0];
      const keyTree = this.build(keyNode);
      if (keyTree === undefined) continue;
      if (keyTree.kind !== "scalar" || keyTree.text === "" || keyTree.text === "<<") {
        this.#refuseKey(keyTree, keyOffset);
        continue;
      }
      const key = keyTree.text;
      if (isSpaceMissing(keyNode, value)) {
        this.#refuseGlued(key, keyOffset);
        continue;
      }
      const first = entries.get(key);
      if (first !== undefined) {
        this.#refuseTwice(key, keyOffset, first.offset);
        continue;
      }
      const tree = value === null ? nothingAt(keyOffset) : this.build(value);
      if (tree !== undefined) entries.set(key, { key, offset: keyOffset, value: tree });
    }
    return { kind: "map", entries, offset };
  }

  #refuseTwice(key: string, offset: number, firstOffset: number): void {
    this.diagnostics.push({
      code: "manifest/duplicate-key",
      severity: "error",
      message: `${JSON.stringify(shownKey(key))} is written twice in the same map`,
      at: placeAt(this.#source, offset),
      text: shownKey(key),
      next: "keep one of the two, or join them",
      related: [{ message: "first written here", at: placeAt(this.#source, firstOffset) }],
    });
  }

  #refuseGlued(key: string, offset: number): void {
    this.broken = true;
    this.diagnostics.push({
      ...MISSING_SPACE,
      severity: "error",
      at: placeAt(this.#source, offset + key.indexOf(":") + 1),
    });
  }

  #refuseKey(key: Tree, offset: number): void {
    this.broken = true;
    const merge = key.kind === "scalar" && key.text === "<<";
    this.diagnostics.push({
      code: merge ? "manifest/alias" : "manifest/key",
      severity: "error",
      message: merge ? "a manifest has no YAML merge keys" : "a key must be one word",
      at: placeAt(this.#source, offset),
      ...(merge ? { text: "<<" } : {}),
      next: merge
        ? "put what is shared into a role and list the role"
        : "write the key as a plain word followed by a colon",
    });
  }

  #refuseCharacter(offset: number): void {
    this.broken = true;
    this.diagnostics.push({
      code: "manifest/control-character",
      severity: "error",
      message: "this text has an escape for a character that is no text",
      at: placeAt(this.#source, offset),
      next: "remove the escape, a backslash followed by x, u or a letter",
    });
  }

  #refuseAlias(offset: number): undefined {
    this.broken = true;
    this.#aliases.push(offset);
    return undefined;
  }

  #refuseTag(offset: number): undefined {
    this.broken = true;
    this.diagnostics.push({
      code: "manifest/tag",
      severity: "error",
      message: "a manifest has no YAML tags",
      at: placeAt(this.#source, offset),
      text: "!",
      next: "remove the word with the exclamation mark, or put the value in quotes",
    });
    return undefined;
  }

  /** A node's range begins behind its anchor and its tag; they are what has to go. */
  #before(word: string, offset: number): number {
    const { text } = this.#source;
    let at = text.lastIndexOf(word, offset);
    while (at > 0 && text[at - 1] === "!") at -= 1;
    return at < 0 ? offset : at;
  }
}

/** `{log_level:debug}`: one word with a colon inside and nothing behind it. */
function isSpaceMissing(key: ParsedNode, value: ParsedNode | null): boolean {
  if (!isScalar(key) || key.type !== "PLAIN" || typeof key.value !== "string") return false;
  const isNothing = value === null || (isScalar(value) && value.value === "");
  return isNothing && GLUED.test(key.value);
}

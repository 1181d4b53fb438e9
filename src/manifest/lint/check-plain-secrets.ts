// The lint of secrets that stand in the text, also in comments, which are found here.
import { Lexer } from "yaml";
import { visorKeyFault } from "../../core/index.ts";
import { looksSecret, parseOption } from "../check-values.ts";
import { parseSecretRef } from "../secret-ref.ts";
import {
  type Entry,
  type ListTree,
  placeAt,
  type ScalarTree,
  type Source,
  type Tree,
} from "../source.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

// The comments of a manifest, and where they stand.

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

// The lint rule about secrets that stand in a manifest as they are.

/**
 * The beginnings that makers of tokens give them so that they are found.
 * Source: the documented formats of GitHub, GitLab, Slack and AWS, RFC 7468 (private keys) and RFC 7519 (JWT).
 */
const TOKEN_FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\bgh[opsur]_[A-Za-z0-9]{30,}/,
  /\bgithub_pat_[A-Za-z0-9_]{30,}/,
  /\bglpat-[\w-]{20,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
];
/** Names of options and variables that visors do not hide, and that speak of a secret. */
const SECRET_NAME =
  /(^|[-_.])(pwd|passwd|auth|cred|creds|credentials?|pin|mnemonic|seed|cookie|jwt|bearer)([-_.]|$)/i;
/** Public keys and digests say what they are. */
const LABELLED = /\b(ed25519|x25519|sha256):[0-9a-fA-F]{64}\b/g;

/** Finds what looks like a secret where the loader lets it pass. What was found is never shown. */
export function checkPlainSecrets(linted: Linted): readonly LintFinding[] {
  const at = (offset: number) => placeAt(linted.source, offset);
  const comments = linted.comments
    .filter(({ text }) => hasTokenForm(text) || looksSecret(text.replaceAll(LABELLED, "")))
    .map(({ offset }) =>
      finding("plain-secret", {
        message: "this comment holds what looks like a secret",
        at: at(offset),
        next: "remove it, and replace the secret if others could read this file",
      }),
    );
  const values = suspectsIn(linted.tree).map(({ tree, what, next }) =>
    finding("plain-secret", { message: `${what} looks like a secret`, at: at(tree.offset), next }),
  );
  return [...comments, ...values];
}

interface Suspect {
  readonly tree: ScalarTree;
  readonly what: string;
  readonly next: string;
}

const REFERENCE = "write env:NAME or file:PATH in its place";
const AS_VARIABLE =
  "hand it over as a variable in env, whose value is env:NAME or file:PATH; visors show this argument to others";

function suspectsIn(tree: Tree): readonly Suspect[] {
  switch (tree.kind) {
    case "scalar":
      return hasTokenForm(tree.text)
        ? [{ tree, what: "this value", next: "remove it: a secret may only be a reference" }]
        : [];
    case "list":
      return tree.items.flatMap(suspectsIn);
    case "map":
      return [...tree.entries.values()].flatMap(suspectsAt);
  }
}

function suspectsAt({ key, value }: Entry): readonly Suspect[] {
  if (key === "args" && value.kind === "list") return argumentSuspects(value);
  if (key !== "env" || value.kind !== "map") return suspectsIn(value);
  return [...value.entries.values()].flatMap(({ key: name, value: tree }) =>
    tree.kind === "scalar" && (isSuspect(name, tree.text) || hasTokenForm(tree.text))
      ? [{ tree, what: `the value of ${name}`, next: REFERENCE }]
      : suspectsIn(tree),
  );
}

function argumentSuspects({ items }: ListTree): readonly Suspect[] {
  return items.flatMap((tree, index) => {
    if (tree.kind !== "scalar") return [];
    const before = items[index - 1];
    const own = parseOption(tree.text);
    const option =
      own?.value === undefined && before?.kind === "scalar" ? parseOption(before.text) : own;
    const value = own?.value ?? tree.text;
    // What follows `--name=value` or is itself an option is nobody's value.
    const isValue = own?.value !== undefined || (own === undefined && option?.value === undefined);
    const isNamed = isValue && option !== undefined && isSuspect(option.name, value);
    if (!isNamed && !hasTokenForm(tree.text)) return [];
    const what = option === undefined ? "this argument" : `the value of --${option.name}`;
    return [{ tree, what, next: AS_VARIABLE }];
  });
}

function isSuspect(name: string, value: string): boolean {
  const isPublic =
    value === "true" ||
    value === "false" ||
    parseSecretRef(value).kind === "ref" ||
    value.split(",").every((part) => visorKeyFault(part.trim()) === undefined);
  return SECRET_NAME.test(name) && !isPublic;
}

function hasTokenForm(text: string): boolean {
  return TOKEN_FORMS.some((form) => form.test(text));
}

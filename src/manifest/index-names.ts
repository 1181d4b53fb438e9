// The names that a manifest gives, each looked up once, and the circles among them.
import {
  type Diagnostic,
  gitKeyName,
  type Place,
  suggestion,
  type VisorKey,
} from "../core/index.ts";
import type { Manifest, WrittenWord, WrittenRole } from "./manifest.ts";
import type { Selectable } from "./select.ts";

/** Longest chain of roles that extend roles, or of whitelists that use whitelists. */
export const CHAIN_MAX = 50;

/** Words with a meaning of their own. */
const RESERVED = new Set(["all", "anyone", "closed"]);

/** What the names of a manifest stand for. */
export interface ManifestNames {
  readonly manifest: Manifest;
  /** Roles of each role, itself last: the order in which bodies are merged. */
  readonly rolesOf: (words: readonly WrittenWord[]) => readonly WrittenRole[];
  /** Visors by name, for selections. */
  readonly selectable: readonly Selectable[];
}

/** Builds the index of names and reports what is wrong with them. */
export function indexNames(
  manifest: Manifest,
  report: (diagnostic: Diagnostic) => void,
): ManifestNames {
  checkOneNameSpace(manifest, report);
  checkKeys(manifest, report);
  checkOperators(manifest, report);
  checkFeeds(manifest, report);
  checkGitKeys(manifest, report);
  checkRoles(manifest, report);
  const cache = new Map<string, readonly WrittenRole[]>();
  const rolesOf = (words: readonly WrittenWord[]): readonly WrittenRole[] => {
    const id = words.map((word) => word.text).join(",");
    const known = cache.get(id);
    if (known !== undefined) return known;
    const roles = flattenRoles(manifest, words);
    cache.set(id, roles);
    return roles;
  };
  const selectable = [...manifest.visors.values()].map((visor) => ({
    name: visor.name,
    key: visor.key,
    tags: visor.tags.map((tag) => tag.text),
    roles: rolesOf(visor.roles).map((role) => role.name),
  }));
  return { manifest, rolesOf, selectable };
}

/** Each role after those it extends, none twice. */
function flattenRoles(manifest: Manifest, words: readonly WrittenWord[]): readonly WrittenRole[] {
  const seen = new Set<string>();
  const roles: WrittenRole[] = [];
  const visit = (name: string, depth: number): void => {
    const role = manifest.roles.get(name);
    if (role === undefined || seen.has(name) || depth > CHAIN_MAX) return;
    seen.add(name);
    for (const parent of role.extends) visit(parent.text, depth + 1);
    roles.push(role);
  };
  for (const word of words) visit(word.text, 0);
  return roles;
}

function checkOneNameSpace(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const taken = new Map<string, { readonly kind: string; readonly place: Place }>();
  const take = (kind: string, name: string, place: Place): void => {
    if (RESERVED.has(name)) {
      report({
        code: "manifest/reserved-name",
        severity: "error",
        message: `${JSON.stringify(name)} has a meaning of its own in manifests`,
        at: place,
        text: name,
        next: "choose another name",
      });
    }
    const first = taken.get(name);
    if (first === undefined) taken.set(name, { kind, place });
    else if (first.kind !== kind) {
      report({
        code: "manifest/name-taken",
        severity: "error",
        message: `${JSON.stringify(name)} names ${kind} here and ${first.kind} elsewhere; visors, keys, whitelists, roles and tags share one set of names`,
        at: place,
        text: name,
        next: "rename one of the two",
        related: [{ message: `${first.kind} here`, at: first.place }],
      });
    }
  };
  for (const visor of manifest.visors.values()) take("a visor", visor.name, visor.place);
  for (const [name, key] of manifest.keys) take("a key", name, key.place);
  for (const list of manifest.whitelists.values()) take("a whitelist", list.name, list.place);
  for (const role of manifest.roles.values()) take("a role", role.name, role.place);
  for (const visor of manifest.visors.values()) {
    for (const tag of visor.tags) take("a tag", tag.text, tag.place);
  }
}

function checkKeys(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const owners = new Map<VisorKey, { readonly name: string; readonly place: Place }>();
  const take = (name: string, key: VisorKey | undefined, place: Place): void => {
    if (key === undefined) return;
    const first = owners.get(key);
    if (first === undefined) {
      owners.set(key, { name, place });
      return;
    }
    report({
      code: "manifest/key-twice",
      severity: "error",
      message: `${JSON.stringify(name)} and ${JSON.stringify(first.name)} have the same key`,
      at: place,
      text: name,
      next: "correct the key of one, or keep one of the two names",
      related: [{ message: "the same key is here", at: first.place }],
    });
  };
  for (const visor of manifest.visors.values()) take(visor.name, visor.key, visor.place);
  for (const [name, { key, place }] of manifest.keys) take(name, key, place);
}

function checkOperators(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const owners = new Map<string, { readonly name: string; readonly place: Place }>();
  for (const { name, key, seal, place } of manifest.operators) {
    for (const one of seal === undefined ? [key] : [key, seal]) {
      const first = owners.get(one);
      if (first === undefined) owners.set(one, { name, place });
      else {
        report({
          code: "manifest/key-twice",
          severity: "error",
          message: `the operators ${JSON.stringify(name)} and ${JSON.stringify(first.name)} have the same key`,
          at: place,
          text: name,
          next: "give every operator the lines that fleet keygen printed on its own machine",
          related: [{ message: "the same key is here", at: first.place }],
        });
      }
    }
  }
}

/** A key of two operators would tell of neither who signed. */
function checkGitKeys(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const owners = new Map<string, { readonly name: string; readonly place: Place }>();
  for (const { name, git } of manifest.operators) {
    for (const { key, place } of git) {
      const first = owners.get(key);
      if (first === undefined) owners.set(key, { name, place });
      else {
        report({
          code: "manifest/git-key-twice",
          severity: "error",
          message: `the key ${gitKeyName(key)} of the operator ${name} is listed already, for ${first.name}`,
          at: place,
          text: key.slice(0, 80),
          next: "leave it at one operator; everybody signs commits with a key of their own",
          related: [{ message: "first listed here", at: first.place }],
        });
      }
    }
  }
}

/** A feed that is a visor's key, or two operators', would mix up whose word is whose. */
function checkFeeds(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const owners = new Map<string, { readonly what: string; readonly place: Place }>();
  const take = (key: string | undefined, what: string, place: Place): void => {
    if (key !== undefined && !owners.has(key)) owners.set(key, { what, place });
  };
  for (const { key, name, place } of manifest.visors.values())
    take(key, `the key of the visor ${name}`, place);
  for (const [name, { key, place }] of manifest.keys) take(key, `the key ${name}`, place);
  for (const { name, feed } of manifest.operators) {
    if (feed === undefined) continue;
    const first = owners.get(feed.key);
    take(feed.key, `the feed of the operator ${name}`, feed.place);
    if (first === undefined) continue;
    report({
      code: "manifest/feed-twice",
      severity: "error",
      message: `the feed of the operator ${name} is also ${first.what}`,
      at: feed.place,
      text: feed.key,
      next: "give every operator the feed that fleet keygen printed on its own machine",
      related: [{ message: `${first.what} is here`, at: first.place }],
    });
  }
}

function checkRoles(manifest: Manifest, report: (diagnostic: Diagnostic) => void): void {
  const names = [...manifest.roles.keys()];
  const check = (word: WrittenWord): void => {
    if (manifest.roles.has(word.text)) return;
    report({
      code: "manifest/unknown-role",
      severity: "error",
      message: `there is no role ${JSON.stringify(word.text)}`,
      at: word.place,
      text: word.text,
      next: suggestion(
        word.text,
        names,
        names.length === 0
          ? "write it in a section roles"
          : `roles are ${names.slice(0, 12).join(", ")}`,
      ),
    });
  };
  for (const role of manifest.roles.values()) for (const word of role.extends) check(word);
  for (const visor of manifest.visors.values()) for (const word of visor.roles) check(word);
  const done = new Set<string>();
  for (const role of manifest.roles.values()) findCycle(manifest, role, done, report);
}

/** Walks what a role extends; a role met again on the way closes a cycle. */
function findCycle(
  manifest: Manifest,
  start: WrittenRole,
  done: Set<string>,
  report: (diagnostic: Diagnostic) => void,
): void {
  const path: { readonly name: string; readonly word: WrittenWord }[] = [];
  const visit = (role: WrittenRole): void => {
    if (done.has(role.name)) return;
    for (const word of role.extends) {
      const parent = manifest.roles.get(word.text);
      if (parent === undefined) continue;
      path.push({ name: role.name, word });
      const begin = path.findIndex((step) => step.name === parent.name);
      if (begin >= 0) {
        const steps = path.slice(begin);
        report(
          cycleDiagnostic(
            "role",
            steps.map((step) => step.word),
            word,
          ),
        );
      } else if (path.length > CHAIN_MAX) {
        report(chainDiagnostic("role", word));
      } else visit(parent);
      path.pop();
    }
    done.add(role.name);
  };
  visit(start);
}

/** The error for names that lead back to themselves, each step with its line. */
export function cycleDiagnostic(
  kind: "role" | "whitelist",
  steps: readonly WrittenWord[],
  last: WrittenWord,
): Diagnostic {
  const chain = [last, ...steps].map((word) => word.text).join(" > ");
  return {
    code: kind === "role" ? "manifest/role-cycle" : "manifest/whitelist-cycle",
    severity: "error",
    message: `this ${kind} leads back to itself: ${chain}`,
    at: last.place,
    text: last.text,
    next: "remove one of these names",
    related: steps.slice(0, -1).map((word) => ({ message: "on the way", at: word.place })),
  };
}

/** The error for a chain of names that is longer than anybody can follow. */
export function chainDiagnostic(kind: "role" | "whitelist", word: WrittenWord): Diagnostic {
  return {
    code: "manifest/chain-too-long",
    severity: "error",
    message: `a ${kind} leads to a ${kind} more than ${CHAIN_MAX} times in a row`,
    at: word.place,
    text: word.text,
    next: "make the chain shorter",
  };
}

// What lists of members come to: keys, named lists and selections resolved.
import {
  checkVisorKey,
  compareTexts,
  defined,
  type Place,
  type Diagnostic,
  suggestion,
} from "../core/index.ts";
import type { DesiredElement } from "../model/index.ts";
import { CHAIN_MAX, chainDiagnostic, cycleDiagnostic, type ManifestNames } from "./index-names.ts";
import type { WrittenWord } from "./manifest.ts";
import { chosenBy } from "./select.ts";

/** What a list of members comes to. */
export interface Members {
  /** By key, sorted. */
  readonly elements: readonly DesiredElement[];
  /** A member was refused, so that nothing can be said about what is missing. */
  readonly incomplete: boolean;
}

interface Found {
  readonly key: string;
  readonly via?: string;
}

interface Resolved {
  readonly found: readonly Found[];
  readonly incomplete: boolean;
}

const NOTHING: Resolved = { found: [], incomplete: true };
const CHOICE_CODES = {
  syntax: "manifest/selection",
  "unknown-name": "manifest/unknown-name",
  nothing: "manifest/selects-nothing",
} as const;
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const HEX_LIKE = /^(ed25519:)?[0-9a-fA-F]{32,}$/;
/** Words that stand instead of a list, not in one. */
const WORDS_FOR_LISTS: ReadonlySet<string> = new Set(["anyone"]);
/** After so many unknown names no more candidates are compared: the list of names is what is wrong. */
const SUGGESTIONS_MAX = 200;
/** Members of all lists together; a list of all visors at ten thousand visors is no use to anybody. */
const MEMBERS_MAX = 1_000_000;

/** Looks members up: names, keys, whitelists and selections. Every list is resolved once. */
export class MemberResolver {
  readonly #names: ManifestNames;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #lists = new Map<readonly WrittenWord[], Members>();
  readonly #whitelists = new Map<string, Resolved>();
  readonly #selections = new Map<string, readonly string[]>();
  readonly #candidates: readonly string[];
  readonly #tags: ReadonlySet<string>;
  /** Revoked names by key. */
  readonly #revoked: ReadonlyMap<string, { readonly name: string; readonly place: Place }>;
  #membersLeft = MEMBERS_MAX;
  #suggestionsLeft = SUGGESTIONS_MAX;

  constructor(names: ManifestNames, report: (diagnostic: Diagnostic) => void) {
    this.#names = names;
    this.#report = report;
    const { visors, keys, whitelists } = names.manifest;
    this.#candidates = [...whitelists.keys(), ...keys.keys(), ...visors.keys()];
    this.#tags = new Set(names.selectable.flatMap((visor) => visor.tags));
    this.#revoked = new Map(
      [...keys].flatMap(([name, { key, place, revoked }]) =>
        key === undefined || revoked !== true ? [] : [[key, { name, place }] as const],
      ),
    );
    for (const list of whitelists.values()) this.#whitelist(list.name, []);
  }

  /** The limit was passed: whatever is resolved from here on is not worth the time. */
  get exhausted(): boolean {
    return this.#membersLeft < 0;
  }

  /** Counts members that a new list holds; false when there are too many, which is reported once. */
  take(count: number, place: Place): boolean {
    const before = this.#membersLeft;
    this.#membersLeft -= count;
    if (this.#membersLeft >= 0) return true;
    if (before >= 0) {
      this.#report({
        code: "manifest/too-many-members",
        severity: "error",
        message: `the lists of this manifest have more than ${MEMBERS_MAX} members together`,
        at: place,
        next: "name fewer visors in lists; a few controllers are enough to manage a fleet",
      });
    }
    return false;
  }

  /** The members of one written list. `role` is where the list stands, for the origin. */
  resolve(words: readonly WrittenWord[], role: string | undefined): Members {
    return this.#list(words, role, (word) => this.#word(word, []));
  }

  /** The same of a list that names whom to take out: that may be a key which is revoked. */
  resolveGone(words: readonly WrittenWord[], role: string | undefined): Members {
    return this.#list(words, role, (word) => this.#anyWord(word, []));
  }

  #list(
    words: readonly WrittenWord[],
    role: string | undefined,
    resolvedOf: (word: WrittenWord) => Resolved,
  ): Members {
    if (words.length === 0) return { elements: [], incomplete: false };
    const known = this.#lists.get(words);
    if (known !== undefined) return known;
    const elements = new Map<string, DesiredElement>();
    let incomplete = false;
    for (const word of words) {
      const resolved = resolvedOf(word);
      incomplete ||= resolved.incomplete;
      for (const { key, via } of resolved.found) {
        if (elements.has(key)) continue;
        elements.set(key, { value: key, origin: { place: word.place, ...defined({ role, via }) } });
      }
    }
    const [first] = words;
    if (first !== undefined && !this.take(elements.size, first.place)) {
      return { elements: [], incomplete: true };
    }
    const members = { elements: sortElements([...elements.values()]), incomplete };
    this.#lists.set(words, members);
    return members;
  }

  /** The one key that a word stands for: a visor, an entry of `keys`, or a key. One that is revoked is refused. */
  resolveOne(word: WrittenWord, mayBeRevoked: boolean = false): Members {
    const isSelection = word.text === "all" || this.#names.manifest.whitelists.has(word.text);
    if (isSelection || !(PLAIN_NAME.test(word.text) || HEX_LIKE.test(word.text))) {
      this.#refuse(word, {
        code: "manifest/one-key",
        message: "exactly one visor or key must be named here",
        next: "write the name of one visor or of an entry of keys",
      });
      return { elements: [], incomplete: true };
    }
    const { found, incomplete } = mayBeRevoked ? this.#anyWord(word, []) : this.#word(word, []);
    const elements = found.map(({ key }) => ({ value: key, origin: { place: word.place } }));
    return { elements, incomplete };
  }

  /** What a word stands for; a key that is revoked is refused. */
  #word(word: WrittenWord, path: readonly WrittenWord[]): Resolved {
    const resolved = this.#anyWord(word, path);
    const [only] = resolved.found;
    // What is named through a whitelist was looked at there.
    const revoked = only?.via === undefined ? this.#revoked.get(only?.key ?? "") : undefined;
    if (revoked === undefined) return resolved;
    this.#refuse(word, {
      code: "manifest/revoked-key",
      message: `${revoked.name} is revoked, so nothing may use it`,
      next: `take it out here, or take revoked: true from keys.${revoked.name} if it is good again`,
      related: [{ message: "revoked here", at: revoked.place }],
    });
    return NOTHING;
  }

  #anyWord(word: WrittenWord, path: readonly WrittenWord[]): Resolved {
    const { text } = word;
    const { visors, keys, whitelists } = this.#names.manifest;
    if (text !== "all" && PLAIN_NAME.test(text)) {
      const named = visors.get(text) ?? keys.get(text);
      if (named !== undefined) {
        return named.key === undefined
          ? NOTHING
          : { found: [{ key: named.key }], incomplete: false };
      }
      if (whitelists.has(text)) return this.#throughWhitelist(word, path);
      if (!HEX_LIKE.test(text)) return this.#unknown(word);
    }
    return HEX_LIKE.test(text) ? this.#key(word) : this.#selection(word);
  }

  #key(word: WrittenWord): Resolved {
    const checked = checkVisorKey(word.text);
    if ("key" in checked) return { found: [{ key: checked.key }], incomplete: false };
    this.#report({
      code: "manifest/visor-key",
      severity: "error",
      message: `this is no visor key: ${checked.fault}`,
      at: word.place,
      // 64 digits may be a secret key.
      ...(word.text.length === 64 ? {} : { text: word.text.slice(0, 80) }),
      next: "copy the public key again from the visor",
    });
    return NOTHING;
  }

  #throughWhitelist(word: WrittenWord, path: readonly WrittenWord[]): Resolved {
    const begin = path.findIndex((step) => step.text === word.text);
    if (begin >= 0) {
      this.#report(cycleDiagnostic("whitelist", [...path.slice(begin + 1), word], word));
      return NOTHING;
    }
    const list = this.#whitelist(word.text, [...path, word]);
    return {
      found: list.found.map(({ key, via }) => ({
        key,
        via: via === undefined ? word.text : `${word.text} > ${via}`,
      })),
      incomplete: list.incomplete,
    };
  }

  #whitelist(name: string, path: readonly WrittenWord[]): Resolved {
    const known = this.#whitelists.get(name);
    if (known !== undefined) return known;
    const list = this.#names.manifest.whitelists.get(name);
    if (list === undefined) return NOTHING;
    const way = path.length === 0 ? [{ text: name, place: list.place }] : path;
    const last = way.at(-1);
    if (way.length > CHAIN_MAX && last !== undefined) {
      this.#report(chainDiagnostic("whitelist", last));
      return NOTHING;
    }
    const found = new Map<string, Found>();
    let incomplete = list.members.length === 0;
    for (const member of list.members) {
      const resolved = this.#word(member, way);
      incomplete ||= resolved.incomplete;
      for (const one of resolved.found) if (!found.has(one.key)) found.set(one.key, one);
    }
    if (!this.take(found.size, list.place)) return NOTHING;
    const result = { found: [...found.values()], incomplete };
    this.#whitelists.set(name, result);
    return result;
  }

  #selection(word: WrittenWord): Resolved {
    const known = this.#selections.get(word.text);
    if (known !== undefined) return { found: withVia(known, word.text), incomplete: false };
    const { visors, faults } = chosenBy(word.text, this.#names.selectable);
    for (const fault of faults) this.#refuse(word, { ...fault, code: CHOICE_CODES[fault.kind] });
    if (faults.length > 0) return NOTHING;
    const keys = visors.flatMap((visor) => (visor.key === undefined ? [] : [visor.key]));
    this.#selections.set(word.text, keys);
    return { found: withVia(keys, word.text), incomplete: keys.length < visors.length };
  }

  #unknown(word: WrittenWord): Resolved {
    const { roles } = this.#names.manifest;
    const isTag = this.#tags.has(word.text);
    const compare = this.#suggestionsLeft > 0;
    this.#suggestionsLeft -= 1;
    this.#refuse(word, {
      code: "manifest/unknown-name",
      message: `${JSON.stringify(word.text)} is no visor, no key and no whitelist`,
      next: WORDS_FOR_LISTS.has(word.text)
        ? `write the word without brackets, as in whitelist: ${word.text}`
        : isTag
          ? `did you mean tag:${word.text}?`
          : roles.has(word.text)
            ? `did you mean role:${word.text}?`
            : suggestion(
                word.text,
                compare ? this.#candidates : [],
                "add it to keys, or correct the name",
              ),
    });
    return NOTHING;
  }

  #refuse(
    word: WrittenWord,
    fault: {
      readonly code: `manifest/${string}`;
      readonly message: string;
      readonly next: string;
      readonly related?: Diagnostic["related"];
    },
  ): void {
    this.#report({
      code: fault.code,
      severity: "error",
      message: fault.message,
      at: word.place,
      text: word.text.slice(0, 80),
      next: fault.next,
      ...defined({ related: fault.related }),
    });
  }
}

function withVia(keys: readonly string[], via: string): readonly Found[] {
  return keys.map((key) => ({ key, via }));
}

/** Sorts by key: a list that is a set must not depend on how it was written. */
function sortElements(elements: readonly DesiredElement[]): readonly DesiredElement[] {
  return [...elements].sort((a, b) => compareTexts(a.value, b.value));
}

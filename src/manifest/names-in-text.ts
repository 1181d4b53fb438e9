// The names in a manifest's text, also of one that is half written: what a Tab offers.

/** Names that stand in a manifest, each once, in the order of its lines. */
export interface NamesInText {
  readonly visors: readonly string[];
  readonly roles: readonly string[];
  readonly keys: readonly string[];
  readonly whitelists: readonly string[];
  readonly operators: readonly string[];
  /** Tags that visors have. */
  readonly tags: readonly string[];
  /** Apps that visors and roles name. */
  readonly apps: readonly string[];
}

const SECTIONS = ["visors", "roles", "keys", "whitelists", "operators"] as const;
const NAME = /^[A-Za-z0-9_.-]+$/;
/** A key at the begin of a line, and what follows its colon. */
const KEY_LINE = /^ *(["']?)([A-Za-z0-9_.-]+)\1 *:(?: +(.*))?$/;
const ITEM_LINE = /^ *-(?: +(.*))?$/;
/** What a line in brackets is made of: a comment, a text in quotes, a sign, a plain word. */
const TOKEN =
  /(?<=^|\s)#.*|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[{}[\],]|(?:[^\s,{}[\]:"']|:(?=[^\s,{}[\]"']))+|["':]/g;
/** No name that counts stands below so many keys; what is deeper is told apart no more. */
const DEPTH_MAX = 5;

/**
 * Finds the names in a text by its indentation and its brackets alone, in time that grows with its length only. It
 * judges nothing: of a text with faults it gives what can still be told, of any other text nothing. What it gives of a
 * good manifest is what the parser gives, but for names that no manifest may have.
 */
export function namesInText(text: string): NamesInText {
  const found = new Found();
  const open: { readonly indent: number; readonly key: string }[] = [];
  let brackets = new Brackets(found, []);
  let bracketsIndent = 0;
  for (const line of text.split(/\r?\n/)) {
    const indent = line.search(/[^ ]/);
    if (indent < 0 || line[indent] === "#") continue;
    if (brackets.areOpen && (indent > bracketsIndent || /^[}\]]/.test(line.slice(indent)))) {
      brackets.read(line);
      continue;
    }
    const [, , key, value] = KEY_LINE.exec(line) ?? [];
    const [isItem, item] = ITEM_LINE.exec(line) ?? [];
    while ((open.at(-1)?.indent ?? -1) >= indent + (isItem === undefined ? 0 : 1)) open.pop();
    if (key !== undefined) {
      open.push({ indent, key });
      found.key(open.slice(0, DEPTH_MAX).map((one) => one.key));
    }
    brackets = new Brackets(
      found,
      open.slice(0, DEPTH_MAX).map((one) => one.key),
    );
    bracketsIndent = indent;
    const rest = key === undefined ? (item ?? line.slice(indent)) : (value ?? "");
    if (/^[{[]/.test(rest)) brackets.read(rest);
    else if (item !== undefined) found.item(brackets.path, TOKEN_ALONE.exec(item)?.[0] ?? "");
  }
  return found.names();
}

const TOKEN_ALONE = new RegExp(TOKEN.source);

/** Maps and lists in brackets, which may go over many lines. */
class Brackets {
  readonly path: readonly string[];
  readonly #found: Found;
  readonly #frames: { readonly isMap: boolean; readonly path: readonly string[]; key?: string }[] =
    [];

  constructor(found: Found, path: readonly string[]) {
    this.#found = found;
    this.path = path;
  }

  get areOpen(): boolean {
    return this.#frames.length > 0;
  }

  read(line: string): void {
    for (const [token] of line.matchAll(TOKEN)) {
      if (token.startsWith("#")) return;
      const top = this.#frames.at(-1);
      if (token === "{" || token === "[") {
        const below = top === undefined ? this.path : [...top.path, ...keyOf(top)];
        this.#frames.push({ isMap: token === "{", path: below.slice(0, DEPTH_MAX) });
      } else if (token === "}" || token === "]") this.#frames.pop();
      else if (top === undefined) return;
      else if (token === ",") delete top.key;
      else if (token === ":" || top.key !== undefined) continue;
      else if (top.isMap) {
        top.key = unquoted(token);
        this.#found.key([...top.path, top.key]);
      } else this.#found.item(top.path, token);
    }
  }
}

function keyOf({ key }: { readonly key?: string }): readonly string[] {
  return key === undefined ? [] : [key];
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** Collects names by where they stand. */
class Found {
  readonly #names: Readonly<Record<keyof NamesInText, Set<string>>> = {
    visors: new Set(),
    roles: new Set(),
    keys: new Set(),
    whitelists: new Set(),
    operators: new Set(),
    tags: new Set(),
    apps: new Set(),
  };

  key([first, name, part, below, ...deeper]: readonly string[]): void {
    const section = SECTIONS.find((known) => known === first);
    if (section === undefined || name === undefined) return;
    if (part === undefined) this.#put(section, name);
    const hasApps = (section === "visors" || section === "roles") && part === "apps";
    if (hasApps && below !== undefined && deeper.length === 0) this.#put("apps", below);
  }

  item([section, name, part, ...deeper]: readonly string[], text: string): void {
    const isTag = section === "visors" && part === "tags" && deeper.length === 0;
    if (isTag && name !== undefined) this.#put("tags", unquoted(text));
  }

  names(): NamesInText {
    const { visors, roles, keys, whitelists, operators, tags, apps } = this.#names;
    return {
      visors: [...visors],
      roles: [...roles],
      keys: [...keys],
      whitelists: [...whitelists],
      operators: [...operators],
      tags: [...tags],
      apps: [...apps],
    };
  }

  #put(kind: keyof NamesInText, name: string): void {
    if (NAME.test(name)) this.#names[kind].add(name);
  }
}

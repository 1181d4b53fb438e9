// Parsing a selection of visors, such as `tag:shop & !shop-2`.

/** A parsed selection of visors. */
export type Selection =
  | { readonly kind: "all" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "pattern"; readonly pattern: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "role"; readonly name: string }
  | { readonly kind: "not"; readonly of: Selection }
  | { readonly kind: "and"; readonly of: readonly Selection[] }
  | { readonly kind: "or"; readonly of: readonly Selection[] };

/** Why a text is no selection. `offset` counts characters from its beginning. */
export interface SelectionFault {
  readonly message: string;
  readonly next: string;
  readonly offset: number;
}

const SELECTION_SIZE_MAX = 4096;
const DEPTH_MAX = 50;
const TOKEN = /\s*(?:([!&,()])|([A-Za-z0-9_*:-]+))/y;
const GRAMMAR =
  "write all, NAME (with * for any letters), tag:T or role:R, joined by ! (not), & (and), comma (or) and parentheses";

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** Stops the parser; never leaves this file. */
class Stop extends Error {
  readonly fault: SelectionFault;
  constructor(fault: SelectionFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * Parses a selection: `all`, `NAME` (with `*`), `tag:T`, `role:R`; `!` is not, `&` is and, `,` is or,
 * binding in that order; parentheses group.
 */
export function parseSelection(
  text: string,
): { readonly selection: Selection } | { readonly fault: SelectionFault } {
  if (text.length > SELECTION_SIZE_MAX) {
    return { fault: { message: "this selection is too long", next: "use tags", offset: 0 } };
  }
  try {
    const parser = new SelectionParser(tokensOf(text), text.length);
    return { selection: parser.whole() };
  } catch (stop) {
    if (stop instanceof Stop) return { fault: stop.fault };
    throw stop;
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const offset = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
      const letter = JSON.stringify(text.charAt(offset));
      throw new Stop({ message: `${letter} has no meaning in a selection`, next: GRAMMAR, offset });
    }
    const found = match[1] ?? match[2] ?? "";
    at = TOKEN.lastIndex;
    tokens.push({ text: found, offset: at - found.length });
  }
  return tokens;
}

class SelectionParser {
  readonly #tokens: readonly Token[];
  readonly #size: number;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], size: number) {
    this.#tokens = tokens;
    this.#size = size;
  }

  whole(): Selection {
    const selection = this.#or();
    const rest = this.#tokens[this.#index];
    if (rest !== undefined)
      this.#stop(`${JSON.stringify(rest.text)} stands where nothing may follow`);
    return selection;
  }

  #or(): Selection {
    const of = [this.#and()];
    while (this.#take(",")) of.push(this.#and());
    return single(of) ?? { kind: "or", of };
  }

  #and(): Selection {
    const of = [this.#not()];
    while (this.#take("&")) of.push(this.#not());
    return single(of) ?? { kind: "and", of };
  }

  #not(): Selection {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#stop("this selection is nested too deep");
    const selection: Selection = this.#take("!")
      ? { kind: "not", of: this.#not() }
      : this.#take("(")
        ? this.#group()
        : this.#atom();
    this.#depth -= 1;
    return selection;
  }

  #group(): Selection {
    const selection = this.#or();
    if (!this.#take(")")) this.#stop("a closing parenthesis is missing");
    return selection;
  }

  #atom(): Selection {
    const token = this.#tokens[this.#index];
    if (token === undefined || /^[!&,()]$/.test(token.text)) {
      return this.#stop("a name, tag:T, role:R or all is missing here");
    }
    this.#index += 1;
    const [, prefix, rest] = /^([^:]*):([^]*)$/.exec(token.text) ?? [];
    if (prefix !== undefined) {
      if ((prefix !== "tag" && prefix !== "role") || !/^[A-Za-z0-9_-]+$/.test(rest ?? "")) {
        this.#index -= 1;
        return this.#stop(`${JSON.stringify(token.text)} is neither tag:NAME nor role:NAME`);
      }
      return { kind: prefix, name: rest ?? "" };
    }
    if (token.text === "all") return { kind: "all" };
    return token.text.includes("*")
      ? { kind: "pattern", pattern: token.text }
      : { kind: "name", name: token.text };
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#index]?.text !== text) return false;
    this.#index += 1;
    return true;
  }

  #stop(message: string): never {
    const offset = this.#tokens[this.#index]?.offset ?? this.#size;
    throw new Stop({ message, next: GRAMMAR, offset });
  }
}

function single(of: readonly Selection[]): Selection | undefined {
  return of.length === 1 ? of[0] : undefined;
}

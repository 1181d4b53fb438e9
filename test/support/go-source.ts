/** Go types as the vector files' source text declares them. */
export type GoType =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "ptr" | "slice"; readonly element: GoType }
  | { readonly kind: "array"; readonly element: GoType; readonly length: number }
  | { readonly kind: "map"; readonly key: GoType; readonly value: GoType }
  | { readonly kind: "struct"; readonly fields: readonly GoField[] }
  | { readonly kind: "iface" }
  /** Functions and channels: gob leaves fields of them out. */
  | { readonly kind: "unsent" };

/** Type text that is no Go type, or one that the source does not declare. */
export class UnknownGoType extends Error {}

export interface GoField {
  readonly name: string;
  readonly type: GoType;
}

export interface GoDeclaration {
  readonly type: GoType;
  /** The marshaler method it has, and whether a pointer is needed to call it. */
  readonly marshaler?: "gobEncoder" | "binaryMarshaler";
  readonly pointerReceiver: boolean;
}

const TOKEN =
  /\s*(?:(`[^`]*`|"[^"]*")|([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)|(\d+)|(\.\.)|(\n)|(<-|[^\s]))/uy;

/** Cuts Go text into words, numbers, quoted text and single signs; line ends count as `;`. */
function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  const lines = text
    .replace(/\/\*[^]*?\*\//g, " ")
    .replace(/\/\/[^\n]*/g, "")
    .replaceAll("\n", " ; ");
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(lines); match !== null; match = TOKEN.exec(lines))
    tokens.push(match[0].trim());
  return tokens.filter((token) => token !== "");
}

/** A recursive reader of Go's type grammar, as far as gob values need it. */
class TypeParser {
  readonly #tokens: readonly string[];
  #at: number;

  constructor(tokens: readonly string[], at = 0) {
    this.#tokens = tokens;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  type(): GoType {
    const token = this.#next();
    if (token === "*") return { kind: "ptr", element: this.type() };
    if (token === "(") {
      const inner = this.type();
      this.#next();
      return inner;
    }
    if (token === "[") return this.#bracketed();
    if (token === "map") {
      this.#next();
      const key = this.type();
      this.#next();
      return { kind: "map", key, value: this.type() };
    }
    if (token === "struct") return { kind: "struct", fields: this.#fields() };
    if (token === "interface") {
      this.#block("{", "}");
      return { kind: "iface" };
    }
    if (token === "any" || token === "error") return { kind: "iface" };
    if (token === "chan" || token === "func" || token === "<-") {
      while (!this.atEnd && !["}", ";"].includes(this.#peek())) this.#next();
      return { kind: "unsent" };
    }
    return { kind: "name", name: token };
  }

  #bracketed(): GoType {
    const length = this.#next();
    if (length === "]") return { kind: "slice", element: this.type() };
    this.#next();
    return { kind: "array", length: Number(length), element: this.type() };
  }

  #fields(): readonly GoField[] {
    this.#next();
    const fields: GoField[] = [];
    while (!this.atEnd && this.#peek() !== "}") {
      if (this.#peek() === ";") this.#next();
      else fields.push(...this.#fieldLine());
    }
    this.#next();
    return fields;
  }

  #fieldLine(): readonly GoField[] {
    if (this.#peek() === "*") {
      const type = this.type();
      return [{ name: type.kind === "ptr" ? embeddedName(type.element) : "", type }];
    }
    const names = this.#fieldNames();
    const [first = ""] = names;
    if ([";", "}"].includes(this.#peek())) {
      return [
        { name: first.slice(first.lastIndexOf(".") + 1), type: { kind: "name", name: first } },
      ];
    }
    const type = this.type();
    if (/^[`"]/.test(this.#peek())) this.#next();
    return names.map((name) => ({ name, type }));
  }

  #fieldNames(): readonly string[] {
    const names = [this.#next()];
    for (;;) {
      if (this.#peek() === ",") {
        this.#next();
        names.push(this.#next());
      } else if (this.#peek() === "..") {
        // A range, as the extra types are written: A..J
        this.#next();
        const from = names.at(-1) ?? "";
        const to = this.#next();
        for (let code = from.charCodeAt(0) + 1; code <= to.charCodeAt(0); code += 1) {
          names.push(String.fromCharCode(code) + from.slice(1));
        }
      } else return names;
    }
  }

  #block(open: string, close: string): void {
    let depth = 0;
    do {
      const token = this.#next();
      if (token === open) depth += 1;
      if (token === close) depth -= 1;
    } while (depth > 0);
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? "";
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new UnknownGoType("Go type text ends early");
    this.#at += 1;
    return token;
  }
}

function embeddedName(type: GoType): string {
  return type.kind === "name" ? type.name.slice(type.name.lastIndexOf(".") + 1) : "";
}

/** Parses one type, such as `map[string]*types.Inner`. */
export function parseGoType(text: string): GoType {
  return new TypeParser(tokensOf(text)).type();
}

/** All `type` declarations of a source text by name, with the marshaler methods found beside them. */
export function parseGoSource(source: string): ReadonlyMap<string, GoDeclaration> {
  const declared = new Map<string, GoDeclaration>();
  const tokens = tokensOf(source);
  tokens.forEach((token, index) => {
    const name = tokens[index + 1];
    if (token !== "type" || name === undefined || !/^\p{L}/u.test(name)) return;
    const start = tokens[index + 2] === "=" ? index + 3 : index + 2;
    declared.set(name, { type: new TypeParser(tokens, start).type(), pointerReceiver: false });
  });
  const method = /func\s*\(\s*\w+\s+(\*?)(\w+)\s*\)\s*(GobEncode|MarshalBinary)\s*\(/g;
  for (const [, star, name = "", what] of source.matchAll(method)) {
    const declaration = declared.get(name);
    if (declaration === undefined || declaration.marshaler === "gobEncoder") continue;
    const marshaler = what === "GobEncode" ? "gobEncoder" : "binaryMarshaler";
    declared.set(name, { ...declaration, marshaler, pointerReceiver: star === "*" });
  }
  return declared;
}

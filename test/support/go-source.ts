/** Go types as the vector files' source text declares them. */
export type GoType =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "ptr" | "slice"; readonly element: GoType }
  | { readonly kind: "array"; readonly element: GoType; readonly length: number }
  | { readonly kind: "map"; readonly key: GoType; readonly value: GoType }
  | { readonly kind: "struct"; readonly fields: readonly GoField[] }
  | { readonly kind: "iface"; readonly name?: string }
  /** Functions and channels: gob leaves fields of them out. */
  | { readonly kind: "unsent" };

/** Type text that is no Go type, or one that the source does not declare. */
export class UnknownGoType extends Error {}

interface GoField {
  readonly name: string;
  readonly type: GoType;
  readonly embedded?: boolean;
}

export interface GoDeclaration {
  readonly type: GoType;
  /** True for `type A = B`, where A is only another word for B. */
  readonly alias: boolean;
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
    if (token === "any") return { kind: "iface" };
    if (token === "error") return { kind: "iface", name: "error" };
    if (token === "chan" || token === "func" || token === "<-") {
      this.#rest();
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
      const name = type.kind === "ptr" ? embeddedName(type.element) : "";
      return [{ name, type, embedded: true }];
    }
    const names = this.#fieldNames();
    const [first = ""] = names;
    if ([";", "}"].includes(this.#peek())) {
      return [
        {
          name: first.slice(first.lastIndexOf(".") + 1),
          type: { kind: "name", name: first },
          embedded: true,
        },
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

  /** Passes over what follows `chan` or `func`, brackets and all, up to the end of the field. */
  #rest(): void {
    let depth = 0;
    while (!this.atEnd) {
      const token = this.#peek();
      if (depth === 0 && ["}", ";", ")", "]", ","].includes(token)) return;
      if (depth === 0 && /^[`"]/.test(token)) return;
      if (["(", "{", "["].includes(token)) depth += 1;
      if ([")", "}", "]"].includes(token)) depth -= 1;
      this.#next();
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

/** What one `type` keyword declares: names, and where their types begin. A group stands in brackets. */
function specsAt(tokens: readonly string[], at: number): readonly (readonly [string, number])[] {
  const first = tokens[at] ?? "";
  if (first !== "(") return isTypeName(tokens, at) ? [[first, at + 1]] : [];
  const found: (readonly [string, number])[] = [];
  let depth = 1;
  for (let index = at + 1; index < tokens.length && depth > 0; index += 1) {
    const token = tokens[index] ?? "";
    const begins = ["(", ";"].includes(tokens[index - 1] ?? "");
    if (depth === 1 && begins && isTypeName(tokens, index)) found.push([token, index + 1]);
    if (["(", "{", "["].includes(token)) depth += 1;
    if ([")", "}", "]"].includes(token)) depth -= 1;
  }
  return found;
}

function isTypeName(tokens: readonly string[], at: number): boolean {
  return /^[\p{L}_]/u.test(tokens[at] ?? "") && (tokens[at + 1] ?? ";") !== ";";
}

/** Go's own text of a type, names of the package with its name in front. */
export function goTypeText(type: GoType, nameOf: (name: string) => string): string {
  const inner = (part: GoType): string => goTypeText(part, nameOf);
  switch (type.kind) {
    case "name":
      return nameOf(type.name);
    case "ptr":
      return `*${inner(type.element)}`;
    case "slice":
      return `[]${inner(type.element)}`;
    case "array":
      return `[${type.length}]${inner(type.element)}`;
    case "map":
      return `map[${inner(type.key)}]${inner(type.value)}`;
    case "iface":
      return type.name ?? "interface {}";
    case "unsent":
      return "func()";
    case "struct":
      if (type.fields.length === 0) return "struct {}";
      return `struct { ${type.fields.map((field) => `${field.name} ${inner(field.type)}`).join("; ")} }`;
  }
}

/** All `type` declarations of a source text by name, with the marshaler methods found beside them. */
export function parseGoSource(source: string): ReadonlyMap<string, GoDeclaration> {
  const declared = new Map<string, GoDeclaration>();
  const tokens = tokensOf(source);
  tokens.forEach((token, index) => {
    const name = tokens[index + 1];
    if (token !== "type" || name === undefined) return;
    for (const [declaredName, start] of specsAt(tokens, index + 1)) {
      const alias = tokens[start] === "=";
      const type = new TypeParser(tokens, alias ? start + 1 : start).type();
      declared.set(declaredName, { type, alias, pointerReceiver: false });
    }
  });
  const method =
    /func\s*\(\s*(?:[\p{L}\p{N}_]+\s+)?(\*?)\s*([\p{L}\p{N}_]+)\s*\)\s*(GobEncode|MarshalBinary)\s*\(/gu;
  for (const [, star, name = "", what] of source.matchAll(method)) {
    const declaration = declared.get(name);
    if (declaration === undefined || declaration.marshaler === "gobEncoder") continue;
    const marshaler = what === "GobEncode" ? "gobEncoder" : "binaryMarshaler";
    declared.set(name, { ...declaration, marshaler, pointerReceiver: star === "*" });
  }
  return declared;
}

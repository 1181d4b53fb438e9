// The types that a sender defines: what a definition says, and which may be sent at all.
import { malformed, overLimit } from "./gob-error.ts";
import type { GobLimits } from "./limits.ts";
import type { Marshaler } from "./schema-node.ts";
import type { ValueReader } from "./value-reader.ts";

/** Ids that every gob stream knows without a definition. */
export const BUILTIN = {
  bool: 1,
  int: 2,
  uint: 3,
  float: 4,
  bytes: 5,
  string: 6,
  complex: 7,
  iface: 8,
} as const;

/** The first id a definition may have: 65 in old Go releases, 64 in newer ones. */
const FIRST_USER_ID = 64;

type BasicKind = keyof typeof BUILTIN;

interface WireField {
  readonly name: string;
  readonly id: number;
}

/** A type as its sender describes it. Names mean nothing: Go leaves them empty or changes them freely. */
export type WireType =
  | { readonly kind: BasicKind; readonly name: string }
  | {
      readonly kind: "array";
      readonly name: string;
      readonly element: number;
      readonly length: number;
    }
  | { readonly kind: "list"; readonly name: string; readonly element: number }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly WireField[] }
  | { readonly kind: "map"; readonly name: string; readonly key: number; readonly value: number }
  | { readonly kind: "opaque"; readonly name: string; readonly marshaler: Marshaler };

const BASIC_TYPES: ReadonlyMap<number, WireType> = new Map(
  (Object.keys(BUILTIN) as BasicKind[]).map((kind) => {
    const name = kind === "bytes" ? "[]uint8" : kind === "iface" ? "interface {}" : kind;
    return [BUILTIN[kind], { kind, name }];
  }),
);

const MARSHALERS: readonly Marshaler[] = ["gobEncoder", "binaryMarshaler", "textMarshaler"];

/** The types one stream has defined so far. */
export class WireTypes {
  readonly #limits: GobLimits;
  readonly #defined = new Map<number, WireType>();
  readonly #goesOn = new Map<number, boolean>();
  #fieldCount = 0;

  constructor(limits: GobLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#defined.size;
  }

  /** The same types, to be added to by themselves. */
  copy(): WireTypes {
    const copy = new WireTypes(this.#limits);
    for (const [id, type] of this.#defined) copy.#defined.set(id, type);
    copy.#fieldCount = this.#fieldCount;
    return copy;
  }

  get(id: number): WireType | undefined {
    return BASIC_TYPES.get(id) ?? this.#defined.get(id);
  }

  /** The type of a value that is about to be read. */
  need(id: number): WireType {
    const type = this.get(id);
    if (type === undefined) throw malformed(`a value of type ${id}, which is not defined`);
    return type;
  }

  /** Reads the definition of `id` at the reader's position. */
  define(reader: ValueReader, id: number): void {
    if (id < FIRST_USER_ID) throw malformed(`a definition of the reserved type ${id}`);
    if (this.#defined.has(id)) throw malformed(`a second definition of type ${id}`);
    if (this.#defined.size >= this.#limits.types)
      throw overLimit(`more than ${this.#limits.types} types`);
    const type = readWireType(reader, this.#limits);
    if (type.kind === "struct") {
      if (this.#fieldCount + type.fields.length > this.#limits.fieldsInAll) {
        throw overLimit(`more than ${this.#limits.fieldsInAll} fields in all types`);
      }
      this.#fieldCount += type.fields.length;
    }
    this.#defined.set(id, type);
    this.#goesOn.clear();
  }

  /** True when a value of this type may go on in the next message, which only interface values do. */
  mayGoOn(id: number): boolean {
    const known = this.#goesOn.get(id);
    if (known !== undefined) return known;
    const answer = this.#reachesInterface(id);
    this.#goesOn.set(id, answer);
    return answer;
  }

  /** Forgets all but the first `size` definitions. */
  rollBack(size: number): void {
    for (const [id, type] of [...this.#defined].slice(size)) {
      if (type.kind === "struct") this.#fieldCount -= type.fields.length;
      this.#defined.delete(id);
    }
    this.#goesOn.clear();
  }

  #reachesInterface(start: number): boolean {
    const seen = new Set<number>();
    const todo = [start];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const type = this.get(id);
      if (type === undefined || type.kind === "iface") return true;
      if (type.kind === "array" || type.kind === "list") todo.push(type.element);
      else if (type.kind === "map") todo.push(type.key, type.value);
      else if (type.kind === "struct") for (const field of type.fields) todo.push(field.id);
    }
    return false;
  }
}

/** Calls `read` for each field present in a struct of `fieldCount` fields. */
function readFields(reader: ValueReader, fieldCount: number, read: (field: number) => void): void {
  let field = -1;
  while (reader.left > 0) {
    const delta = reader.small();
    if (delta === 0) return;
    field += delta;
    if (field >= fieldCount) throw malformed("a field number out of bounds in a type definition");
    read(field);
  }
}

function readName(reader: ValueReader, limits: GobLimits): string {
  const size = reader.length();
  if (size > limits.nameBytes) throw overLimit(`a name of more than ${limits.nameBytes} bytes`);
  const name = reader.text(size);
  if (name === undefined) throw malformed("a name that is not UTF-8");
  return name;
}

function readWireType(reader: ValueReader, limits: GobLimits): WireType {
  let type: WireType | undefined;
  readFields(reader, 7, (field) => {
    if (type !== undefined) throw malformed("a type definition of two kinds");
    type = readKind(reader, limits, field);
  });
  if (type === undefined) throw malformed("a type definition without a kind");
  return type;
}

function readKind(reader: ValueReader, limits: GobLimits, kind: number): WireType {
  let name = "";
  let fields: readonly WireField[] = [];
  const numbers = [0, 0];
  const extra = [2, 1, 1, 2][kind] ?? 0;
  readFields(reader, 1 + extra, (field) => {
    if (field === 0) name = readCommonName(reader, limits);
    else if (kind === 2) fields = readStructFields(reader, limits);
    else numbers[field - 1] = reader.id();
  });
  const [first = 0, second = 0] = numbers;
  switch (kind) {
    case 0:
      if (second < 0) throw malformed("an array of negative length");
      return { kind: "array", name, element: first, length: second };
    case 1:
      return { kind: "list", name, element: first };
    case 2:
      return { kind: "struct", name, fields };
    case 3:
      return { kind: "map", name, key: first, value: second };
    default:
      return { kind: "opaque", name, marshaler: MARSHALERS[kind - 4] ?? "gobEncoder" };
  }
}

/** The id in here is not always the defined one: only the name is kept. */
function readCommonName(reader: ValueReader, limits: GobLimits): string {
  let name = "";
  readFields(reader, 2, (field) => {
    if (field === 0) name = readName(reader, limits);
    else reader.id();
  });
  return name;
}

function readStructFields(reader: ValueReader, limits: GobLimits): readonly WireField[] {
  const count = reader.small();
  if (count > limits.fieldsPerStruct)
    throw overLimit(`a struct of more than ${limits.fieldsPerStruct} fields`);
  const fields: WireField[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    if (reader.left === 0) throw malformed("a type definition ends early");
    let name = "";
    let id = 0;
    readFields(reader, 2, (field) => {
      if (field === 0) name = readName(reader, limits);
      else id = reader.id();
    });
    if (name === "") throw malformed("a struct field without a name");
    if (seen.has(name)) throw malformed("a struct with two fields of one name");
    seen.add(name);
    fields.push({ name, id });
  }
  return fields;
}

/** The sender's type in words, for error texts. */
export function wireTypeText(types: WireTypes, id: number, depth = 0): string {
  const type = types.get(id);
  if (type === undefined || depth > 3) return "unknown type";
  const inner = (target: number): string => wireTypeText(types, target, depth + 1);
  switch (type.kind) {
    case "array":
      return `[${type.length}]${inner(type.element)}`;
    case "list":
      return `[]${inner(type.element)}`;
    case "map":
      return `map[${inner(type.key)}]${inner(type.value)}`;
    case "struct": {
      if (depth > 0 && type.name !== "") return type.name;
      const fields = type.fields.map((field) => `${field.name} ${inner(field.id)}; `).join("");
      return `${type.name === "" ? "" : `${type.name} = `}struct { ${fields}}`;
    }
    default:
      return type.name;
  }
}

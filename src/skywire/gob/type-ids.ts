// The types on a stream that we write: their ids, given in the order in which Go gives them, and how each is defined.
import { unencodable } from "./gob-error.ts";
import type { ByteWriter } from "./message-bytes.ts";
import {
  type ArrayNode,
  type BaseNode,
  baseOf,
  type ByteArrayNode,
  isPointer,
  type ListNode,
  type MapNode,
  type SchemaNode,
} from "./schema-node.ts";
import { elementName, fieldTypeName, goTypeText } from "./text.ts";
import { BUILTIN } from "./wire-types.ts";

// The ids of types on a stream that we write, given in the order in which Go gives them.

/** A composite whose id is given only after its elements have theirs. */
const PENDING = 0;

/**
 * Gives ids to the types of one encoder in the order Go does: structs and marshalers before what is in them,
 * lists, arrays and maps after. The same unnamed list or map built twice is one type, as in Go.
 */
export class TypeIds {
  readonly #ids = new Map<BaseNode, number>();
  readonly #byShape = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #pendingNames = new Map<BaseNode, string>();
  readonly #behindPointer = new Map<BaseNode, number>();
  #next: number;
  #undo: (() => void)[] = [];

  constructor(firstId: number) {
    this.#next = firstId;
  }

  /** Starts remembering what to take back. */
  begin(): void {
    this.#undo = [];
  }

  /** Takes back everything since {@link TypeIds.begin}. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }

  /** The id of a schema's type; `name` is what its definition says when this is the first use. */
  idOf(node: SchemaNode, name: string): number {
    const base = baseOf(node);
    switch (base.kind) {
      case "generic":
        throw unencodable("a generic value", "it has no schema");
      case "struct":
        return this.#structId(base, name);
      case "opaque":
        return this.#ids.get(base) ?? this.#assign(base, name);
      case "list":
      case "array":
      case "byteArray":
      case "map":
        return this.#compositeId(base, name);
      default:
        return BUILTIN[base.kind];
    }
  }

  /** The name the type of this id was first met under. */
  nameOf(id: number): string {
    return this.#names.get(id) ?? "";
  }

  /** Go's second id for a marshaler met through a pointer: it stands inside the definition only. */
  innerId(base: BaseNode): number {
    let id = this.#behindPointer.get(base);
    if (id === undefined) {
      id = this.#take();
      this.#behindPointer.set(base, id);
      this.#undo.push(() => this.#behindPointer.delete(base));
    }
    return id;
  }

  #structId(base: Extract<BaseNode, { kind: "struct" }>, name: string): number {
    const known = this.#ids.get(base);
    if (known !== undefined) return known;
    const empty = base.fields.length === 0 && base.goName === undefined;
    const twin = empty ? this.#byShape.get("struct {}") : undefined;
    if (twin !== undefined) return this.#adopt(base, twin);
    const id = this.#assign(base, name);
    if (empty) this.#shape("struct {}", id);
    for (const field of base.fields) this.idOf(field.node, fieldTypeName(field.node));
    return id;
  }

  #compositeId(base: ListNode | ArrayNode | ByteArrayNode | MapNode, name: string): number {
    const known = this.#ids.get(base);
    // A list or map that holds itself is met again before it has an id: it keeps the name of its first use.
    if (known !== undefined) {
      return known === PENDING ? this.#assign(base, this.#pendingNames.get(base) ?? name) : known;
    }
    this.#adopt(base, PENDING);
    this.#pendingNames.set(base, name);
    const shape = this.#shapeOf(base);
    const given = this.#ids.get(base);
    if (given !== undefined && given !== PENDING) return given;
    const twin = this.#byShape.get(shape);
    if (twin !== undefined) return this.#adopt(base, twin);
    const id = this.#assign(base, name);
    this.#shape(shape, id);
    return id;
  }

  #shapeOf(base: ListNode | ArrayNode | ByteArrayNode | MapNode): string {
    const prefix = base.goName ?? "";
    switch (base.kind) {
      case "list":
        return `${prefix}[]${this.#part(base.element, elementName(base.element))}`;
      case "array":
        return `${prefix}[${base.length}]${this.#part(base.element, "")}`;
      case "byteArray":
        return `${prefix}[${base.length}]byte`;
      case "map":
        return `${prefix}map[${this.#part(base.key, "")}]${this.#part(base.value, "")}`;
    }
  }

  /** An element type inside a shape: lists of a type, of pointers to it and of named ones differ. */
  #part(node: SchemaNode, name: string): string {
    const id = this.idOf(node, name);
    return `${isPointer(node) ? "*" : ""}${id <= BUILTIN.iface ? goTypeText(baseOf(node)) : id}`;
  }

  #assign(base: BaseNode, name: string): number {
    const id = this.#take();
    this.#names.set(id, name);
    return this.#adopt(base, id);
  }

  #adopt(base: BaseNode, id: number): number {
    const before = this.#ids.get(base);
    this.#ids.set(base, id);
    this.#undo.push(() => {
      if (before === undefined) this.#ids.delete(base);
      else this.#ids.set(base, before);
    });
    return id;
  }

  #shape(shape: string, id: number): void {
    this.#byShape.set(shape, id);
    this.#undo.push(() => this.#byShape.delete(shape));
  }

  #take(): number {
    const id = this.#next;
    this.#next += 1;
    this.#undo.push(() => {
      this.#next = id;
      this.#names.delete(id);
    });
    return id;
  }
}

// How a type is defined on the wire, which Go must have read before the first value of it.

/** Types that go on the wire with a definition. */
export type DefinedNode = Extract<
  BaseNode,
  { kind: "list" | "array" | "byteArray" | "map" | "struct" | "opaque" }
>;

/** True for types every stream knows. */
export function isBuiltin(base: BaseNode): base is Exclude<BaseNode, DefinedNode> {
  switch (base.kind) {
    case "list":
    case "array":
    case "byteArray":
    case "map":
    case "struct":
    case "opaque":
      return false;
    default:
      return true;
  }
}

/** Writes the wireType of `base`: `id` and `name` are what its CommonType says. */
export function writeDefinition(
  out: ByteWriter,
  ids: TypeIds,
  base: DefinedNode,
  id: number,
  name: string,
): void {
  switch (base.kind) {
    case "array":
    case "byteArray": {
      const element = base.kind === "array" ? ids.idOf(base.element, "") : BUILTIN.uint;
      begin(out, 1, id, name);
      field(out, element);
      if (base.length > 0) field(out, base.length);
      break;
    }
    case "list": {
      const element = ids.idOf(base.element, elementName(base.element));
      begin(out, 2, id, name);
      field(out, element);
      break;
    }
    case "struct":
      begin(out, 3, id, name);
      writeFields(out, ids, base);
      break;
    case "map":
      begin(out, 4, id, name);
      field(out, ids.idOf(base.key, ""));
      field(out, ids.idOf(base.value, ""));
      break;
    case "opaque":
      begin(
        out,
        { gobEncoder: 5, binaryMarshaler: 6, textMarshaler: 7 }[base.codec.marshaler],
        id,
        name,
      );
      break;
  }
  out.byte(0);
  out.byte(0);
}

/** The wireType field and the CommonType in it. */
function begin(out: ByteWriter, kind: number, id: number, name: string): void {
  out.byte(kind);
  out.byte(1);
  if (name !== "") {
    out.byte(1);
    out.text(name);
  }
  out.byte(name === "" ? 2 : 1);
  out.int(id);
  out.byte(0);
}

function field(out: ByteWriter, value: number): void {
  out.byte(1);
  out.int(value);
}

function writeFields(
  out: ByteWriter,
  ids: TypeIds,
  base: Extract<BaseNode, { kind: "struct" }>,
): void {
  if (base.fields.length === 0) return;
  out.byte(1);
  out.uint(base.fields.length);
  for (const { name, node } of base.fields) {
    out.byte(1);
    out.text(name);
    field(out, ids.idOf(node, fieldTypeName(node)));
    out.byte(0);
  }
}

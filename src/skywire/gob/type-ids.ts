// The ids of types on a stream that we write, given in the order in which Go gives them.
import { unencodable } from "./gob-error.ts";
import { elementName, fieldTypeName, goTypeText } from "./go-type-text.ts";
import {
  type ArrayNode,
  baseOf,
  isPointer,
  type BaseNode,
  type ByteArrayNode,
  type ListNode,
  type MapNode,
  type SchemaNode,
} from "./schema-node.ts";
import { BUILTIN } from "./wire-types.ts";

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

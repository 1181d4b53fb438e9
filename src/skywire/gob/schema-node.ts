// Schemas as data, the TypeScript types of their values, and which values a struct leaves out because they are zero.
import { assert } from "../../core/index.ts";
import { GenericComplex } from "./generic-value.ts";
import { COST } from "./memory-cost.ts";

// Schemas as data: what a reader or writer is made of, and the TypeScript type of its values.

/** The wire's three kinds of opaque payload; a reader's type must be of the sender's kind. */
export type Marshaler = "gobEncoder" | "binaryMarshaler" | "textMarshaler";

/** A schema that also carries the TypeScript type of its values. */
export interface Schema<out T> {
  readonly node: SchemaNode;
  /** Never present: it only lets the compiler carry `T`. */
  readonly phantom?: T;
}

/** The TypeScript type of a schema's values. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** Tells the wire names of interface values which schema they have. */
export interface Registry {
  schemaOf(name: string): Schema<unknown> | undefined;
}

/** How a typed opaque payload becomes a value and back. `encode` and `decode` throw on bad input. */
export interface OpaqueCodec<T> {
  readonly marshaler: Marshaler;
  readonly goName: string;
  /** The value an omitted field has. */
  readonly zero: () => T;
  /** True when Go omits the value as a struct field. */
  readonly isZero: (value: T) => boolean;
  readonly encode: (value: T) => Uint8Array;
  /** Given a fresh copy of the payload. */
  readonly decode: (bytes: Uint8Array) => T;
  /** Decodes the payload where it lies, for types that come in great numbers; must keep nothing of `bytes`. */
  readonly decodeAt?: (bytes: Uint8Array, from: number, end: number) => T;
  /** Schemas of the exported fields under the marshaler: Go defines their types although no value uses them. */
  readonly fields?: readonly Schema<unknown>[];
}

interface Named {
  /** Go's text of the type name (`routing.Port`) when it is a named type. */
  readonly goName?: string;
}

export interface IntNode extends Named {
  readonly kind: "int" | "uint";
  readonly form: "number" | "bigint";
  readonly bits: 8 | 16 | 32 | 64;
  /** `int` and `uint` instead of `int64` and `uint64` in Go's texts. */
  readonly plain: boolean;
}
interface FloatNode extends Named {
  readonly kind: "float";
  readonly bits: 32 | 64;
}
interface BoolNode extends Named {
  readonly kind: "bool";
}
interface ComplexNode extends Named {
  readonly kind: "complex";
}
interface BytesNode extends Named {
  readonly kind: "bytes";
}
interface GenericNode extends Named {
  readonly kind: "generic";
}
export interface StringNode extends Named {
  readonly kind: "string";
  readonly form: "strict" | "lossy" | "raw";
}
export interface ListNode extends Named {
  readonly kind: "list";
  readonly element: SchemaNode;
}
export interface ArrayNode extends Named {
  readonly kind: "array";
  readonly element: SchemaNode;
  readonly length: number;
}
export interface ByteArrayNode extends Named {
  readonly kind: "byteArray";
  readonly length: number;
}
export interface MapNode extends Named {
  readonly kind: "map";
  readonly key: SchemaNode;
  readonly value: SchemaNode;
  readonly keyText: ((key: unknown) => string) | undefined;
}
interface FieldNode {
  readonly name: string;
  readonly node: SchemaNode;
}
export interface StructNode extends Named {
  readonly kind: "struct";
  readonly fields: readonly FieldNode[];
}
interface PtrNode extends Named {
  readonly kind: "ptr";
  readonly target: SchemaNode;
}
interface LazyNode extends Named {
  readonly kind: "lazy";
  readonly get: () => SchemaNode;
}
interface IfaceNode extends Named {
  readonly kind: "iface";
  readonly registry: Registry;
}
export interface OpaqueNode extends Named {
  readonly kind: "opaque";
  readonly codec: OpaqueCodec<unknown>;
}

/** A schema without its TypeScript type: what the codec compiles. */
export type SchemaNode =
  | IntNode
  | FloatNode
  | BoolNode
  | ComplexNode
  | BytesNode
  | GenericNode
  | StringNode
  | ListNode
  | ArrayNode
  | ByteArrayNode
  | MapNode
  | StructNode
  | PtrNode
  | LazyNode
  | IfaceNode
  | OpaqueNode;

/** A node that is neither a pointer nor lazy: Go flattens pointers on the wire. */
export type BaseNode = Exclude<SchemaNode, PtrNode | LazyNode>;

/** Follows pointers and lazy schemas to what goes on the wire. */
export function baseOf(node: SchemaNode): BaseNode {
  let base = node;
  while (base.kind === "ptr" || base.kind === "lazy")
    base = base.kind === "ptr" ? base.target : base.get();
  return base;
}

/** True when a pointer leads to the value (through lazy schemas too). */
export function isPointer(node: SchemaNode): boolean {
  let inner = node;
  while (inner.kind === "lazy") inner = inner.get();
  return inner.kind === "ptr";
}

// The values of fields that Go left out of a struct because they were zero.

const MAX_ZERO_DEPTH = 100;
const NO_ITEMS: readonly unknown[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);

/** A maker of a type's Go zero value, with what each made value costs. */
export interface ZeroMaker {
  readonly make: () => unknown;
  readonly nodes: number;
  readonly costBytes: number;
}

const NOTHING = { nodes: 0, costBytes: 0 };

/** How to make the zero value that an omitted field of this schema has. */
export function zeroMaker(node: SchemaNode, depth = 0): ZeroMaker {
  assert(depth < MAX_ZERO_DEPTH, "a struct that contains itself by value has no zero value");
  switch (node.kind) {
    case "bool":
      return { make: () => false, ...NOTHING };
    case "int":
    case "uint": {
      const zero = node.form === "bigint" ? 0n : 0;
      return { make: () => zero, ...NOTHING };
    }
    case "float":
      return { make: () => 0, ...NOTHING };
    case "complex":
      return { make: () => new GenericComplex(0, 0), nodes: 0, costBytes: COST.record };
    case "bytes":
      return { make: () => NO_BYTES, ...NOTHING };
    case "string":
      return { make: () => (node.form === "raw" ? NO_BYTES : ""), ...NOTHING };
    case "list":
      return { make: () => NO_ITEMS, ...NOTHING };
    case "byteArray":
      return {
        make: () => new Uint8Array(node.length),
        nodes: node.length,
        costBytes: COST.bytes + node.length,
      };
    case "map":
      return { make: () => new Map(), nodes: 0, costBytes: COST.map };
    case "opaque":
      return { make: node.codec.zero, nodes: 0, costBytes: COST.opaque };
    case "lazy":
      return zeroMaker(node.get(), depth + 1);
    case "array": {
      const inner = zeroMaker(node.element, depth + 1);
      return {
        make: () => Array.from({ length: node.length }, inner.make),
        nodes: node.length * (1 + inner.nodes),
        costBytes: COST.list + node.length * (COST.slot + inner.costBytes),
      };
    }
    case "struct": {
      const fields = node.fields.map((field) => ({
        name: field.name,
        zero: zeroMaker(field.node, depth + 1),
      }));
      return {
        make: () => Object.fromEntries(fields.map((field) => [field.name, field.zero.make()])),
        nodes: fields.reduce((sum, { zero }) => sum + zero.nodes, fields.length),
        costBytes: fields.reduce<number>(
          (sum, { zero }) => sum + zero.costBytes + COST.property,
          COST.record,
        ),
      };
    }
    case "ptr":
    case "iface":
    case "generic":
      return { make: () => undefined, ...NOTHING };
  }
}

// Which values a struct leaves out because they are zero.

/** Go's rules for leaving a struct field out. */
export function omitsOf(node: SchemaNode): (value: unknown) => boolean {
  const base = baseOf(node);
  const pointer = isPointer(node);
  switch (base.kind) {
    case "bool":
      return (value) => value === false;
    case "int":
    case "uint":
      return (value) => value === 0 || value === 0n;
    case "float":
      return (value) => value === 0;
    case "complex":
      return (value) =>
        typeof value === "object" &&
        value !== null &&
        "re" in value &&
        "im" in value &&
        value.re === 0 &&
        value.im === 0;
    case "string":
    case "bytes":
      return (value) => value === "" || (value instanceof Uint8Array && value.length === 0);
    case "list":
      return (value) => Array.isArray(value) && value.length === 0;
    case "opaque":
      return pointer ? () => false : (value) => isZeroOpaque(base, value);
    default:
      // Arrays, structs by value and maps that are not nil always go; nil ones never get here.
      return () => false;
  }
}

function isZeroOpaque(base: Extract<BaseNode, { kind: "opaque" }>, value: unknown): boolean {
  try {
    return base.codec.isZero(value);
  } catch {
    // A value of another shape: writing it will say so.
    return false;
  }
}

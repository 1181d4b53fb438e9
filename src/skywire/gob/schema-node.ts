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
export interface FloatNode extends Named {
  readonly kind: "float";
  readonly bits: 32 | 64;
}
export interface BoolNode extends Named {
  readonly kind: "bool";
}
export interface ComplexNode extends Named {
  readonly kind: "complex";
}
export interface BytesNode extends Named {
  readonly kind: "bytes";
}
export interface GenericNode extends Named {
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
export interface FieldNode {
  readonly name: string;
  readonly node: SchemaNode;
}
export interface StructNode extends Named {
  readonly kind: "struct";
  readonly fields: readonly FieldNode[];
}
export interface PtrNode extends Named {
  readonly kind: "ptr";
  readonly target: SchemaNode;
}
export interface LazyNode extends Named {
  readonly kind: "lazy";
  readonly get: () => SchemaNode;
}
export interface IfaceNode extends Named {
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

// Which values a struct leaves out because they are zero.
import { baseOf, type BaseNode, isPointer, type SchemaNode } from "./schema-node.ts";

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

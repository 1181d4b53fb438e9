// What fits what: Go's rules for taking a sender's type into a schema.
import { baseOf, type SchemaNode } from "./schema-node.ts";
import { BUILTIN, type WireTypes } from "./wire-types.ts";

/** True when Go would take the sender's type for this schema; structs are compared later, by their fields. */
export function fitsType(types: WireTypes, id: number, node: SchemaNode, depth = 0): boolean {
  const base = baseOf(node);
  const wire = types.get(id);
  if (base.kind === "generic" || depth > 64) return true;
  if (base.kind === "opaque")
    return wire?.kind === "opaque" && wire.marshaler === base.codec.marshaler;
  if (wire?.kind === "opaque") return false;
  switch (base.kind) {
    case "struct":
      return true;
    case "list":
      return wire?.kind === "list" && fitsType(types, wire.element, base.element, depth + 1);
    case "array":
      return (
        wire?.kind === "array" &&
        wire.length === base.length &&
        fitsType(types, wire.element, base.element, depth + 1)
      );
    case "byteArray":
      return wire?.kind === "array" && wire.length === base.length && wire.element === BUILTIN.uint;
    case "map":
      return (
        wire?.kind === "map" &&
        fitsType(types, wire.key, base.key, depth + 1) &&
        fitsType(types, wire.value, base.value, depth + 1)
      );
    default:
      return id === BUILTIN[base.kind];
  }
}

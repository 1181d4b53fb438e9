// The names that Go gives to types, in its error messages and in definitions on the wire.
import { baseOf, isPointer, type SchemaNode } from "./schema-node.ts";

const MAX_TEXT_DEPTH = 8;

/** Go's text of a type, as its error messages name it: `[]string`, `*visor.Overview`, `struct { A int }`. */
export function goTypeText(node: SchemaNode, depth = 0): string {
  if (node.kind === "lazy") return goTypeText(node.get(), depth);
  if (node.goName !== undefined) return node.goName;
  if (depth > MAX_TEXT_DEPTH) return "...";
  const inner = (target: SchemaNode): string => goTypeText(target, depth + 1);
  switch (node.kind) {
    case "int":
    case "uint":
      return node.plain ? node.kind : `${node.kind}${node.bits}`;
    case "float":
      return `float${node.bits}`;
    case "bool":
      return "bool";
    case "complex":
      return "complex128";
    case "bytes":
      return "[]uint8";
    case "string":
      return "string";
    case "generic":
    case "iface":
      return "interface {}";
    case "list":
      return `[]${inner(node.element)}`;
    case "array":
      return `[${node.length}]${inner(node.element)}`;
    case "byteArray":
      return `[${node.length}]uint8`;
    case "map":
      return `map[${inner(node.key)}]${inner(node.value)}`;
    case "ptr":
      return `*${inner(node.target)}`;
    case "opaque":
      return node.codec.goName;
    case "struct":
      if (node.fields.length === 0) return "struct {}";
      return `struct { ${node.fields.map((field) => `${field.name} ${inner(field.node)}`).join("; ")} }`;
  }
}

/** The bare name of a named type (`Overview` of `visor.Overview`), empty for unnamed ones. */
export function bareName(node: SchemaNode): string {
  const base = baseOf(node);
  const name = base.kind === "opaque" ? base.codec.goName : (base.goName ?? "");
  return /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)?$/u.test(name)
    ? name.slice(name.lastIndexOf(".") + 1)
    : "";
}

/** The name a definition carries when its type is first met as a slice element. */
export function elementName(node: SchemaNode): string {
  return isPointer(node) ? "" : bareName(node);
}

/** The name a definition carries when its type is first met as a struct field. */
export function fieldTypeName(node: SchemaNode): string {
  const base = baseOf(node);
  const bare = bareName(base);
  return bare === "" ? goTypeText(base) : bare;
}

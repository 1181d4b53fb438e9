// How a type is defined on the wire, which Go must have read before the first value of it.
import type { ByteWriter } from "./byte-writer.ts";
import { elementName, fieldTypeName } from "./go-type-text.ts";
import type { BaseNode } from "./schema-node.ts";
import type { TypeIds } from "./type-ids.ts";
import { BUILTIN } from "./wire-types.ts";

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

// Makes a schema from a type.
import { FleetError } from "../../core/index.ts";
import { REFERENCE_TYPES, type CxoSchema, SCHEMA_KINDS, type SchemaField } from "./schema.ts";
import {
  type BasicType,
  type CxoField,
  type CxoType,
  encodingTag,
  goTagValue,
  type TypesByName,
} from "./type.ts";

const NESTING_MAX = 32;

/** How a type is used decides how it is written: fields hold whole structs, elements only their names. */
type Place = "field" | "element";

/**
 * Makes the schema of one registered type.
 * @throws FleetError cxo/registry
 */
export function buildSchema(name: string, types: TypesByName): CxoSchema {
  const type = types.get(name);
  if (typeof type !== "object" || !("struct" in type)) {
    throw new FleetError("cxo/registry", `${name} is not a struct, so it cannot be registered`);
  }
  return structSchema(name, type.struct, types, 0);
}

function structSchema(
  name: string,
  fields: readonly CxoField[],
  types: TypesByName,
  nesting: number,
): CxoSchema {
  if (nesting > NESTING_MAX)
    throw new FleetError("cxo/registry", `${name} nests too deep, or holds itself by value`);
  const seen = fields.filter((field) => !encodingTag(field).skip);
  return {
    ...bare(SCHEMA_KINDS.struct, name),
    fields: seen.map((field) => fieldSchema(field, types, nesting)),
  };
}

function fieldSchema(field: CxoField, types: TypesByName, nesting: number): SchemaField {
  const tag = field.tag ?? "";
  if (field.type === "Ref" || field.type === "Refs") {
    const target = goTagValue(tag, "skyobject").replace(/^schema=/, "");
    if (target === "")
      throw new FleetError(
        "cxo/registry",
        `field ${field.name} does not say its schema in a skyobject tag`,
      );
    return { name: field.name, tag, schema: referenceSchema(field.type, stub(target, types)) };
  }
  return { name: field.name, tag, schema: typeSchema(field.type, "field", types, nesting + 1) };
}

function typeSchema(type: CxoType, place: Place, types: TypesByName, nesting: number): CxoSchema {
  if (typeof type === "string") return basicSchema(type, place);
  if ("use" in type) return usedSchema(type.use, place, types, nesting);
  if ("named" in type) {
    // Go names every struct that is not anonymous, and builds no registry that leaves one out.
    if (typeof type.type === "object" && "struct" in type.type)
      return usedSchema(type.named, place, types, nesting);
    return { ...typeSchema(type.type, place, types, nesting), name: type.named };
  }
  if ("struct" in type) return structSchema("", type.struct, types, nesting);
  if ("map" in type) throw new FleetError("cxo/registry", "a map has no schema");
  if ("array" in type) {
    return {
      ...bare(SCHEMA_KINDS.array, ""),
      length: type.len,
      element: typeSchema(type.array, "element", types, nesting + 1),
    };
  }
  return {
    ...bare(SCHEMA_KINDS.slice, ""),
    element: typeSchema(type.slice, "element", types, nesting + 1),
  };
}

function usedSchema(name: string, place: Place, types: TypesByName, nesting: number): CxoSchema {
  if (place === "element") return stub(name, types);
  const type = types.get(name);
  if (typeof type !== "object" || !("struct" in type)) throw missing(name);
  return structSchema(name, type.struct, types, nesting);
}

function basicSchema(type: BasicType, place: Place): CxoSchema {
  switch (type) {
    case "Dynamic":
      return { ...bare(SCHEMA_KINDS.dynamic, ""), referenceType: REFERENCE_TYPES.dynamic };
    case "Ref":
    case "Refs":
      throw new FleetError(
        "cxo/registry",
        `${type} stands only directly in a field of a struct, not as ${place}`,
      );
    case "bytes":
      return { ...bare(SCHEMA_KINDS.slice, ""), element: bare(SCHEMA_KINDS.uint8, "uint8") };
    default:
      return bare(SCHEMA_KINDS[type], type);
  }
}

function referenceSchema(type: "Ref" | "Refs", element: CxoSchema): CxoSchema {
  const referenceType = type === "Ref" ? REFERENCE_TYPES.ref : REFERENCE_TYPES.refs;
  return { ...bare(SCHEMA_KINDS.pointer, ""), referenceType, element };
}

function stub(name: string, types: TypesByName): CxoSchema {
  if (!types.has(name)) throw missing(name);
  return bare(SCHEMA_KINDS.struct, name);
}

function bare(kind: number, name: string): CxoSchema {
  return {
    referenceType: REFERENCE_TYPES.none,
    kind,
    name,
    length: 0,
    fields: [],
    element: undefined,
  };
}

function missing(name: string): FleetError {
  return new FleetError("cxo/registry", `the schema of ${name} is missing`);
}

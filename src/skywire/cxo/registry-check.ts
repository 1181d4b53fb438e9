// Why schemas are none that a Go node takes.
import { REFERENCE_TYPES, type CxoSchema, SCHEMA_KINDS } from "./schema.ts";

/** Registered schemas by name. */
export type SchemasByName = ReadonlyMap<string, CxoSchema>;

const BASIC_KINDS: ReadonlySet<number> = new Set([
  SCHEMA_KINDS.bool,
  SCHEMA_KINDS.int8,
  SCHEMA_KINDS.int16,
  SCHEMA_KINDS.int32,
  SCHEMA_KINDS.int64,
  SCHEMA_KINDS.uint8,
  SCHEMA_KINDS.uint16,
  SCHEMA_KINDS.uint32,
  SCHEMA_KINDS.uint64,
  SCHEMA_KINDS.float32,
  SCHEMA_KINDS.float64,
  SCHEMA_KINDS.string,
]);

/**
 * Why a set of schemas would panic or mislead a node that reads it; `undefined` when it would not.
 * Source: the recorded runs of the original node over hostile registries.
 */
export function schemaFault(schemas: SchemasByName): string | undefined {
  for (const [name, schema] of schemas) {
    if (name === "") return "a registered type has no name";
    if (schema.kind !== SCHEMA_KINDS.struct) return `${name} is not a struct`;
    const fault = shapeFault(schema, schemas);
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  return cycleFault(schemas);
}

function shapeFault(schema: CxoSchema, schemas: SchemasByName): string | undefined {
  const { referenceType, kind, element, fields, length } = schema;
  if (kind !== SCHEMA_KINDS.struct && fields.length > 0) return "only a struct has fields";
  if (kind !== SCHEMA_KINDS.array && length > 0) return "only an array has a length";
  if (referenceType !== REFERENCE_TYPES.none) return referenceFault(schema, schemas);
  if (kind === SCHEMA_KINDS.struct) {
    if (element !== undefined) return "a struct has no element";
    // A named struct without fields is looked up by its name, also where it stands in a field.
    if (isStub(schema) && !schemas.has(schema.name)) return `${schema.name} is not registered`;
    for (const field of fields) {
      const fault = shapeFault(field.schema, schemas);
      if (fault !== undefined) return `${field.name}: ${fault}`;
    }
    return undefined;
  }
  if (kind === SCHEMA_KINDS.array || kind === SCHEMA_KINDS.slice) {
    return element === undefined
      ? "an array or slice names its element"
      : elementFault(element, schemas);
  }
  if (!BASIC_KINDS.has(kind)) return `kind ${kind} is not known`;
  return element === undefined ? undefined : "a basic type has no element";
}

function referenceFault(
  { referenceType, kind, element }: CxoSchema,
  schemas: SchemasByName,
): string | undefined {
  if (referenceType === REFERENCE_TYPES.dynamic) {
    return kind === SCHEMA_KINDS.dynamic && element === undefined
      ? undefined
      : "a Dynamic has kind 20 and no element";
  }
  if (referenceType !== REFERENCE_TYPES.ref && referenceType !== REFERENCE_TYPES.refs) {
    return `reference type ${referenceType} is not known`;
  }
  if (kind !== SCHEMA_KINDS.pointer || element === undefined)
    return "a Ref has kind 22 and an element";
  return isStub(element) && schemas.has(element.name)
    ? undefined
    : `a Ref points to ${element.name}, which is not registered`;
}

function elementFault(element: CxoSchema, schemas: SchemasByName): string | undefined {
  if (isStub(element))
    return schemas.has(element.name) ? undefined : `${element.name} is not registered`;
  return shapeFault(element, schemas);
}

// A field holds its struct in full, so only an array of a named struct can lead back by value; a
// slice can be empty, and a reference is only a hash.
function cycleFault(schemas: SchemasByName): string | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): string | undefined => {
    if (open.has(name)) return `${name} holds itself by value`;
    if (done.has(name)) return undefined;
    open.add(name);
    for (const held of heldByValue(schemas.get(name))) {
      const fault = visit(held);
      if (fault !== undefined) return fault;
    }
    open.delete(name);
    done.add(name);
    return undefined;
  };
  for (const name of schemas.keys()) {
    const fault = visit(name);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function heldByValue(schema: CxoSchema | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (part: CxoSchema): void => {
    if (part.kind === SCHEMA_KINDS.struct) {
      if (part.name !== "") names.add(part.name);
      for (const field of part.fields) collect(field.schema);
    }
    if (part.kind === SCHEMA_KINDS.array && part.element !== undefined) collect(part.element);
  };
  for (const field of schema?.fields ?? []) collect(field.schema);
  return names;
}

function isStub(schema: CxoSchema): boolean {
  return schema.kind === SCHEMA_KINDS.struct && schema.name !== "" && schema.fields.length === 0;
}

/** The names of the types whose values can point to other objects, directly or in their parts. */
export function typesWithReferences(schemas: SchemasByName): ReadonlySet<string> {
  const found = new Set<string>();
  for (let grew = true; grew;) {
    grew = false;
    for (const [name, schema] of schemas) {
      if (found.has(name) || !schema.fields.some((field) => pointsOn(field.schema, found)))
        continue;
      found.add(name);
      grew = true;
    }
  }
  return found;
}

function pointsOn(schema: CxoSchema, found: ReadonlySet<string>): boolean {
  if (schema.referenceType !== REFERENCE_TYPES.none || (isStub(schema) && found.has(schema.name)))
    return true;
  if (schema.fields.some((field) => pointsOn(field.schema, found))) return true;
  return schema.element !== undefined && pointsOn(schema.element, found);
}

/**
 * Why a Root of this registry could not be filled by a Go node, though it can decode it;
 * `undefined` when it can. An array or slice whose elements hold references breaks every fill.
 * Source: the recorded runs of the original node ("Schema of element of slice ... is nil").
 */
export function fillFault(schemas: SchemasByName): string | undefined {
  const found = typesWithReferences(schemas);
  const faultOf = (schema: CxoSchema): string | undefined => {
    const isList = schema.kind === SCHEMA_KINDS.array || schema.kind === SCHEMA_KINDS.slice;
    if (isList && schema.element !== undefined && pointsOn(schema.element, found)) {
      return "a slice or array of references cannot be filled by a node";
    }
    for (const field of schema.fields) {
      const fault = faultOf(field.schema);
      if (fault !== undefined) return `${field.name}: ${fault}`;
    }
    return undefined;
  };
  for (const [name, schema] of schemas) {
    const fault = faultOf(schema);
    if (fault !== undefined) return `${name}: ${fault}`;
  }
  return undefined;
}

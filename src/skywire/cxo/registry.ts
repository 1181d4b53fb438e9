// A registry: the schemas of all types of a feed.
import { equalBytes, FleetError, sha256, utf8 } from "../../core/index.ts";
import { ByteReader } from "./reader.ts";
import { fillFault, schemaFault, typesWithReferences } from "./registry-check.ts";
import { buildSchema } from "./schema-build.ts";
import { decodeSchema, encodeSchema, type CxoSchema } from "./schema.ts";
import type { CxoType } from "./type.ts";
import { ObjectWriter } from "./writer.ts";

/** A registry of more bytes is refused; real ones have a few hundred. */
const REGISTRY_SIZE_MAX = 256 * 1024;

/** The types of a feed's objects, as their one encoded form and what it says. */
export interface CxoRegistry {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes: what a Root's `Reg` holds. */
  readonly ref: Uint8Array;
  /** Sorted by name. */
  readonly entries: readonly RegistryEntry[];
}

/** One registered type. */
export interface RegistryEntry {
  readonly name: string;
  readonly schema: CxoSchema;
  /** SHA-256 of the encoded schema: what a Dynamic's `Schema` holds. */
  readonly ref: Uint8Array;
  readonly hasReferences: boolean;
}

/** A type and the name it is registered under. Only structs can be registered. */
export interface RegisteredType {
  readonly name: string;
  readonly type: CxoType;
}

/**
 * Builds a registry with the bytes Go's builder gives for the same types.
 * @throws FleetError cxo/registry for what Go refuses to build: a name that is missing or taken twice,
 * a Ref or Refs without a schema tag or inside a slice or array, a type that is no struct
 * Source: cxo skyobject/registry (Reg.Register, newRegistry).
 */
export function buildRegistry(types: readonly RegisteredType[]): CxoRegistry {
  const byName = new Map(types.map(({ name, type }) => [name, type]));
  if (byName.size !== types.length)
    throw new FleetError("cxo/registry", "a type name is registered twice");
  const schemas = types.map(({ name }) => ({ name, schema: buildSchema(name, byName) }));
  schemas.sort((left, right) => compareBytes(utf8(left.name), utf8(right.name)));
  return toRegistry(encodeRegistry(schemas), schemas);
}

/**
 * Decodes and checks a registry of unknown origin. Stricter than Go, which panics on several of
 * these: sorted unique names, one encoded form, known kinds, every name defined, no struct inside
 * itself by value.
 * @throws FleetError cxo/truncated, cxo/trailing, cxo/registry, cxo/not-canonical
 */
export function decodeRegistry(bytes: Uint8Array): CxoRegistry {
  if (bytes.length > REGISTRY_SIZE_MAX) {
    throw new FleetError(
      "cxo/registry",
      `a registry of ${bytes.length} bytes is over the limit of ${REGISTRY_SIZE_MAX}`,
    );
  }
  const reader = new ByteReader(bytes);
  const schemas: { name: string; schema: CxoSchema }[] = [];
  const count = reader.count();
  for (let index = 0; index < count; index += 1) {
    const nameBytes = reader.bytes();
    const schema = decodeSchema(reader.bytes());
    if (!equalBytes(utf8(schema.name), nameBytes)) {
      throw new FleetError(
        "cxo/registry",
        `the schema of ${schema.name} stands under another name`,
      );
    }
    const last = schemas.at(-1);
    if (last !== undefined && compareBytes(utf8(last.name), nameBytes) >= 0) {
      throw new FleetError("cxo/registry", `${schema.name} is out of order or registered twice`);
    }
    schemas.push({ name: schema.name, schema });
  }
  reader.end();
  const fault = schemaFault(new Map(schemas.map(({ name, schema }) => [name, schema])));
  if (fault !== undefined) throw new FleetError("cxo/registry", fault);
  if (!equalBytes(encodeRegistry(schemas), bytes)) {
    throw new FleetError("cxo/not-canonical", "the registry is not in its one encoded form");
  }
  return toRegistry(bytes.slice(), schemas);
}

/**
 * Checks that a Go node can fill a Root that uses this registry; asked before anything is published.
 * @throws FleetError cxo/registry
 */
export function checkPublishable(registry: CxoRegistry): void {
  const byName = new Map(registry.entries.map(({ name, schema }) => [name, schema]));
  const fault = schemaFault(byName) ?? fillFault(byName);
  if (fault !== undefined) throw new FleetError("cxo/registry", fault);
}

function encodeRegistry(
  schemas: readonly { readonly name: string; readonly schema: CxoSchema }[],
): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(schemas.length);
  for (const { name, schema } of schemas) {
    writer.bytes(utf8(name));
    writer.bytes(encodeSchema(schema));
  }
  return writer.finish();
}

function toRegistry(
  bytes: Uint8Array,
  schemas: readonly { readonly name: string; readonly schema: CxoSchema }[],
): CxoRegistry {
  const byName = new Map(schemas.map(({ name, schema }) => [name, schema]));
  const pointing = typesWithReferences(byName);
  const entries = schemas.map(({ name, schema }) => ({
    name,
    schema,
    ref: sha256(encodeSchema(schema)),
    hasReferences: pointing.has(name),
  }));
  return { bytes, ref: sha256(bytes), entries };
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

// Makes readers for pairs of a sender's type and a schema of ours.
import { FleetError } from "../../core/index.ts";
import { malformed, typeMismatch } from "./gob-error.ts";
import { goTypeText } from "./text.ts";
import {
  type Read,
  readInterfaceName,
  readInterfaceType,
  readSingletonMark,
  type ValueReader,
} from "./value-reader.ts";
import { COST } from "./memory-cost.ts";
import { readCount, readGeneric, skipTop, skipValue } from "./read-generic.ts";
import {
  byteArrayReader,
  fitsType,
  integerReader,
  opaqueReader,
  readBytes,
  readFloat32,
  stringReader,
  structReader,
} from "./plain-readers.ts";
import { baseOf, type BaseNode, type SchemaNode } from "./schema-node.ts";
import { type WireType, type WireTypes, wireTypeText } from "./wire-types.ts";

/**
 * Makes readers for pairs of a sender's type and a schema, by Go's rules of what fits what, and keeps them
 * for the life of the stream.
 */
export class TypedReaders {
  readonly types: WireTypes;
  readonly #made = new Map<number, Map<SchemaNode, Read | undefined>>();
  readonly #making: { readonly id: number; readonly base: BaseNode }[] = [];

  constructor(types: WireTypes) {
    this.types = types;
  }

  /** Forgets all readers: definitions were rolled back. */
  clear(): void {
    this.#made.clear();
  }

  /**
   * A reader for a value at the top of a message or interface.
   * @throws FleetError gob/mismatch with Go's text
   */
  top(id: number, schema: SchemaNode): Read {
    const made = this.#made.get(id)?.get(schema);
    if (made !== undefined) return made;
    try {
      const read = this.#makeTop(id, schema);
      this.#remember(id, schema, read);
      return read;
    } catch (error) {
      // Readers of inner types may be half made.
      if (error instanceof FleetError) this.#made.clear();
      throw error;
    }
  }

  /** A reader for a field or element; `name` stands in texts about values out of range. */
  value(id: number, node: SchemaNode, name: string): Read {
    const base = baseOf(node);
    switch (base.kind) {
      case "struct":
        return this.#struct(id, base);
      case "generic":
        return (reader) => readGeneric(reader, this.types, id);
      default:
        return this.#compile(id, base, name);
    }
  }

  #remember(id: number, node: SchemaNode, read: Read | undefined): void {
    const forId = this.#made.get(id) ?? new Map<SchemaNode, Read | undefined>();
    forId.set(node, read);
    this.#made.set(id, forId);
  }

  #makeTop(id: number, schema: SchemaNode): Read {
    const wire = this.types.need(id);
    const base = baseOf(schema);
    if (base.kind === "struct") {
      const read = this.#struct(id, base);
      if (wire.kind === "struct" && wire.fields.length > 0 && base.fields.length > 0) {
        const names = new Set(wire.fields.map((field) => field.name));
        if (!base.fields.some((field) => names.has(field.name))) {
          const local =
            base.goName === undefined ? "" : base.goName.slice(base.goName.lastIndexOf(".") + 1);
          throw typeMismatch(
            `gob: type mismatch: no fields matched compiling decoder for ${local}`,
          );
        }
      }
      return read;
    }
    const local = schema.kind === "ptr" ? goTypeText(schema) : `*${goTypeText(schema)}`;
    if (!fitsType(this.types, id, base)) {
      const remote = wireTypeText(this.types, id);
      throw typeMismatch(
        base.kind === "iface"
          ? `gob: local interface type ${local} can only be decoded from remote interface type; received concrete type ${remote}`
          : `gob: decoding into local type ${local}, received remote type ${remote}`,
      );
    }
    const read = this.value(id, base, local);
    if (wire.kind === "struct") return read;
    return (reader) => {
      readSingletonMark(reader);
      return read(reader);
    };
  }

  #struct(id: number, base: Extract<BaseNode, { kind: "struct" }>): Read {
    const made = this.#made.get(id);
    if (made?.has(base) === true) {
      const ready = made.get(base);
      // A type that contains itself: its reader is there by the time a value comes.
      return ready ?? ((reader) => this.#made.get(id)?.get(base)?.(reader));
    }
    const wire = this.types.get(id);
    if (wire === undefined) throw malformed(`a value of type ${id}, which is not defined`);
    if (wire.kind !== "struct") {
      throw typeMismatch(
        `gob: type mismatch in decoder: want struct type ${goTypeText(base)}; got non-struct`,
      );
    }
    this.#remember(id, base, undefined);
    const read = structReader(this, wire, base);
    this.#remember(id, base, read);
    return read;
  }

  #compile(
    id: number,
    base: Exclude<BaseNode, { kind: "struct" | "generic" }>,
    name: string,
  ): Read {
    switch (base.kind) {
      case "bool":
        return (reader) => reader.bool();
      case "int":
      case "uint":
        return integerReader(base, name);
      case "float":
        return base.bits === 64
          ? (reader) => reader.float()
          : (reader) => readFloat32(reader, name);
      case "complex":
        return (reader) => {
          reader.charge(1, COST.record);
          return { re: reader.float(), im: reader.float() };
        };
      case "bytes":
        return readBytes;
      case "string":
        return stringReader(base, name);
      case "opaque":
        return opaqueReader(base);
      case "iface":
        return (reader) => this.#interface(reader, base);
      default:
        return this.#container(this.types.need(id), base, name);
    }
  }

  #container(
    wire: WireType,
    base: Extract<BaseNode, { kind: "list" | "array" | "byteArray" | "map" }>,
    name: string,
  ): Read {
    if (wire.kind === "map" && base.kind === "map") return this.#map(wire, base, name);
    if (wire.kind === "array" && base.kind === "byteArray")
      return byteArrayReader(base.length, name);
    if (
      (wire.kind !== "list" && wire.kind !== "array") ||
      (base.kind !== "list" && base.kind !== "array")
    ) {
      throw typeMismatch(`gob: wrong type (${goTypeText(base)})`);
    }
    const { types } = this;
    const { element } = wire;
    const length = base.kind === "array" ? base.length : undefined;
    const read = this.#inner(element, base.element, name);
    return (reader) => {
      const count = readCount(reader, 1, types.mayGoOn(element));
      if (length !== undefined && count !== length) {
        throw malformed("an array of a length that is not its type's");
      }
      reader.charge(count, COST.list + (count <= reader.left ? COST.slot * count : 0));
      if (count === 0) return [];
      reader.descend();
      const items: unknown[] = [];
      for (let index = 0; index < count; index += 1) items.push(read(reader));
      reader.depthLeft += 1;
      return items;
    };
  }

  #map(
    wire: Extract<WireType, { kind: "map" }>,
    base: Extract<BaseNode, { kind: "map" }>,
    name: string,
  ): Read {
    const { types } = this;
    const { keyText } = base;
    const readKey = this.#inner(wire.key, base.key, name);
    const readValue = this.#inner(wire.value, base.value, name);
    return (reader) => {
      const count = readCount(reader, 2, types.mayGoOn(wire.key) || types.mayGoOn(wire.value));
      reader.charge(2 * count, COST.map);
      reader.descend();
      const entries = new Map<unknown, unknown>();
      for (let index = 0; index < count; index += 1) {
        reader.charge(0, keyText === undefined ? COST.entry : COST.entry + COST.record + COST.text);
        const key = readKey(reader);
        const value = readValue(reader);
        // A value that does not fit was given a stand-in, which `keyText` need not understand.
        if (keyText === undefined) entries.set(key, value);
        else if (reader.fault === undefined) entries.set(keyText(key), { key, value });
      }
      reader.depthLeft += 1;
      return entries;
    };
  }

  /** A reader for elements. A list that contains itself gets the inner reader only when a value comes. */
  #inner(id: number, node: SchemaNode, name: string): Read {
    const base = baseOf(node);
    if (this.#making.some((pair) => pair.id === id && pair.base === base)) {
      let late: Read | undefined;
      return (reader) => (late ??= this.value(id, base, name))(reader);
    }
    this.#making.push({ id, base });
    try {
      return this.value(id, base, name);
    } finally {
      this.#making.pop();
    }
  }

  #interface(reader: ValueReader, base: Extract<BaseNode, { kind: "iface" }>): unknown {
    const name = readInterfaceName(reader);
    if (name === undefined) return undefined;
    reader.descend();
    reader.charge(1, COST.record + COST.text + 2 * name.length);
    const id = readInterfaceType(reader);
    const read = this.#interfaceReader(reader, base, name, id);
    const value = read === undefined ? skipTop(reader, this.types, id) : read(reader);
    reader.depthLeft += 1;
    return { name, value };
  }

  #interfaceReader(
    reader: ValueReader,
    base: Extract<BaseNode, { kind: "iface" }>,
    name: string,
    id: number,
  ): Read | undefined {
    const schema = base.registry.schemaOf(name);
    if (schema === undefined) {
      reader.refuse(
        typeMismatch(`gob: name not registered for interface: ${JSON.stringify(name)}`),
      );
      return undefined;
    }
    try {
      return this.top(id, schema.node);
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== "gob/mismatch") throw error;
      reader.refuse(error);
      return undefined;
    }
  }

  /** A reader that drops a field the schema does not have. */
  ignore(id: number): Read {
    return (reader) => {
      skipValue(reader, this.types, id);
    };
  }
}

import { equalBytes, fromHex, fromUtf8, toHex, utf8 } from "../../src/core/index.ts";
import { type InterfaceValue, type Marshaler, type Registry, type Schema, t } from "../../src/skywire/gob/index.ts";
import { type GoDeclaration, type GoType, parseGoSource, parseGoType, UnknownGoType } from "./go-source.ts";
import { type GobVectors, type Json, type JsonObject } from "./vectors.ts";

/** A schema built from Go type text, with the way its values stand in the vector files. */
export interface Shape {
  readonly schema: Schema<unknown>;
  toJson(value: unknown): Json;
  fromJson(json: Json): unknown;
  /** Basic kind of a map key, whose JavaScript value can be a `Map` key. */
  readonly primitive: boolean;
}

/** Marshalers of the standard library that vectors use; the rest is declared in their own source. */
const LIBRARY_SOURCE = `
type time.Duration int64
type time.Month int
type time.Weekday int
type net.IP []byte
type json.RawMessage []byte
type http.Header map[string][]string
`;
const LIBRARY_MARSHALERS: Readonly<Record<string, Marshaler>> = {
  "time.Time": "gobEncoder",
  "big.Int": "gobEncoder",
  "big.Rat": "gobEncoder",
  "big.Float": "gobEncoder",
  "url.URL": "binaryMarshaler",
  "netip.Addr": "binaryMarshaler",
  "netip.AddrPort": "binaryMarshaler",
  "netip.Prefix": "binaryMarshaler",
};
const LIBRARY_ZEROS: Readonly<Record<string, string>> = { "time.Time": "01000000000000000000000000ffff" };
/** Exported fields under a marshaler, whose types Go defines on the wire although nothing uses them. */
const LIBRARY_FIELDS: Readonly<Record<string, readonly Schema<unknown>[]>> = {
  "url.URL": [t.struct("url.Userinfo", {})],
};
const BITS_8 = new Set(["uint8", "byte"]);

/** Builds shapes out of the declarations a vector file carries. */
export class GoShapes {
  readonly #declared = new Map<string, GoDeclaration>();
  readonly #shapes = new Map<string, Shape>();
  readonly #zeros = new Map<string, Set<string>>();
  readonly #wireNames = new Map<string, string>();
  readonly #goTypes = new Map<string, string>();
  readonly #packageName: string;
  readonly #packagePath: string;

  constructor(meta: GobVectors["meta"], moreSource = "") {
    const source = `${meta.goTypes}\n${meta.extraTypes ?? ""}\n${moreSource}`;
    this.#packageName = /^\s*package\s+(\w+)/m.exec(meta.goTypes)?.[1] ?? "types";
    const registered = meta.registered ?? "";
    this.#packagePath = /package path\s+([\w./-]+)/.exec(registered)?.[1] ?? this.#packageName;
    for (const [name, declaration] of parseGoSource(LIBRARY_SOURCE)) this.#declared.set(name, declaration);
    for (const [name, declaration] of parseGoSource(source)) this.#declared.set(name, declaration);
    for (const [, name = "", type = ""] of registered.matchAll(/RegisterName\("([^"]+)",\s*([\w.]+)/g)) {
      this.#register(name, `${this.#packageName}.${type}`);
    }
    for (const [type, zero] of Object.entries(LIBRARY_ZEROS)) this.#zeros.set(type, new Set([zero]));
  }

  /** The shape of a type given as Go text. */
  of(text: string): Shape {
    return this.#build(parseGoType(text));
  }

  /** Notes what Go's zero value of a marshaler looks like: a field that was not sent showed it. */
  learnZero(goName: string, payload: string): void {
    const known = this.#zeros.get(goName) ?? new Set();
    known.add(payload);
    this.#zeros.set(goName, known);
  }

  /** Registers what gob.Register would: names met on the wire. */
  learnWireName(name: string): void {
    const goType = name.includes("/") ? name.slice(name.lastIndexOf("/") + 1) : name;
    if (!this.#goTypes.has(name)) this.#register(name, goType);
  }

  #register(wireName: string, goType: string): void {
    this.#goTypes.set(wireName, goType);
    if (!this.#wireNames.has(goType)) this.#wireNames.set(goType, wireName);
  }

  #wireName(goType: string): string {
    const known = this.#wireNames.get(goType);
    if (known !== undefined) return known;
    const inPackage = goType.startsWith(`${this.#packageName}.`);
    return inPackage ? this.#packagePath + goType.slice(this.#packageName.length) : goType;
  }

  readonly #registry: Registry = {
    schemaOf: (name) => {
      this.learnWireName(name);
      try {
        return this.of(this.#goTypes.get(name) ?? name).schema;
      } catch (error) {
        if (error instanceof UnknownGoType) return undefined;
        throw error;
      }
    },
  };

  #build(written: GoType): Shape {
    const own = `${this.#packageName}.`;
    const type: GoType =
      written.kind === "name" && written.name.startsWith(own)
        ? { kind: "name", name: written.name.slice(own.length) }
        : written;
    const key = JSON.stringify(type);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    let made: Shape | undefined;
    const self = (): Shape => {
      if (made === undefined) throw new Error("a shape is used while it is built");
      return made;
    };
    const schema = t.lazy(() => self().schema);
    this.#shapes.set(key, {
      schema,
      toJson: (value) => self().toJson(value),
      fromJson: (json) => self().fromJson(json),
      primitive: false,
    });
    try {
      made = this.#make(type);
    } catch (error) {
      this.#shapes.delete(key);
      throw error;
    }
    this.#shapes.set(key, made);
    return made;
  }

  #make(type: GoType): Shape {
    switch (type.kind) {
      case "name":
        return this.#named(type.name);
      case "ptr": {
        const inner = this.#build(type.element);
        return {
          schema: t.ptr(inner.schema),
          toJson: (value) => (value === undefined ? null : inner.toJson(value)),
          fromJson: (json) => (json === null ? undefined : inner.fromJson(json)),
          primitive: false,
        };
      }
      case "slice":
        return this.#isByte(type.element) ? bytesShape() : listShape(this.#build(type.element), undefined);
      case "array":
        return this.#isByte(type.element)
          ? byteArrayShape(type.length)
          : listShape(this.#build(type.element), type.length);
      case "map":
        return mapShape(this.#build(type.key), this.#build(type.value));
      case "struct":
        return this.#struct("", type);
      case "iface":
        return this.#interface();
      case "unsent":
        throw new UnknownGoType("a channel or function is no gob value");
    }
  }

  /** True for uint8 and types named after it, which make byte slices. */
  #isByte(type: GoType): boolean {
    if (type.kind !== "name") return false;
    if (BITS_8.has(type.name)) return true;
    const declaration = this.#find(type.name);
    return declaration !== undefined && declaration.marshaler === undefined && this.#isByte(declaration.type);
  }

  #find(name: string): GoDeclaration | undefined {
    return this.#declared.get(name) ?? this.#declared.get(name.replace(/^(?:types|main)\./, ""));
  }

  #named(name: string): Shape {
    const basic = BASIC.get(name);
    if (basic !== undefined) return basic;
    const library = LIBRARY_MARSHALERS[name];
    if (library !== undefined) return this.#opaque(name, library, name.startsWith("big."), undefined);
    const declaration = this.#find(name);
    if (declaration === undefined) throw new UnknownGoType(name);
    const full = name.includes(".") ? name : `${this.#packageName}.${name}`;
    if (declaration.marshaler !== undefined) {
      return this.#opaque(full, declaration.marshaler, declaration.pointerReceiver, declaration.type);
    }
    if (declaration.type.kind === "struct") return this.#struct(full, declaration.type);
    const shape = this.#make(declaration.type);
    const { kind } = shape.schema.node;
    return kind === "ptr" || kind === "lazy" ? shape : { ...shape, schema: t.named(full, shape.schema) };
  }

  #struct(name: string, type: Extract<GoType, { kind: "struct" }>): Shape {
    const sent = type.fields.filter((field) => /^\p{Lu}/u.test(field.name) && field.type.kind !== "unsent");
    const fields = sent.map((field) => {
      const shape = this.#build(field.type);
      // A nil map and an empty one differ in a field, and only there.
      const nilable = this.#isMap(field.type);
      return { name: field.name, shape, schema: nilable ? t.ptr(shape.schema) : shape.schema, nilable };
    });
    return {
      schema: t.struct(name, Object.fromEntries(fields.map((field) => [field.name, field.schema]))),
      toJson: (value) =>
        Object.fromEntries(
          fields.map(({ name: field, shape, nilable }) => {
            const content = propertyOf(value, field);
            return [field, nilable && content === undefined ? null : shape.toJson(content)];
          }),
        ),
      fromJson: (json) =>
        Object.fromEntries(
          fields.map(({ name: field, shape, nilable }) => {
            const content = objectOf(json)[field] ?? null;
            return [field, nilable && content === null ? undefined : shape.fromJson(content)];
          }),
        ),
      primitive: false,
    };
  }

  #isMap(type: GoType): boolean {
    if (type.kind === "map") return true;
    const declaration = type.kind === "name" ? this.#find(type.name) : undefined;
    return declaration !== undefined && declaration.marshaler === undefined && this.#isMap(declaration.type);
  }

  #opaque(goName: string, marshaler: Marshaler, pointerReceiver: boolean, under: GoType | undefined): Shape {
    if (under?.kind === "array" && this.#isByte(under.element)) {
      this.learnZero(goName, "00".repeat(under.length));
    }
    const isZero = (value: Uint8Array): boolean =>
      !pointerReceiver && (this.#zeros.get(goName)?.has(toHex(value)) ?? false);
    const inner =
      under?.kind === "struct" ? under.fields.filter((field) => /^\p{Lu}/u.test(field.name)) : [];
    return {
      schema: t.opaqueOf<Uint8Array>({
        marshaler,
        goName,
        zero: () => UNSENT,
        isZero,
        encode: (value) => value,
        decode: (bytes) => bytes,
        fields: LIBRARY_FIELDS[goName] ?? inner.map((field) => this.#build(field.type).schema),
      }),
      toJson: (value) => (value === UNSENT ? { $unsent: goName } : { $opaque: toHex(bytesOf(value)) }),
      fromJson: (json) => fromHex(textOf(objectOf(json)["$opaque"])),
      primitive: false,
    };
  }

  #interface(): Shape {
    return {
      schema: t.iface(this.#registry),
      toJson: (value) => {
        if (value === undefined) return null;
        const { name, value: content } = value as InterfaceValue;
        const goType = this.#goTypes.get(name) ?? name;
        return { $iface: this.of(goType).toJson(content), goType };
      },
      fromJson: (json) => {
        if (json === null) return undefined;
        const { $iface: content, goType } = objectOf(json);
        const text = textOf(goType);
        return { name: this.#wireName(text), value: this.of(text).fromJson(content ?? null) };
      },
      primitive: false,
    };
  }
}

/** What stands for a marshaler field that was not sent: only its Go type knows its zero value. */
const UNSENT = new Uint8Array(0);

function propertyOf(value: unknown, name: string): unknown {
  return objectOf(value as Json)[name];
}

function objectOf(json: Json | undefined): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("not an object");
  return json as JsonObject;
}

function textOf(json: Json | undefined): string {
  if (typeof json !== "string") throw new Error("not a text");
  return json;
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error("not bytes");
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error("not a list");
  return value;
}

function integerShape(schema: Schema<unknown>): Shape {
  return {
    schema,
    toJson: (value) => {
      const big = BigInt(value as bigint | number);
      const small = Number(big);
      return Number.isSafeInteger(small) ? small : { $int: String(big) };
    },
    fromJson: (json) => {
      const big = BigInt(typeof json === "number" ? json : textOf(objectOf(json)["$int"]));
      const { node } = schema;
      return (node.kind === "int" || node.kind === "uint") && node.form === "number" ? Number(big) : big;
    },
    primitive: true,
  };
}

function floatToJson(value: unknown): Json {
  const number = value as number;
  if (Number.isNaN(number)) return { $float: "NaN" };
  if (Object.is(number, -0)) return { $float: "-0" };
  if (Number.isFinite(number)) return number;
  return { $float: number > 0 ? "+Inf" : "-Inf" };
}

function floatFromJson(json: Json): number {
  if (typeof json === "number") return json;
  const text = textOf(objectOf(json)["$float"]);
  return text.endsWith("Inf") ? Number(`${text.replace("Inf", "")}Infinity`) : Number(text);
}

function floatShape(schema: Schema<unknown>): Shape {
  return { schema, toJson: floatToJson, fromJson: floatFromJson, primitive: true };
}

const BOOL: Shape = {
  schema: t.bool,
  toJson: (value) => value === true,
  fromJson: (json) => json,
  primitive: true,
};

/** Strings keep their bytes here: some are not UTF-8. */
const STRING: Shape = {
  schema: t.rawString,
  toJson: (value) => {
    const bytes = bytesOf(value);
    try {
      const text = fromUtf8(bytes);
      // A decoder may drop a leading U+FEFF.
      return equalBytes(utf8(text), bytes) ? text : `\uFEFF${text}`;
    } catch {
      return { $rawstring: toHex(bytes) };
    }
  },
  fromJson: (json) => (typeof json === "string" ? utf8(json) : fromHex(textOf(objectOf(json)["$rawstring"]))),
  primitive: false,
};

const COMPLEX: Shape = {
  schema: t.complex,
  toJson: (value) => ({
    $complex: [floatToJson(propertyOf(value, "re")), floatToJson(propertyOf(value, "im"))],
  }),
  fromJson: (json) => {
    const [re = 0, im = 0] = listOf(objectOf(json)["$complex"]) as readonly Json[];
    return { re: floatFromJson(re), im: floatFromJson(im) };
  },
  primitive: false,
};

const BASIC: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["bool", BOOL],
  ["string", STRING],
  ["complex64", COMPLEX],
  ["complex128", COMPLEX],
  ["float64", floatShape(t.float)],
  ["float32", floatShape(t.float32)],
  ["int", integerShape(t.named("int", t.int64))],
  ["int8", integerShape(t.int8)],
  ["int16", integerShape(t.int16)],
  ["int32", integerShape(t.int32)],
  ["rune", integerShape(t.int32)],
  ["int64", integerShape(t.int64)],
  ["uint", integerShape(t.named("uint", t.uint64))],
  ["uint8", integerShape(t.uint8)],
  ["byte", integerShape(t.uint8)],
  ["uint16", integerShape(t.uint16)],
  ["uint32", integerShape(t.uint32)],
  ["uint64", integerShape(t.uint64)],
  ["uintptr", integerShape(t.uint64)],
]);

function bytesShape(): Shape {
  return {
    schema: t.bytes,
    toJson: (value) => ({ $bytes: toHex(bytesOf(value)) }),
    // Slices of a named byte type may be written as numbers.
    fromJson: (json) =>
      Array.isArray(json) ? Uint8Array.from(json as number[]) : fromHex(textOf(objectOf(json)["$bytes"])),
    primitive: false,
  };
}

function byteArrayShape(length: number): Shape {
  return {
    schema: t.byteArray(length),
    toJson: (value) => [...bytesOf(value)],
    fromJson: (json) =>
      Array.isArray(json) ? Uint8Array.from(json as number[]) : fromHex(textOf(objectOf(json)["$bytes"])),
    primitive: false,
  };
}

function listShape(element: Shape, length: number | undefined): Shape {
  return {
    schema: length === undefined ? t.list(element.schema) : t.array(element.schema, length),
    toJson: (value) => listOf(value).map((item) => element.toJson(item)),
    fromJson: (json) => (json === null ? [] : listOf(json).map((item) => element.fromJson(item as Json))),
    primitive: false,
  };
}

function mapShape(key: Shape, value: Shape): Shape {
  const text = (name: unknown): string => JSON.stringify(key.toJson(name));
  return {
    schema: key.primitive ? t.map(key.schema, value.schema) : t.keyedMap(key.schema, value.schema, text),
    toJson: (entries) => {
      const pairs = [...(entries as ReadonlyMap<unknown, unknown>)].map(([name, content]): [Json, Json] => {
        if (key.primitive) return [key.toJson(name), value.toJson(content)];
        return [key.toJson(propertyOf(content, "key")), value.toJson(propertyOf(content, "value"))];
      });
      return { $map: pairs };
    },
    fromJson: (json) => {
      const pairs = json === null ? [] : (listOf(objectOf(json)["$map"]) as readonly (readonly [Json, Json])[]);
      return new Map(
        pairs.map(([name, content]): [unknown, unknown] => {
          const made = key.fromJson(name);
          const item = value.fromJson(content);
          return key.primitive ? [made, item] : [text(made), { key: made, value: item }];
        }),
      );
    },
    primitive: false,
  };
}

import { fromHex, toHex } from "../../src/core/index.ts";
import {
  type InterfaceValue,
  type Marshaler,
  type Registry,
  type Schema,
  t,
} from "../../src/skywire/gob/index.ts";
import {
  BASIC,
  byteArrayShape,
  bytesOf,
  bytesShape,
  listShape,
  mapShape,
  objectOf,
  propertyOf,
  type Shape,
  textOf,
} from "./go-basic-shapes.ts";
import {
  type GoDeclaration,
  type GoType,
  goTypeText,
  parseGoSource,
  parseGoType,
  UnknownGoType,
} from "./go-source.ts";
import type { GobVectors } from "./vectors.ts";

/** What stands for a marshaler field that was not sent: only its Go type knows its zero value. */
const UNSENT = new Uint8Array(0);

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
const LIBRARY_ZEROS: Readonly<Record<string, string>> = {
  "time.Time": "01000000000000000000000000ffff",
};
/** Exported fields under a marshaler, whose types Go defines on the wire although nothing uses them. */
const LIBRARY_FIELDS: Readonly<Record<string, readonly Schema<unknown>[]>> = {
  "url.URL": [t.struct("url.Userinfo", {})],
};
const BITS_8 = new Set(["uint8", "byte"]);

/** True for a registered name without an import path, or with one of the standard library. */
function isStandardPath(name: string): boolean {
  return /^[^/]*$|^(?:math|net|encoding|net\/http)\/\w+\.\w+$/.test(name);
}

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
    for (const [name, declaration] of parseGoSource(LIBRARY_SOURCE))
      this.#declared.set(name, declaration);
    for (const [name, declaration] of parseGoSource(source)) this.#declared.set(name, declaration);
    for (const [, name = "", type = ""] of registered.matchAll(
      /RegisterName\("([^"]+)",\s*([\w.]+)/g,
    )) {
      this.#register(name, `${this.#packageName}.${type}`);
    }
    for (const [type, zero] of Object.entries(LIBRARY_ZEROS))
      this.#zeros.set(type, new Set([zero]));
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
    if (!isStandardPath(name) && !name.startsWith(this.#packagePath)) return;
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

  /**
   * True when a type holds fields that Go's decoder finds by name and gob's wire form does not have: those
   * promoted from an embedded struct, channels and functions. Schemas do not have them.
   */
  hidesFields(text: string): boolean {
    try {
      return this.#hides(parseGoType(text), new Set());
    } catch (error) {
      if (error instanceof UnknownGoType) return true;
      throw error;
    }
  }

  #hides(type: GoType, seen: Set<string>): boolean {
    switch (type.kind) {
      case "unsent":
        return true;
      case "iface":
        return false;
      case "name": {
        if (seen.has(type.name)) return false;
        seen.add(type.name);
        const declaration = this.#find(type.name);
        return (
          declaration !== undefined &&
          declaration.marshaler === undefined &&
          this.#hides(declaration.type, seen)
        );
      }
      case "map":
        return this.#hides(type.key, seen) || this.#hides(type.value, seen);
      case "struct":
        return type.fields.some(
          (field) => field.embedded === true || this.#hides(field.type, seen),
        );
      default:
        return this.#hides(type.element, seen);
    }
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
        return this.#isByte(type.element)
          ? this.#textNamed(type, bytesShape())
          : listShape(this.#build(type.element), undefined);
      case "array":
        return this.#isByte(type.element)
          ? this.#textNamed(type, byteArrayShape(type.length))
          : listShape(this.#build(type.element), type.length);
      case "map":
        return mapShape(this.#build(type.key), this.#build(type.value));
      case "struct":
        return this.#struct("", type);
      case "iface":
        return this.#interface(type.name);
      case "unsent":
        throw new UnknownGoType("a channel or function is no gob value");
    }
  }

  /** Gives a schema the text its Go type has: that of its elements may be another than the schema's. */
  #textNamed(type: GoType, shape: Shape): Shape {
    return { ...shape, schema: t.named(goTypeText(type, this.#fullName), shape.schema) };
  }

  /** True for uint8 and types named after it, which make byte slices. */
  #isByte(type: GoType): boolean {
    if (type.kind !== "name") return false;
    if (BITS_8.has(type.name)) return true;
    const declaration = this.#find(type.name);
    return (
      declaration !== undefined &&
      declaration.marshaler === undefined &&
      this.#isByte(declaration.type)
    );
  }

  #find(name: string): GoDeclaration | undefined {
    const known = this.#declared.get(name);
    if (known !== undefined) return known;
    const [packageName = "", own] = name.split(".");
    const isOurs = [this.#packageName, "types", "main"].includes(packageName);
    return own !== undefined && isOurs ? this.#declared.get(own) : undefined;
  }

  /** A name as Go's type texts have it. */
  readonly #fullName = (name: string): string => {
    if (name === "byte") return "uint8";
    if (name === "rune") return "int32";
    if (BASIC.has(name)) return name;
    const declaration = this.#find(name);
    if (declaration?.alias === true) return goTypeText(declaration.type, this.#fullName);
    return name.includes(".") ? name : `${this.#packageName}.${name}`;
  };

  #named(name: string): Shape {
    const basic = BASIC.get(name);
    if (basic !== undefined) return basic;
    const library = LIBRARY_MARSHALERS[name];
    if (library !== undefined)
      return this.#opaque(name, library, name.startsWith("big."), undefined);
    const declaration = this.#find(name);
    if (declaration === undefined) throw new UnknownGoType(name);
    if (declaration.alias) return this.#build(declaration.type);
    const full = name.includes(".") ? name : `${this.#packageName}.${name}`;
    if (declaration.marshaler !== undefined) {
      return this.#opaque(
        full,
        declaration.marshaler,
        declaration.pointerReceiver,
        declaration.type,
      );
    }
    if (declaration.type.kind === "struct") return this.#struct(full, declaration.type);
    const shape = this.#make(declaration.type);
    const { kind } = shape.schema.node;
    return kind === "ptr" || kind === "lazy"
      ? shape
      : { ...shape, schema: t.named(full, shape.schema) };
  }

  #struct(name: string, type: Extract<GoType, { kind: "struct" }>): Shape {
    const sent = type.fields.filter(
      (field) => /^\p{Lu}/u.test(field.name) && field.type.kind !== "unsent",
    );
    const fields = sent.map((field) => {
      const shape = this.#build(field.type);
      // A nil map and an empty one differ in a field, and only there.
      const nilable = this.#isMap(field.type);
      return {
        name: field.name,
        shape,
        schema: nilable
          ? t.named(goTypeText(field.type, this.#fullName), t.ptr(shape.schema))
          : shape.schema,
        nilable,
      };
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
    return (
      declaration !== undefined &&
      declaration.marshaler === undefined &&
      this.#isMap(declaration.type)
    );
  }

  #opaque(
    goName: string,
    marshaler: Marshaler,
    pointerReceiver: boolean,
    under: GoType | undefined,
  ): Shape {
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
      toJson: (value) =>
        value === UNSENT ? { $unsent: goName } : { $opaque: toHex(bytesOf(value)) },
      fromJson: (json) => fromHex(textOf(objectOf(json)["$opaque"])),
      primitive: false,
    };
  }

  #interface(name: string | undefined): Shape {
    const schema = t.iface(this.#registry);
    return {
      schema: name === undefined ? schema : t.named(name, schema),
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

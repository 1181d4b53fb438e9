// The forms of values that are read without a schema, by what their sender says of their types.
import type { Marshaler } from "./schema-node.ts";

/** A struct read without a schema: its fields by name, in wire order, without any inherited property. */
export interface GenericStruct {
  readonly [field: string]: GenericValue;
}

/** A marshaler's payload read without a schema. */
export class GenericOpaque {
  readonly marshaler: Marshaler;
  readonly bytes: Uint8Array;

  constructor(marshaler: Marshaler, bytes: Uint8Array) {
    this.marshaler = marshaler;
    this.bytes = bytes;
  }
}

/** A value inside an interface, read without a schema. */
export class GenericInterface {
  readonly name: string;
  readonly value: GenericValue;

  constructor(name: string, value: GenericValue) {
    this.name = name;
    this.value = value;
  }
}

/** A complex number read without a schema. */
export class GenericComplex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** A string that is not UTF-8, read without a schema. */
export class GenericText {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * Whatever a gob stream can hold. Integers are numbers, bigints when beyond 2^53-1; an omitted field has its
 * type's zero value, `undefined` for a struct, map, interface or marshaler.
 */
export type GenericValue =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | GenericText
  | GenericComplex
  | GenericOpaque
  | GenericInterface
  | readonly GenericValue[]
  | ReadonlyMap<GenericValue, GenericValue>
  | GenericStruct;

const NO_PROPERTIES: object = Object.freeze(Object.create(null) as object);

/** A fresh record on which every name, `__proto__` too, is an ordinary property. */
export function emptyRecord(): Record<string, GenericValue> {
  return Object.create(NO_PROPERTIES) as Record<string, GenericValue>;
}

/** True for a struct read without a schema. */
export function isGenericStruct(value: GenericValue): value is GenericStruct {
  return typeof value === "object" && Object.getPrototypeOf(value) === NO_PROPERTIES;
}

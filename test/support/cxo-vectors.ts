import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fromHex, toHex, utf8 } from "../../src/core/index.ts";
import { type CxoType, type CxoValue, FloatBits } from "../../src/skywire/cxo/index.ts";

const COMMITTED = fileURLToPath(new URL("../vectors", import.meta.url));

/** A JSON value as the vector files hold it. */
export type VectorValue =
  | string
  | number
  | boolean
  | null
  | readonly VectorValue[]
  | { readonly [key: string]: VectorValue };

/** A type as the vector files write it. */
export type VectorType =
  | string
  | { readonly slice: VectorType }
  | { readonly array: VectorType; readonly len: number }
  | { readonly map: readonly [VectorType, VectorType] }
  | {
      readonly struct: readonly {
        readonly name: string;
        readonly type: VectorType;
        readonly tag?: string;
        readonly unexported?: boolean;
      }[];
    };

interface Named {
  readonly name: string;
}

/** The form of cxo-objects.json, as far as tests read it. */
export interface CxoObjectVectors {
  readonly encode: readonly (Named & {
    type: VectorType;
    value: VectorValue;
    hex: string;
    goDecodeError?: string;
  })[];
  readonly encodeRefused: readonly (Named & { goError: string })[];
  readonly decode: readonly (Named & {
    type: VectorType;
    hex: string;
    goError: string | null;
    used?: number;
    value?: VectorValue;
    goErrorExact: string | null;
  })[];
  readonly registries: readonly (Named & {
    types: readonly { readonly name: string; readonly type: VectorType }[];
    hex?: string;
    size?: number;
    ref?: string;
    schemas?: readonly { name: string; schemaRef: string; hex: string; hasReferences: boolean }[];
    goError?: string;
  })[];
  readonly refs: {
    readonly leafHashes: readonly string[];
    readonly trees: readonly {
      degree: number;
      length: number;
      refsHash: string;
      rootHex?: string;
      depth?: number;
      innerNodes?: number;
      nodes?: readonly { hash: string; hex: string }[];
      nodeHashes?: readonly string[];
    }[];
    readonly appendChains: readonly { degree: number; refsHashAfterAppend: readonly string[] }[];
    readonly appendChunks: readonly {
      degree: number;
      chunks: readonly number[];
      refsHashAfterChunk: readonly string[];
      refsHashAtOnce?: string;
      same?: boolean;
    }[];
    readonly special: readonly (Named & {
      degree: number;
      elements: readonly string[];
      refsHash: string;
      rootHex?: string;
      nodes?: readonly { hash: string; hex: string }[];
      goReads?: readonly string[];
    })[];
    readonly malformed: readonly (Named & {
      hex: string;
      goLenError: string | null;
      goAscendSeen?: number;
      goAscendError?: string | null;
    })[];
  };
  readonly roots: {
    readonly registryHex: string;
    readonly registryRef: string;
    readonly roots: readonly (Named & {
      refs: readonly { hash: string; schema: string }[];
      descriptor: string;
      reg: string;
      pub: string;
      nonce: string;
      seq: string;
      time: string;
      prev: string;
      hex: string;
      hash: string;
      sig: string;
    })[];
    readonly objectsOfRoots0to6: readonly { hash: string; hex: string }[];
    readonly tampered: readonly (Named & {
      feed: string;
      hex: string;
      sig: string;
      stage: string;
      goError: string | null;
    })[];
  };
  readonly keys: {
    readonly secretKeys: readonly (Named & { sk: string; goError: string | null; pk?: string })[];
    readonly deterministicKeyPairs: readonly { sk: string; pk: string }[];
    readonly publicKeys: readonly (Named & { pk: string; goError: string | null })[];
    readonly ecdh: readonly (Named & {
      pk: string;
      sk: string;
      out: string;
      goError: string | null;
    })[];
    readonly hashes: readonly { utf8: string; sha256: string }[];
    readonly signatures: readonly (Named & {
      hash: string;
      sig: string;
      pk: string;
      goVerifyError: string | null;
      goRecoverError: string | null;
      goRecovered?: string;
    })[];
  };
}

/** Reads cxo-objects.json from FLEET_VECTORS, or from the committed folder. */
export function readCxoObjects(): CxoObjectVectors {
  const folder = process.env["FLEET_VECTORS"] ?? COMMITTED;
  return JSON.parse(
    readFileSync(path.join(folder, "cxo-objects.json"), "utf8"),
  ) as CxoObjectVectors;
}

/** A vector's type for our codec. */
export function toCxoType(type: VectorType): CxoType {
  if (typeof type === "string") return type as CxoType;
  if ("slice" in type) return { slice: toCxoType(type.slice) };
  if ("array" in type) return { array: toCxoType(type.array), len: type.len };
  if ("map" in type) return { map: [toCxoType(type.map[0]), toCxoType(type.map[1])] };
  return { struct: type.struct.map((field) => ({ ...field, type: toCxoType(field.type) })) };
}

/** A vector's value for our codec. */
export function toCxoValue(type: CxoType, value: VectorValue): CxoValue {
  if (typeof type === "string") return basicValue(type, value);
  if ("named" in type) return toCxoValue(type.type, value);
  if ("use" in type) throw new Error("vector values have no registered types");
  if ("slice" in type || "array" in type) {
    const element = "slice" in type ? type.slice : type.array;
    return element === "uint8"
      ? fromHex(value as string)
      : (value as VectorValue[]).map((item) => toCxoValue(element, item));
  }
  if ("map" in type) {
    const [key, member] = type.map;
    return (value as [VectorValue, VectorValue][]).map(([k, v]) => [
      toCxoValue(key, k),
      toCxoValue(member, v),
    ]);
  }
  const members = value as Readonly<Record<string, VectorValue>>;
  const known = type.struct.filter((field) => field.name in members);
  return Object.fromEntries(
    known.map((field) => [field.name, toCxoValue(field.type, members[field.name] ?? null)]),
  );
}

function basicValue(type: string, value: VectorValue): CxoValue {
  if (type === "bool") return value as boolean;
  if (type === "int64" || type === "uint64") return BigInt(value as string);
  if (type.startsWith("int") || type.startsWith("uint")) return Number(value);
  if (type.startsWith("float")) return floatValue(type, (value as { bits: string }).bits);
  if (type === "bytes") return fromHex(value as string);
  if (type === "string")
    return typeof value === "string" ? value : fromHex((value as { stringHex: string }).stringHex);
  const members = value as { Hash: string; Schema?: string };
  if (type !== "Dynamic") return fromHex(members.Hash);
  return { Hash: fromHex(members.Hash), Schema: fromHex(members.Schema ?? "") };
}

function floatValue(type: string, hexBits: string): number | FloatBits {
  const bits = fromHex(hexBits);
  const view = new DataView(bits.buffer);
  const value = type === "float32" ? view.getFloat32(0) : view.getFloat64(0);
  const usual = type === "float32" ? "7fc00000" : "7ff8000000000000";
  return Number.isNaN(value) && hexBits !== usual ? new FloatBits(BigInt(`0x${hexBits}`)) : value;
}

/** A value in one comparable form: byte strings as hex, integers as text, -0 apart from 0. */
export function comparable(value: CxoValue): unknown {
  if (value instanceof Uint8Array) return `hex:${toHex(value)}`;
  // Go turns a signalling NaN of 32 bits into a quiet one on its way through float64.
  if (value instanceof FloatBits) {
    return `bits:${value.bits > 0xffff_ffffn ? value.bits : value.bits | 0x40_0000n}`;
  }
  if (typeof value === "bigint") return `int:${value}`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : value;
  if (typeof value === "string") return `text:${toHex(utf8(value))}`;
  if (Array.isArray(value)) return value.map((item: CxoValue) => comparable(item));
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, CxoValue>).map(([name, item]) => [
      name,
      comparable(item),
    ]),
  );
}

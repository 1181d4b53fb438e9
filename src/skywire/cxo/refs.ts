// The tree of a list of objects, as it is stored.
import { equalBytes, FleetError, sha256, toHex } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "./encoded-values.ts";

/** The hash of nothing: a nil element, an empty list, no object. */
export const BLANK_HASH: Uint8Array = new Uint8Array(32);

/** The degree that Go's writers use unless told otherwise. */
export const REFS_DEGREE = 16;

/** The degrees that a list of ours may have: as low as Go's, and up to where one can still be written anew. */
export const LIST_DEGREES: { readonly min: number; readonly max: number } = { min: 2, max: 32 };

const DEGREE_MIN = 2;
const DEGREE_MAX = 1024;
const HASH_SIZE = 32;
/** Length and count in front of the elements. */
const NODE_HEAD_SIZE = 8;
/** Degree 2 needs 32 levels for the largest length there is. */
const DEPTH_MAX = 31;
/** A few shared nodes can claim billions of elements; nobody reads a list that long in one go. */
const LENGTH_MAX = 4_194_304;

/** The object that a Refs hash names: the top of a tree of hashes. */
export interface RefsTop {
  /** Levels of nodes below; at 0 the elements are the hashes of the list itself. */
  readonly depth: number;
  readonly degree: number;
  /** Elements of the whole list. */
  readonly length: number;
  readonly elements: readonly Uint8Array[];
}

/** Any node below the top. */
export interface RefsNode {
  /** Elements of the list below this node. */
  readonly length: number;
  readonly elements: readonly Uint8Array[];
}

/** An object and its address. */
export interface CxoObject {
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Finds an object's bytes by its hash. The bytes are hashed again by whoever reads them. */
export type GetObject = (hash: Uint8Array) => Uint8Array | undefined;

/** Encodes the top of a list. */
export function encodeRefsTop(top: RefsTop): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(top.depth);
  writer.u32(top.degree);
  writeNode(writer, top);
  return writer.finish();
}

/** Encodes a node below the top. */
export function encodeRefsNode(node: RefsNode): Uint8Array {
  const writer = new ObjectWriter(NODE_HEAD_SIZE + node.elements.length * HASH_SIZE);
  writeNode(writer, node);
  return writer.finish();
}

function writeNode(writer: ObjectWriter, node: RefsNode): void {
  writer.u32(node.length);
  writer.u32(node.elements.length);
  for (const element of node.elements) writer.raw(element);
}

/**
 * Decodes the top of a list. Stricter than Go, which believes any length and depth.
 * @throws FleetError cxo/truncated, cxo/trailing, cxo/refs
 * Source: cxo skyobject/registry, encodedRefs.
 */
export function decodeRefsTop(bytes: Uint8Array): RefsTop {
  const reader = new ByteReader(bytes);
  const depth = reader.u32();
  const degree = reader.u32();
  if (degree < DEGREE_MIN || degree > DEGREE_MAX)
    throw bad(`a degree is ${DEGREE_MIN} to ${DEGREE_MAX}, found ${degree}`);
  if (depth > DEPTH_MAX) throw bad(`a depth of ${depth} is over the limit of ${DEPTH_MAX}`);
  const node = readNode(reader, depth, degree);
  return { depth, degree, ...node };
}

/**
 * Decodes a node that has `depth` levels of nodes below it.
 * @throws FleetError cxo/truncated, cxo/trailing, cxo/refs
 */
export function decodeRefsNode(bytes: Uint8Array, depth: number, degree: number): RefsNode {
  return readNode(new ByteReader(bytes), depth, degree);
}

function readNode(reader: ByteReader, depth: number, degree: number): RefsNode {
  const length = reader.u32();
  const count = reader.u32();
  if (count * HASH_SIZE > reader.left) {
    throw new FleetError(
      "cxo/truncated",
      `the bytes end too early: ${count} hashes do not fit into ${reader.left} bytes`,
    );
  }
  const elements: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) elements.push(reader.raw(HASH_SIZE));
  reader.end();
  if (length === 0 || count === 0) throw bad("an empty list has no object");
  if (count > degree) throw bad(`${count} elements in a node of degree ${degree}`);
  if (depth === 0 && length !== count) throw bad(`a length of ${length} over ${count} elements`);
  if (length < count || length > count * degree ** depth)
    throw bad(`a length of ${length} cannot lie below ${count} nodes`);
  return { length, elements };
}

/**
 * Reads the hashes of a list in order. The tree may have any shape that a Go writer leaves behind;
 * every node's bytes must have the hash they were asked by, and the lengths must agree.
 * A blank hash in the result is a nil element.
 * @throws FleetError cxo/missing for a node that `get` does not have; cxo/refs, cxo/truncated, cxo/trailing
 */
export function readRefs(hash: Uint8Array, get: GetObject): readonly Uint8Array[] {
  if (isBlank(hash)) return [];
  const top = decodeRefsTop(fetchObject(hash, get));
  if (top.length > LENGTH_MAX)
    throw new FleetError("cxo/limit", `a list of ${top.length} is over the limit of ${LENGTH_MAX}`);
  const found: Uint8Array[] = [];
  collect(top, top.depth, top.degree, get, found);
  return found;
}

function collect(
  node: RefsNode,
  depth: number,
  degree: number,
  get: GetObject,
  found: Uint8Array[],
): void {
  if (depth === 0) {
    found.push(...node.elements);
    return;
  }
  const before = found.length;
  for (const element of node.elements) {
    const child = decodeRefsNode(fetchObject(element, get), depth - 1, degree);
    if (found.length - before + child.length > node.length)
      throw bad("nodes hold more elements than the length above them");
    collect(child, depth - 1, degree, get, found);
  }
  if (found.length - before !== node.length)
    throw bad(`a length of ${node.length} over ${found.length - before} elements`);
}

/**
 * Gets an object and checks that its bytes have the hash.
 * @throws FleetError cxo/missing, cxo/hash
 */
export function fetchObject(hash: Uint8Array, get: GetObject): Uint8Array {
  const bytes = get(hash);
  if (bytes === undefined) throw new FleetError("cxo/missing", `object ${toHex(hash)} is missing`);
  if (!equalBytes(sha256(bytes), hash))
    throw new FleetError("cxo/hash", `object ${toHex(hash)} has other bytes than its hash says`);
  return bytes;
}

/** True for the all-zero hash, which names no object. */
export function isBlank(hash: Uint8Array): boolean {
  return hash.every((byte) => byte === 0);
}

function bad(why: string): FleetError {
  return new FleetError("cxo/refs", `the list of references is malformed: ${why}`);
}

// Builds the tree of a list of objects, one element after the other.
import { assert, equalBytes, FleetError, sha256 } from "../../core/index.ts";
import {
  BLANK_HASH,
  type CxoObject,
  decodeRefsNode,
  decodeRefsTop,
  encodeRefsNode,
  encodeRefsTop,
  fetchObject,
  type GetObject,
  isBlank,
  REFS_DEGREE,
  type RefsNode,
  type RefsTop,
} from "./refs.ts";

/** What a finished list is: its hash and every object made for it since the last finish. */
export interface BuiltRefs {
  /** Blank for an empty list. */
  readonly hash: Uint8Array;
  readonly objects: readonly CxoObject[];
}

/**
 * Grows a list at its end and gives its tree. Appending one by one, in chunks or all at once makes
 * the same tree, so a list that only grows has one form: as shallow as its length allows, and all
 * nodes full except along the right edge.
 *
 * `#levels[0]` holds the last leaf node's elements (never empty once there are any); `#levels[n]` the
 * full nodes of level n that wait for their parent. The edge below a level takes its last slot, so a
 * level above the leaves holds at most degree - 1.
 */
export class RefsBuilder {
  readonly #degree: number;
  readonly #levels: Uint8Array[][] = [[]];
  #length = 0;
  #fresh: CxoObject[] = [];

  constructor(degree: number = REFS_DEGREE) {
    this.#degree = degree;
  }

  get length(): number {
    return this.#length;
  }

  get degree(): number {
    return this.#degree;
  }

  append(hash: Uint8Array): void {
    const leaves = this.#level(0);
    if (leaves.length === this.#degree) {
      this.#seal(0);
    }
    this.#level(0).push(hash);
    this.#length += 1;
  }

  /** The tree of the list as it is now. The builder can go on appending. */
  finish(): BuiltRefs {
    const objects = this.#fresh;
    this.#fresh = [];
    if (this.#length === 0) return { hash: BLANK_HASH, objects };
    const depth = depthOf(this.#length, this.#degree);
    let elements: readonly Uint8Array[] = this.#level(0);
    let length = elements.length;
    for (let level = 1; level <= depth; level += 1) {
      const edge = object(encodeRefsNode({ length, elements }));
      objects.push(edge);
      const full = this.#level(level);
      length += full.length * this.#degree ** level;
      elements = [...full, edge.hash];
    }
    assert(length === this.#length, "the top of a list counts all its elements");
    const top = object(encodeRefsTop({ depth, degree: this.#degree, length, elements }));
    return { hash: top.hash, objects: [...objects, top] };
  }

  /**
   * Opens a list for appending by reading only its right edge. That the nodes left of the edge are
   * full is taken from the lengths, not read.
   * @param degree the only one that is taken; the list's own when not given, and Go's for an empty list
   * @throws FleetError cxo/refs when the tree is not the one that appending makes; cxo/missing, cxo/hash
   */
  static open(hash: Uint8Array, get: GetObject, degree?: number): RefsBuilder {
    if (isBlank(hash)) return new RefsBuilder(degree);
    const top = decodeRefsTop(fetchObject(hash, get));
    if (degree !== undefined && top.degree !== degree)
      throw new FleetError("cxo/refs", `the list has degree ${top.degree}, not ${degree}`);
    return RefsBuilder.#openTop(top, hash, get);
  }

  static #openTop(top: RefsTop, hash: Uint8Array, get: GetObject): RefsBuilder {
    const { degree } = top;
    const builder = new RefsBuilder(degree);
    builder.#length = top.length;
    let node: RefsNode = top;
    for (let level = top.depth; level > 0; level -= 1) {
      const edge = node.elements.at(-1);
      assert(edge !== undefined, "a decoded node has elements");
      builder.#levels[level] = node.elements.slice(0, -1);
      node = decodeRefsNode(fetchObject(edge, get), level - 1, degree);
    }
    builder.#levels[0] = [...node.elements];
    const counted = builder.#levels.reduce(
      (sum, nodes, level) => sum + nodes.length * degree ** level,
      0,
    );
    const isGrown = counted === top.length && top.depth === depthOf(top.length, degree);
    if (!isGrown || !equalBytes(builder.finish().hash, hash)) {
      throw new FleetError(
        "cxo/refs",
        "the list was not made by appending: its tree has another shape",
      );
    }
    return builder;
  }

  #seal(level: number): void {
    const node = this.#level(level);
    const sealed = object(encodeRefsNode({ length: this.#degree ** (level + 1), elements: node }));
    this.#fresh.push(sealed);
    this.#levels[level] = [];
    const above = this.#level(level + 1);
    above.push(sealed.hash);
    if (above.length === this.#degree) this.#seal(level + 1);
  }

  #level(level: number): Uint8Array[] {
    const there = this.#levels[level];
    if (there !== undefined) return there;
    const made: Uint8Array[] = [];
    this.#levels[level] = made;
    return made;
  }
}

/** Builds a list at once. */
export function buildRefs(hashes: readonly Uint8Array[], degree: number = REFS_DEGREE): BuiltRefs {
  const builder = new RefsBuilder(degree);
  for (const hash of hashes) builder.append(hash);
  return builder.finish();
}

function depthOf(length: number, degree: number): number {
  let depth = 0;
  for (let room = degree; room < length; room *= degree) depth += 1;
  return depth;
}

function object(bytes: Uint8Array): CxoObject {
  return { hash: sha256(bytes), bytes };
}

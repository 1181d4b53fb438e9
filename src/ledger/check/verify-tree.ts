// Checks the tree and the checkpoints of a store that is held whole.
import { FleetError, hasCode } from "../../core/index.ts";
import {
  decodeRefsNode,
  decodeRefsTop,
  fetchObject,
  type GetObject,
  isBlank,
  type RefsNode,
} from "../../skywire/cxo/index.ts";
import { checkDegree, type Log } from "../log/index.ts";

/** A few shared nodes can claim billions of entries; no ledger of this release is that long. */
const ENTRIES_MAX = 4_194_304;

/** Entries that cannot be placed, because the node above them is gone. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The hashes of a log's entries, with holes where a node of the list is missing or changed.
 * `undefined` when not even the top of the list can be read.
 */
export function leavesOf(
  log: Log,
  get: GetObject,
  onLost: (range: LostRange) => void,
): readonly (Uint8Array | undefined)[] | undefined {
  if (isBlank(log.entries)) return log.size === 0n ? [] : undefined;
  return orUndefined(() => {
    const top = decodeRefsTop(fetchObject(log.entries, get));
    if (top.length > ENTRIES_MAX)
      throw new FleetError("ledger/log", `a list of ${top.length} entries is over the limit`);
    checkDegree(top.degree);
    if (BigInt(top.length) !== log.size)
      throw new FleetError("ledger/log", "the log and its list disagree about its size");
    const leaves: (Uint8Array | undefined)[] = [];
    collect(top, { depth: top.depth, degree: top.degree, get, onLost }, leaves);
    return leaves;
  });
}

/** The degree that the top of a list says; `undefined` for what is no list of ours. */
export function degreeOf(top: Uint8Array): number | undefined {
  return orUndefined(() => {
    const { degree } = decodeRefsTop(top);
    checkDegree(degree);
    return degree;
  });
}

interface Walk {
  readonly depth: number;
  readonly degree: number;
  readonly get: GetObject;
  readonly onLost: (range: LostRange) => void;
}

function collect(node: RefsNode, walk: Walk, leaves: (Uint8Array | undefined)[]): void {
  if (walk.depth === 0) {
    leaves.push(...node.elements);
    return;
  }
  const end = leaves.length + node.length;
  const below = { ...walk, depth: walk.depth - 1 };
  for (const element of node.elements) {
    const from = leaves.length;
    // A list that only grew is full but for its right edge, so a missing node's length is known.
    const expected = Math.min(walk.degree ** walk.depth, end - from);
    const child = orUndefined(() =>
      decodeRefsNode(fetchObject(element, walk.get), below.depth, walk.degree),
    );
    if (child !== undefined && child.length === expected) {
      collect(child, below, leaves);
      continue;
    }
    for (let at = 0; at < expected; at += 1) leaves.push(undefined);
    walk.onLost({ from, to: from + expected });
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "cxo/") || hasCode(error, "ledger/log")) return undefined;
    throw error;
  }
}

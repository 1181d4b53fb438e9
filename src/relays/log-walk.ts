// The walk through a fetched log: its entries in order, read ahead by a bounded number of objects.
import { FleetError } from "../core/index.ts";
import {
  decodeRefsNode,
  decodeRefsTop,
  LIST_DEGREES,
  type RefsNode,
} from "../skywire/cxo/index.ts";
import type { LogFacts } from "./log-shape.ts";
import type { ObjectFetcher } from "./object-fetcher.ts";

/** One entry as it is stored. */
export interface FetchedEntry {
  /** Its place in the log, from 0. */
  readonly index: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** A node of the list and where its first entry stands. */
interface PlacedNode {
  readonly node: RefsNode;
  readonly depth: number;
  readonly first: number;
}

/** Entries that may wait for one that was asked for earlier, in whole leaves of the list. */
const LEAVES_AHEAD = 4;
const NODES_AHEAD = 2;

/**
 * Fetches the entries of a log from one index on, in order, a leaf of the list at a time. Subtrees that
 * lie before the index are not asked for. At any time a few leaves are held, whatever the length.
 * The list has the degree that its top says. Every node must have the one form that appending makes; so its place
 * follows from the length alone.
 * @throws FleetError relay/missing-object, relay/wrong-bytes, relay/lost, relay/malformed
 */
export async function* walkLog(
  log: LogFacts,
  from: number,
  fetcher: ObjectFetcher,
): AsyncGenerator<readonly FetchedEntry[], void, void> {
  if (log.size === 0n) return;
  const top = decodeNode(await fetcher.fetch(log.entries), (bytes) => decodeRefsTop(bytes));
  const { degree, depth, length } = top;
  if (BigInt(length) !== log.size)
    throw malformed(`the log of ${log.size} entries has a list of ${length}`);
  if (degree < LIST_DEGREES.min || degree > LIST_DEGREES.max)
    throw malformed(
      `its list has degree ${degree}, and this release reads ${LIST_DEGREES.min} to ${LIST_DEGREES.max}`,
    );
  if (depth !== depthOf(length, degree))
    throw malformed("the list is deeper than its length needs");
  if (from >= length) return;
  const walk = { from, size: length, degree, fetcher };
  checkNode(top, depth, length, degree);
  let nodes: AsyncIterable<PlacedNode> = only({ node: top, depth: top.depth, first: 0 });
  for (let depth = top.depth; depth > 0; depth -= 1) nodes = nodesBelow(nodes, walk, depth === 1);
  yield* inOrder(nodes, LEAVES_AHEAD, (leaf) => entriesOf(leaf, walk));
}

interface Walk {
  readonly from: number;
  readonly size: number;
  readonly degree: number;
  readonly fetcher: ObjectFetcher;
}

async function* nodesBelow(
  nodes: AsyncIterable<PlacedNode>,
  walk: Walk,
  isLeaf: boolean,
): AsyncGenerator<PlacedNode, void, void> {
  yield* inOrder(placesBelow(nodes, walk), isLeaf ? LEAVES_AHEAD : NODES_AHEAD, async (place) => {
    const bytes = await walk.fetcher.fetch(place.hash);
    const { degree, size } = walk;
    const node = decodeNode(bytes, () => decodeRefsNode(bytes, place.depth, degree));
    checkNode(node, place.depth, Math.min(spanOf(place.depth, degree), size - place.first), degree);
    return { node, depth: place.depth, first: place.first };
  });
}

async function* placesBelow(
  nodes: AsyncIterable<PlacedNode>,
  { from, degree }: Walk,
): AsyncGenerator<{ readonly hash: Uint8Array; depth: number; first: number }, void, void> {
  for await (const { node, depth, first } of nodes) {
    const span = spanOf(depth - 1, degree);
    for (const [at, hash] of node.elements.entries()) {
      const start = first + at * span;
      if (start + span > from) yield { hash, depth: depth - 1, first: start };
    }
  }
}

async function entriesOf(
  { node, first }: PlacedNode,
  { from, fetcher }: Walk,
): Promise<readonly FetchedEntry[]> {
  const wanted = node.elements
    .map((hash, at) => ({ hash, index: first + at }))
    .filter(({ index }) => index >= from);
  return Promise.all(
    wanted.map(async ({ hash, index }) => ({ index, hash, bytes: await fetcher.fetch(hash) })),
  );
}

/** Works on several items at a time and gives the results in the items' order. */
async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const running: Promise<Result>[] = [];
  for await (const item of items) {
    const started = work(item);
    // Whoever reads the result hears of its failure; before that it is nobody's.
    started.catch(() => undefined);
    running.push(started);
    const first = running.length > ahead ? running.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const left of running) yield await left;
}

async function* only<Item>(item: Item): AsyncGenerator<Item, void, void> {
  yield await Promise.resolve(item);
}

function checkNode(node: RefsNode, depth: number, length: number, degree: number): void {
  const count = Math.ceil(length / spanOf(depth - 1, degree));
  const isGrown = node.length === length && node.elements.length === count;
  if (!isGrown) throw malformed("the list was not made by appending: its tree has another shape");
}

function decodeNode<Node>(bytes: Uint8Array, decode: (bytes: Uint8Array) => Node): Node {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new FleetError("relay/malformed", "the log's list is malformed", { cause });
  }
}

/** Entries below a full node that has `depth` levels of nodes below it; 1 for an entry itself. */
function spanOf(depth: number, degree: number): number {
  return degree ** (depth + 1);
}

function depthOf(length: number, degree: number): number {
  let depth = 0;
  while (spanOf(depth, degree) < length) depth += 1;
  return depth;
}

function malformed(why: string): FleetError {
  return new FleetError("relay/malformed", `the log is malformed: ${why}`);
}

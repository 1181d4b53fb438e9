// Joins several feeds into one history, the same on every machine.
import { assert, compareTexts } from "../../../core/index.ts";
import type { LedgerRecord, SeenHead } from "../../log/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import type { JoinedRecord } from "./concurrency.ts";
import { SeenFeeds } from "./seen-feeds.ts";

/** One feed to join. */
export interface FeedRecords {
  readonly feed: FeedKey;
  /** In order. */
  readonly records: AsyncIterable<LedgerRecord>;
  /** Where they begin, 0 by default: entries before it count as taken. Who had seen what before is not known then. */
  readonly from?: number;
}

/** Something that the heads named in joined feeds say and that does not fit. */
interface JoinFault {
  readonly kind: "fault";
  /** Entries that each come before the other; or a head that is of another history than the one here. */
  readonly code: "ledger/join-cycle" | "ledger/join-tree";
  readonly message: string;
  readonly feed: FeedKey;
  readonly entry: number;
  /** The entry of the other feed: the one that leads back, or the last that the head covers. */
  readonly other: { readonly feed: FeedKey; readonly entry: number };
}

/** A head of a feed that is not here, or not so far: no fault, but what it says is not checked. */
interface NotSeenHere {
  readonly kind: "not-seen-here";
  readonly feed: FeedKey;
  /** The entry that names it. */
  readonly entry: number;
  readonly head: SeenHead;
  /** How many entries of that feed are here; absent when it is not joined. */
  readonly have?: number;
}

/** What was found while joining. */
export type JoinFinding = JoinFault | NotSeenHere;

/** What joining needs beside the feeds. */
export interface JoinOptions {
  /** Hears of what does not fit, before the record that it is about; the same for the same feeds. */
  readonly onFinding: (finding: JoinFinding) => void;
  /** The RFC 6962 root over the first entries of a joined feed, hex; without it heads are believed. */
  readonly treeAt?: (feed: FeedKey, size: number) => Promise<string | undefined>;
}

interface Lane {
  readonly feed: FeedKey;
  readonly iterator: AsyncIterator<LedgerRecord>;
  /** The next record; absent behind the last. */
  front: LedgerRecord | undefined;
  /** Entries taken so far. */
  size: number;
  /** Heads of the front that hold it back no more, because they lead in a circle. */
  readonly waived: Set<SeenHead>;
}

/** A lane that waits because of a head. */
interface Wait {
  readonly lane: Lane;
  readonly front: LedgerRecord;
  readonly head: SeenHead;
  readonly target: Lane;
}

/**
 * Joins feeds into one history. The order within a feed holds, and an entry comes after all that the
 * heads named in it cover; among what is free the earlier time goes first, then the lower feed key. So the
 * same feeds give the same history, however fast each of them is read. Holds one record a feed, beside
 * what {@link SeenFeeds} does.
 * @throws what the feeds throw
 */
export async function* joinFeeds(
  feeds: readonly FeedRecords[],
  options: JoinOptions,
): AsyncGenerator<JoinedRecord, void> {
  const lanes = new Map<FeedKey, Lane>();
  for (const { feed, records, from = 0 } of feeds.toSorted((a, b) =>
    compareTexts(a.feed, b.feed),
  )) {
    assert(!lanes.has(feed), "each feed is joined once");
    const iterator = records[Symbol.asyncIterator]();
    lanes.set(feed, { feed, iterator, front: undefined, size: from, waived: new Set() });
  }
  const seen = new SeenFeeds();
  try {
    await Promise.all([...lanes.values()].map(load));
    for (;;) {
      const next = await nextOf(lanes, options);
      if (next === undefined) return;
      const { lane, front } = next;
      await report(front, lanes, options);
      yield { ...front, after: seen.next(front) };
      lane.size = front.index + front.parts;
      await load(lane);
    }
  } finally {
    for (const { iterator } of lanes.values()) await iterator.return?.();
  }
}

async function load(lane: Lane): Promise<void> {
  const next = await lane.iterator.next();
  lane.waived.clear();
  lane.front = next.done === true ? undefined : next.value;
  if (lane.front === undefined) return;
  assert(lane.front.feed === lane.feed, "records of a feed name it");
  assert(lane.front.index >= lane.size, "records of a feed come in order");
  lane.size = lane.front.index;
}

async function nextOf(
  lanes: ReadonlyMap<FeedKey, Lane>,
  options: JoinOptions,
): Promise<{ readonly lane: Lane; readonly front: LedgerRecord } | undefined> {
  for (;;) {
    let next: { readonly lane: Lane; readonly front: LedgerRecord } | undefined;
    let firstWait: Wait | undefined;
    for (const lane of lanes.values()) {
      const { front } = lane;
      if (front === undefined) continue;
      const wait = waitOf(lane, front, lanes);
      // Lanes stand in the order of their keys, so equal times need no further rule.
      if (wait !== undefined) firstWait = earlier(firstWait, wait);
      else if (next === undefined || front.timeNs < next.front.timeNs) next = { lane, front };
    }
    if (next !== undefined || firstWait === undefined) return next;
    await breakCycle(firstWait, lanes, options);
  }
}

function waitOf(
  lane: Lane,
  front: LedgerRecord,
  lanes: ReadonlyMap<FeedKey, Lane>,
): Wait | undefined {
  for (const head of front.heads) {
    const target = lanes.get(head.feed);
    if (target?.front === undefined || target.size >= head.size || lane.waived.has(head)) continue;
    return { lane, front, head, target };
  }
  return undefined;
}

function earlier(a: Wait | undefined, b: Wait): Wait {
  return a === undefined || b.front.timeNs < a.front.timeNs ? b : a;
}

// Hashes cannot lead in a circle, so somebody in it named a tree that he had not seen: where it is known
// who, his head gives way, else the earliest.
async function breakCycle(
  start: Wait,
  lanes: ReadonlyMap<FeedKey, Lane>,
  options: JoinOptions,
): Promise<void> {
  const path: Wait[] = [start];
  let at = start;
  for (;;) {
    const { target } = at;
    const front = target.front;
    assert(front !== undefined, "a lane that is waited for has a front");
    const met = path.findIndex(({ lane }) => lane === target);
    if (met >= 0) {
      path.splice(0, met);
      break;
    }
    const wait = waitOf(target, front, lanes);
    assert(wait !== undefined, "where nothing is free, every front waits");
    path.push(wait);
    at = wait;
  }
  const bySlot = path.toSorted((a, b) => compareTexts(a.lane.feed, b.lane.feed));
  let given: Wait | undefined;
  for (const wait of bySlot)
    if ((await otherTree(wait.head, options)) !== undefined) given = earlier(given, wait);
  for (const wait of given === undefined ? bySlot : []) given = earlier(given, wait);
  const back = given?.target.front;
  assert(given !== undefined && back !== undefined, "a circle has a wait");
  const { lane, front, head, target } = given;
  lane.waived.add(head);
  options.onFinding({
    kind: "fault",
    code: "ledger/join-cycle",
    message: `entry ${front.index} of feed ${lane.feed} names ${head.size} entries of feed ${target.feed}, whose entry ${back.index} comes after it: each comes before the other`,
    feed: lane.feed,
    entry: front.index,
    other: { feed: target.feed, entry: back.index },
  });
}

async function report(
  { feed, index, heads }: LedgerRecord,
  lanes: ReadonlyMap<FeedKey, Lane>,
  options: JoinOptions,
): Promise<void> {
  for (const head of heads) {
    const target = lanes.get(head.feed);
    if (target === undefined) {
      options.onFinding({ kind: "not-seen-here", feed, entry: index, head });
      continue;
    }
    if (target.size < head.size && target.front === undefined) {
      options.onFinding({ kind: "not-seen-here", feed, entry: index, head, have: target.size });
      continue;
    }
    const tree = await otherTree(head, options);
    if (tree === undefined) continue;
    options.onFinding({
      kind: "fault",
      code: "ledger/join-tree",
      message: `entry ${index} of feed ${feed} names ${head.size} entries of feed ${head.feed} with tree ${head.tree}; here entries 0 to ${head.size - 1} of that feed have tree ${tree}`,
      feed,
      entry: index,
      other: { feed: head.feed, entry: head.size - 1 },
    });
  }
}

/** The tree that is here where a head names another one. */
async function otherTree(
  { feed, size, tree }: SeenHead,
  { treeAt }: JoinOptions,
): Promise<string | undefined> {
  const here = await treeAt?.(feed, size);
  return here === tree ? undefined : here;
}

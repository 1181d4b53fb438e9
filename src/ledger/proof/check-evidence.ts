// Checks a document of evidence by its own signatures alone.
import { equalBytes, FleetError, fromHex, toHex } from "../../core/index.ts";
import { type VerifiedRoot, verifyRoot } from "../../skywire/cxo/index.ts";
import { leafHash, parseCheckpoint, parseNote, verifyInclusion } from "../../tlog/index.ts";
import { type Log, originOf, readLog } from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";
import type { EvidenceDocument, EvidenceState } from "./evidence.ts";

/** What an evidence document is worth. */
export interface EvidenceVerdict {
  /** True when the holder of the feed's key has signed what cannot all be true. */
  readonly proved: boolean;
  readonly feed: FeedKey;
  /** What is proved, or why nothing is: a clause without a period. */
  readonly what: string;
  /** What was checked and held, in order. */
  readonly steps: readonly string[];
}

interface CheckedState {
  readonly root: VerifiedRoot;
  readonly log: Log | undefined;
}

/** A log with the root over its entries that its own checkpoint names. */
interface CheckedTree {
  readonly seq: bigint;
  readonly size: number;
  readonly tree: Uint8Array;
}

/**
 * Checks an evidence document by what is in it alone: the feed key that it names must have signed every Root,
 * logs are bound to Roots and entries to logs by hashes. Whoever asks must know whose feed it is.
 */
export function checkEvidence(document: EvidenceDocument): EvidenceVerdict {
  const { feed } = document;
  const steps: string[] = [];
  try {
    const states = document.states.map((state) => checkState(state, feed, steps));
    return { proved: true, feed, what: contradiction(document, states, steps), steps };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { proved: false, feed, what: error.message, steps };
  }
}

function checkState(
  { root: rootHex, signature, log: logHex }: EvidenceState,
  feed: FeedKey,
  steps: string[],
): CheckedState {
  const root = verifyRoot(fromHex(rootHex), fromHex(signature), fromHex(feed));
  const { nonce, seq, hash } = root;
  steps.push(`Root ${seq} of sequence ${nonce}, hash ${toHex(hash)}, is signed by feed ${feed}`);
  if (logHex === undefined) return { root, log: undefined };
  const log = readLog(root, () => fromHex(logHex));
  steps.push(`Root ${seq} points to the log that is given, of ${log.size} entries`);
  return { root, log };
}

function contradiction(
  document: EvidenceDocument,
  states: readonly CheckedState[],
  steps: string[],
): string {
  switch (document.kind) {
    case "same-sequence":
      return sameSequence(pairOf(states));
    case "other-nonce":
      return otherNonce(pairOf(states));
    case "shrunk":
      return shrunk(pairOf(states));
    case "rewritten":
      return rewritten(document, pairOf(states), steps);
    case "self-contradiction":
      return selfContradiction(document.feed, states, steps);
  }
}

function sameSequence([a, b]: readonly [CheckedState, CheckedState]): string {
  const isSame = equalBytes(a.root.hash, b.root.hash);
  if (a.root.nonce !== b.root.nonce || a.root.seq !== b.root.seq || isSame)
    throw nothing("the two Roots are not two states at one place of one sequence");
  return `the feed's key signed two different states as number ${a.root.seq} of sequence ${a.root.nonce}`;
}

function otherNonce([a, b]: readonly [CheckedState, CheckedState]): string {
  if (a.root.nonce === b.root.nonce) throw nothing("the two Roots are of one sequence");
  return `the feed's key signed states of two sequences, ${a.root.nonce} and ${b.root.nonce}: a ledger has one`;
}

function shrunk([a, b]: readonly [CheckedState, CheckedState]): string {
  const [from, to] = [logOf(a).size, logOf(b).size];
  if (a.root.seq >= b.root.seq || from <= to)
    throw nothing("the later Root is not over fewer entries than the earlier one");
  return `the feed's key signed ${from} entries in state ${a.root.seq}, and only ${to} in the later state ${b.root.seq}`;
}

function rewritten(
  { feed, index, entries = [] }: EvidenceDocument,
  states: readonly [CheckedState, CheckedState],
  steps: string[],
): string {
  const [a, b] = entries;
  if (index === undefined || a === undefined || b === undefined)
    throw nothing("it does not hold two entries and their index");
  const leaves = ([a, b] as const).map(({ object, proof }, at) => {
    const { seq, size, tree } = treeOf(feed, states[at === 0 ? 0 : 1], steps);
    const leaf = leafHash(fromHex(object));
    verifyInclusion({ leafHash: leaf, index, size, root: tree, proof: proof.map(fromHex) });
    steps.push(`entry ${index} of state ${seq} has leaf hash ${toHex(leaf)}`);
    return toHex(leaf);
  });
  if (leaves[0] === leaves[1]) throw nothing("both states hold the same entry there");
  const [{ root: first }, { root: second }] = states;
  return `the feed's key signed two different entries at index ${index}, in states ${first.seq} and ${second.seq}`;
}

function selfContradiction(
  feed: FeedKey,
  states: readonly CheckedState[],
  steps: string[],
): string {
  const [a, b] = states;
  if (a === undefined) throw nothing("it holds no Root");
  if (b === undefined) return otherCheckpoint(feed, a);
  if (a.log === undefined && b.log === undefined) {
    const isNext = a.root.nonce === b.root.nonce && a.root.seq + 1n === b.root.seq;
    if (!isNext || equalBytes(b.root.prev, a.root.hash))
      throw nothing("the two Roots do not stand behind each other, or fit");
    return `the feed's key signed state ${a.root.seq}, and in state ${b.root.seq} that another one was before it`;
  }
  const [one, two] = [treeOf(feed, a, steps), treeOf(feed, b, steps)];
  if (one.size !== two.size || equalBytes(one.tree, two.tree))
    throw nothing("the two trees are of different sizes, or the same");
  return `the feed's key signed two different trees over ${one.size} entries, in states ${one.seq} and ${two.seq}`;
}

function otherCheckpoint(feed: FeedKey, state: CheckedState): string {
  const { origin, size } = checkpointOf(state);
  const log = logOf(state);
  if (origin === originOf(feed) && BigInt(size) === log.size)
    throw nothing("the checkpoint is that of its log");
  return `the feed's key signed a log of ${log.size} entries with a checkpoint over ${size} entries of ${JSON.stringify(origin)}`;
}

function treeOf(feed: FeedKey, state: CheckedState, steps: string[]): CheckedTree {
  const { origin, size, root: tree } = checkpointOf(state);
  const { seq } = state.root;
  if (origin !== originOf(feed) || BigInt(size) !== logOf(state).size)
    throw nothing(`the checkpoint of state ${seq} is of another log`);
  steps.push(`the checkpoint of state ${seq} names tree ${toHex(tree)} over ${size} entries`);
  return { seq, size, tree };
}

function checkpointOf(state: CheckedState): ReturnType<typeof parseCheckpoint> {
  const { checkpoint } = logOf(state);
  if (checkpoint.length === 0)
    throw nothing(`the log of state ${state.root.seq} has no checkpoint`);
  return parseCheckpoint(parseNote(checkpoint).text);
}

function logOf({ root, log }: CheckedState): Log {
  if (log === undefined) throw nothing(`the log of state ${root.seq} is not given`);
  return log;
}

function pairOf(states: readonly CheckedState[]): readonly [CheckedState, CheckedState] {
  const [a, b] = states;
  if (a === undefined || b === undefined) throw nothing("it does not hold two Roots");
  return [a, b];
}

function nothing(why: string): FleetError {
  return new FleetError("ledger/evidence", why);
}

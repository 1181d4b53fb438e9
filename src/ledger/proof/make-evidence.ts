// Makes evidence of two states that one key signed and that contradict each other.
import { compareTexts, FleetError, sha256, toHex } from "../../core/index.ts";
import { decodeRoot } from "../../skywire/cxo/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { checkEvidence } from "./check-evidence.ts";
import {
  type EntriesAt,
  EVIDENCE_FORMAT,
  type EvidenceDocument,
  type EvidenceState,
  type SignedState,
} from "./evidence.ts";

/**
 * Makes the evidence that one or two signed states give, the plainest first; `undefined` when they do not
 * contradict each other as far as is given. What it gives always proves.
 */
export function makeEvidence(
  feed: FeedKey,
  states: readonly [SignedState, SignedState?],
  at?: EntriesAt,
): EvidenceDocument | undefined {
  const [first, second] = states;
  const entries = at?.entries.map(({ object, proof }) => ({
    object: toHex(object),
    proof: proof.map(toHex),
  }));
  const whole = [first, ...(second === undefined ? [] : [second])].map((state, place) => ({
    state,
    entry: entries?.[place],
  }));
  const sorted = sortStates(whole);
  if (sorted === undefined) return undefined;
  const full = sorted.map(({ state }) => stateOf(state));
  const bare = full.map(({ root, signature }) => ({ root, signature }));
  const proven = sorted.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  const isPair = full.length === 2;
  const candidates: readonly Omit<EvidenceDocument, "format" | "feed">[] = [
    ...(isPair
      ? ([
          { kind: "other-nonce", states: bare },
          { kind: "same-sequence", states: bare },
          ...(at === undefined
            ? []
            : [{ kind: "rewritten", states: full, index: at.index, entries: proven } as const]),
          { kind: "shrunk", states: full },
          { kind: "self-contradiction", states: full },
          { kind: "self-contradiction", states: bare },
        ] as const)
      : []),
    ...full.map((state) => ({ kind: "self-contradiction", states: [state] }) as const),
  ];
  return candidates
    .map((candidate): EvidenceDocument => ({ format: EVIDENCE_FORMAT, feed, ...candidate }))
    .find((document) => checkEvidence(document).proved);
}

/**
 * The lowest index at which two histories differ, within their first `size` entries: found by their trees,
 * each asked for a few.
 */
export async function firstDifference(
  size: number,
  a: (size: number) => Promise<string>,
  b: (size: number) => Promise<string>,
): Promise<number | undefined> {
  const isSame = async (count: number): Promise<boolean> => (await a(count)) === (await b(count));
  if (size === 0 || (await isSame(size))) return undefined;
  let same = 0;
  let different = size;
  while (different - same > 1) {
    const middle = Math.floor((same + different) / 2);
    if (await isSame(middle)) same = middle;
    else different = middle;
  }
  return same;
}

function stateOf({ value, signature, log }: SignedState): EvidenceState {
  const state = { root: toHex(value), signature: toHex(signature) };
  return log === undefined ? state : { ...state, log: toHex(log) };
}

function sortStates<T extends { readonly state: SignedState }>(
  states: readonly T[],
): readonly T[] | undefined {
  try {
    return states
      .map((each) => {
        const { value } = each.state;
        return { each, seq: decodeRoot(value).seq, hash: toHex(sha256(value)) };
      })
      .toSorted((a, b) => (a.seq === b.seq ? compareTexts(a.hash, b.hash) : a.seq < b.seq ? -1 : 1))
      .map(({ each }) => each);
  } catch (error) {
    if (error instanceof FleetError) return undefined;
    throw error;
  }
}

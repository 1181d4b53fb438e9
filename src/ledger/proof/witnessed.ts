// Judges the cosignatures that witnesses recorded of a ledger.
import { assert, compareTexts, hasCode, type OperatorKey, utf8 } from "../../core/index.ts";
import {
  type KeysetPayload,
  type LedgerRecord,
  type SeenHead,
  verifyCheckpoint,
} from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";

/** The ledger whose witnesses are counted, and who counts as one. */
export interface WitnessOptions {
  /** The newest state of it that is here. */
  readonly head: SeenHead;
  /** Every key that has written it. */
  readonly writers: readonly OperatorKey[];
  /** Its RFC 6962 root over the first `size` entries, at most all, hex. */
  readonly treeAt: (size: number) => Promise<string>;
  readonly operators: KeysetPayload["operators"];
  /** How many distinct operators with `may: witness` must have cosigned; at least 1. */
  readonly required: number;
}

/** An operator's cosignature of a state. */
interface WitnessedState extends SeenHead {
  /** As the keyset calls the witness. */
  readonly witness: string;
  readonly key: OperatorKey;
  /** Where it is recorded. */
  readonly in: { readonly feed: FeedKey; readonly entry: number };
  /** When the witness says it was the newest it had seen; unix seconds. */
  readonly timeS: number;
}

/** A witness entry that does not hold, or holds against the ledger as it is here. */
interface WitnessFault {
  readonly code: "ledger/witness-entry" | "ledger/witness-other-tree";
  readonly message: string;
  /** The entry's place. */
  readonly feed: FeedKey;
  readonly entry: number;
}

/** How far a ledger is witnessed. */
export interface WitnessVerdict {
  readonly required: number;
  /** The newest of each witness over entries that are here, sorted by name. */
  readonly witnesses: readonly WitnessedState[];
  /** The newest state that enough of them cosigned, itself or something that begins with it. */
  readonly covered: (SeenHead & { readonly timeS: number }) | undefined;
  /** Entries that are not covered: `from` to `to` - 1; absent when there are none. */
  readonly notCovered: { readonly from: number; readonly to: number } | undefined;
  /** Cosigned states that are newer than what is here: then this copy is behind. */
  readonly ahead: readonly WitnessedState[];
  readonly faults: readonly WitnessFault[];
}

/**
 * Judges the witness entries of all feeds about one ledger; records of other kinds and ledgers are passed
 * over. A cosignature counts when its writer is an operator with `may: witness`, by key or feed, and not one
 * who writes the ledger; of a key and of an operator only the newest counts.
 */
export async function judgeWitnesses(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  options: WitnessOptions,
): Promise<WitnessVerdict> {
  const { head, required } = options;
  assert(required >= 1, "at least one witness is asked for");
  const newest = new Map<string, WitnessedState>();
  const ahead = new Map<string, WitnessedState>();
  const faults: WitnessFault[] = [];
  for await (const record of records) {
    const name = witnessOf(record, options);
    if (name === undefined) continue;
    const state = readState(record, name, options);
    const fault = state === undefined ? badEntry(record) : await treeFault(state, options);
    if (fault !== undefined) faults.push(fault);
    else if (state !== undefined) keepNewest(state.size > head.size ? ahead : newest, state);
  }
  const witnesses = onceEach([...newest.values()]);
  const counted = witnesses.toSorted((a, b) => b.size - a.size).slice(0, required);
  const last = counted.length < required ? undefined : counted.at(-1);
  const covered =
    last === undefined
      ? undefined
      : {
          feed: head.feed,
          size: last.size,
          tree: last.tree,
          timeS: Math.min(...counted.map(({ timeS }) => timeS)),
        };
  const from = covered?.size ?? 0;
  return {
    required,
    witnesses,
    covered,
    notCovered: from < head.size ? { from, to: head.size } : undefined,
    ahead: [...ahead.values()].toSorted(byName),
    faults,
  };
}

function witnessOf(
  record: LedgerRecord,
  { head, writers, operators }: WitnessOptions,
): string | undefined {
  if (record.kind !== "witness" || record.payload?.feed !== head.feed) return undefined;
  if (record.feed === head.feed || writers.includes(record.operator)) return undefined;
  const all = Object.entries(operators).filter(([, { may }]) => may.includes("witness"));
  const found =
    all.find(([, { feed }]) => feed === record.feed) ??
    all.find(([, { key }]) => key === record.operator);
  return found?.[0];
}

function readState(
  record: LedgerRecord,
  witness: string,
  { writers }: WitnessOptions,
): WitnessedState | undefined {
  if (record.kind !== "witness" || record.payload === undefined) return undefined;
  const { feed, size, tree, note } = record.payload;
  for (const writer of writers) {
    try {
      const opened = verifyCheckpoint(utf8(note), { feed, writer }, [record.operator]);
      const own = opened.cosignatures.find((each) => each.witness === record.operator);
      if (own === undefined || opened.size !== size || opened.tree !== tree) return undefined;
      const place = { feed: record.feed, entry: record.index };
      return { feed, size, tree, witness, key: record.operator, in: place, timeS: own.timeS };
    } catch (error) {
      if (!hasCode(error, "ledger/checkpoint")) throw error;
    }
  }
  return undefined;
}

function badEntry({ feed, index }: LedgerRecord): WitnessFault {
  return {
    code: "ledger/witness-entry",
    message: `entry ${index} of feed ${feed} holds no checkpoint that its writer cosigned`,
    feed,
    entry: index,
  };
}

async function treeFault(
  { size, tree, witness, in: { feed, entry } }: WitnessedState,
  { head, treeAt }: WitnessOptions,
): Promise<WitnessFault | undefined> {
  if (size > head.size) return undefined;
  const here = await treeAt(size);
  if (here === tree) return undefined;
  return {
    code: "ledger/witness-other-tree",
    message: `entry ${entry} of feed ${feed}: ${witness} cosigned tree ${tree} over ${size} entries of feed ${head.feed}, which here have tree ${here}`,
    feed,
    entry,
  };
}

function keepNewest(states: Map<string, WitnessedState>, state: WitnessedState): void {
  const known = states.get(state.witness);
  const isNewer =
    known === undefined ||
    state.size > known.size ||
    (state.size === known.size && state.timeS > known.timeS);
  if (isNewer) states.set(state.witness, state);
}

// Two names with one key are one witness.
function onceEach(states: readonly WitnessedState[]): readonly WitnessedState[] {
  const byKey = new Map<OperatorKey, WitnessedState>();
  for (const state of states.toSorted((a, b) => b.size - a.size || byName(a, b)))
    if (!byKey.has(state.key)) byKey.set(state.key, state);
  return [...byKey.values()].toSorted(byName);
}

function byName(a: WitnessedState, b: WitnessedState): number {
  return compareTexts(a.witness, b.witness);
}

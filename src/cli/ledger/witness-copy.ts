// Whether the copy of somebody's ledger may be cosigned: it must go on from all that was seen of it before.
import { FleetError } from "../../core/index.ts";
import {
  cosignCheckpoint,
  type EntryDraft,
  type FeedKey,
  type FeedPin,
  type LedgerRecord,
  newestCheckpoint,
  type OperatorKeys,
  type ReadOnlyLedger,
  type SeenHead,
} from "../../ledger/index.ts";
import type { WitnessRefusal } from "../../view/index.ts";

/** A copy that is to be witnessed. */
export interface WitnessTarget {
  readonly name: string;
  readonly ledger: ReadOnlyLedger;
}

/** What we know of a ledger from before. */
export interface WitnessPast {
  readonly pin: FeedPin | undefined;
  /** Our newest entry about it: it counts even where the pin was lost. */
  readonly own: LedgerRecord<"witness"> | undefined;
}

/** Whether a copy can be witnessed. */
export type CopyVerdict =
  | { readonly kind: "cosigned"; readonly note: Uint8Array; readonly draft: EntryDraft }
  | { readonly kind: "already"; readonly entry: number; readonly note: string }
  | ({ readonly kind: "refused" } & WitnessRefusal);

/** Our newest witness entry about each ledger. */
export async function ownWitnessEntries(
  ledger: ReadOnlyLedger,
): Promise<ReadonlyMap<FeedKey, LedgerRecord<"witness">>> {
  const entries = new Map<FeedKey, LedgerRecord<"witness">>();
  for await (const record of ledger.records())
    if (record.kind === "witness" && record.payload !== undefined)
      entries.set(record.payload.feed, record);
  return entries;
}

/**
 * Judges the newest checkpoint of a copy against all that was seen of that ledger before. Writes nothing.
 * @throws FleetError ledger/damaged, files/* when the copy cannot be read
 */
export async function judgeCopy(
  { ledger }: WitnessTarget,
  { pin, own }: WitnessPast,
  { keys, timeS }: { readonly keys: OperatorKeys; readonly timeS: number },
): Promise<CopyVerdict> {
  const { head, feed } = ledger;
  const seen = own?.payload;
  const base = [pin, seen].filter((each) => each !== undefined);
  const refusal = pin === undefined ? undefined : rootRefusal(pin, ledger);
  if (refusal !== undefined) return refusal;
  let verdict: CopyVerdict | undefined;
  for (const before of base.length === 0 ? [undefined] : base) {
    const pinned = before === undefined ? undefined : headOf(before);
    verdict = await cosignCopy(ledger, pinned, { keys, timeS });
    if (verdict.kind === "refused") return verdict;
  }
  if (own !== undefined && seen?.size === head.size)
    return { kind: "already", entry: own.index, note: seen.note };
  return verdict ?? refused("ledger/checkpoint", `nothing is known of feed ${feed}`);
}

async function cosignCopy(
  ledger: ReadOnlyLedger,
  pinned: SeenHead | undefined,
  { keys, timeS }: { readonly keys: OperatorKeys; readonly timeS: number },
): Promise<CopyVerdict> {
  const { feed, head } = ledger;
  try {
    const { note: checkpoint, writer } = await newestCheckpoint(ledger);
    const isWithin = pinned !== undefined && pinned.size <= head.size;
    const proof = isWithin ? await ledger.consistency(pinned.size) : [];
    const verdict = cosignCheckpoint({ keys, feed, writer, pinned, checkpoint, proof, timeS });
    return verdict.kind === "refused" ? refused(verdict.code, verdict.message) : verdict;
  } catch (error) {
    const code = error instanceof FleetError ? error.code : "";
    if (error instanceof FleetError && CHECKPOINT_CODES.includes(code))
      return refused(error.code, error.message);
    throw error;
  }
}

const CHECKPOINT_CODES: readonly string[] = ["ledger/no-checkpoint", "ledger/checkpoint"];

/** What each refusal proves, and of whom. */
const PROVES: Readonly<Record<string, string>> = {
  "ledger/witness-behind":
    "the copy here is older than what was seen; nobody lied for certain: pull again, from another relay",
  "ledger/witness-other-tree":
    "its key signed two histories, one of which you have seen before: keep this copy and both checkpoints",
  "ledger/feed-pin":
    "its key signed another Root at that place, or the copy went back: keep this copy",
  "ledger/checkpoint": "nothing: the writer did not sign this checkpoint; do not trust who gave it",
  "ledger/no-checkpoint": "nothing: only release 0.1.0 has written this ledger",
  "ledger/witness-own": "nothing",
};

function refused(code: string, message: string): CopyVerdict {
  return { kind: "refused", code, message, proves: PROVES[code] ?? "nothing" };
}

/** The Root must follow the pinned one as the entries do. */
function rootRefusal(pin: FeedPin, { feed, head }: ReadOnlyLedger): CopyVerdict | undefined {
  const isOther = pin.seq === head.seq && pin.rootHash !== head.root;
  const isOlder = head.seq < pin.seq && head.size >= pin.size;
  if (!isOther && !isOlder) return undefined;
  return refused(
    "ledger/feed-pin",
    `Root ${head.seq} of feed ${feed} does not follow Root ${pin.seq} that was seen before`,
  );
}

function headOf({ feed, size, tree }: SeenHead): SeenHead {
  return { feed, size, tree };
}

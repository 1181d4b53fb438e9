// Short questions to records: their names, open intents, texts that are kept, what one says of a value.
import { type Digest, digestOf, type Json, type OperatorKey } from "../../core/index.ts";
import type { WantedValue } from "../../model/index.ts";
import type { EntryKind, LedgerRecord, PlanPartPayload } from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";

// The name of a record: its feed, entry, time and author.

/** Where something is recorded, when, and by whom. */
export interface RecordRef {
  readonly feed: FeedKey;
  /** The first entry of the record. */
  readonly index: number;
  readonly timeMs: number;
  readonly operator: OperatorKey;
}

/** Names a record. */
export function refOf({ feed, index, timeMs, operator }: LedgerRecord): RecordRef {
  return { feed, index, timeMs, operator };
}

// Which owned paths a recorded plan found as the manifest wanted them.

/** The owned paths that a plan found as wanted: neither changed by it, nor left alone or past comparing. */
export function pathsAsWanted({ owned, changes, reading }: PlanPartPayload): readonly string[] {
  const others = new Set([...changes.map(({ path }) => path), ...(reading?.unsure ?? [])]);
  return owned.filter((path) => !others.has(path));
}

// Short questions to records: open intents, and which are of a kind.

/** Records in order: what a ledger gives, or some that are at hand. */
export type Records = AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>;

/** Gathers the intents that no receipt answers yet, from records taken in order. */
export class OpenIntents {
  readonly #fleet: string | undefined;
  readonly #open = new Map<number, LedgerRecord<"intent">>();

  /** Of one fleet, or of all. */
  constructor(fleet?: string) {
    this.#fleet = fleet;
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    if (isRecordOf(record, "intent", this.#fleet)) this.#open.set(record.index, record);
    else if (isRecordOf(record, "receipt", this.#fleet) && record.payload !== undefined)
      this.#open.delete(record.payload.intent);
  }

  /** Writes that may or may not have happened, oldest first. */
  list(): readonly LedgerRecord<"intent">[] {
    return [...this.#open.values()];
  }
}

/** Intents that no receipt answers, in order: writes that may or may not have happened. */
export async function intentsWithoutReceipt(
  records: Records,
  fleet?: string,
): Promise<readonly LedgerRecord<"intent">[]> {
  const intents = new OpenIntents(fleet);
  for await (const record of records) intents.next(record);
  return intents.list();
}

/** True for a record of a kind, of one fleet or of any. */
export function isRecordOf<K extends EntryKind>(
  record: LedgerRecord,
  kind: K,
  fleet?: string,
): record is LedgerRecord<K> {
  return record.kind === kind && (fleet === undefined || fleetOf(record) === fleet);
}

/** The fleet a record belongs to; `undefined` for what is of no fleet and for what we cannot read. */
function fleetOf({ payload }: LedgerRecord): string | undefined {
  return payload !== undefined && "fleet" in payload ? payload.fleet : undefined;
}

// Which manifests' texts ledgers keep.

/** Gathers from records in joined order the digests of the manifests that each ledger keeps the text of. */
export class KeptManifests {
  readonly #fleet: string;
  readonly #kept: Map<FeedKey, Set<Digest>>;

  /** @param state what {@link state} gave, to go on from there */
  constructor(fleet: string, state: ReturnType<KeptManifests["state"]> = new Map()) {
    this.#fleet = fleet;
    this.#kept = state;
  }

  /** All that it holds, shared with it. */
  state(): Map<FeedKey, Set<Digest>> {
    return this.#kept;
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    if (record.kind === "moved" && record.payload !== undefined) {
      // A ledger goes on in its next feed: what it keeps is not kept again there.
      for (const digest of this.#kept.get(record.feed) ?? [])
        this.#in(record.payload.feed).add(digest);
    } else if (isRecordOf(record, "plan", this.#fleet) && record.payload?.text !== undefined)
      this.#in(record.feed).add(record.payload.manifest);
  }

  /** What the ledger of a feed keeps so far. */
  of(feed: FeedKey): ReadonlySet<Digest> {
    return new Set(this.#kept.get(feed));
  }

  #in(feed: FeedKey): Set<Digest> {
    const digests = this.#kept.get(feed) ?? new Set();
    this.#kept.set(feed, digests);
    return digests;
  }
}

// What a record says of one value: that it was set, or that it was found as a manifest of ours wanted it.

/** What a field or element was when it was last as a manifest of ours wanted it. */
export interface KnownField {
  /** Of an element whether it is a member; absent where a keyed digest stands for it. */
  readonly value?: Json;
  /** Keyed digest of the value by the operator of `at`, where it may hold secrets. */
  readonly keyed?: string;
  readonly at: RecordRef;
  /** When it was seen so, unix ms. */
  readonly seenMs: number;
  /** `set` when `fleet` wrote it and read it back, `found` when there was nothing to write. */
  readonly how: "set" | "found";
}

/** What a manifest that is at hand wants of the field: what a bare digest or an old record may stand for. */
export interface AtHand {
  readonly manifest: Digest;
  readonly wanted: WantedValue;
}

/** A field or element, and the value it was last made to have. */
export interface SetField {
  readonly path: string;
  readonly element?: string;
  readonly value: Json;
  readonly at: RecordRef;
}

/** A field that was found as wanted. Records of release 0.1.0 say by which manifest and not what that wanted. */
export interface FoundField {
  readonly path: string;
  readonly wanted?: WantedValue;
  readonly manifest?: Digest;
  readonly at: RecordRef;
  readonly seenMs: number;
}

/** A fact in the order of the records. */
export interface Ordered {
  /** Which of two facts came later in the records. */
  readonly order: number;
}

/** Found before it was set and recorded after: two operators at work at once. */
export function isAfter(
  found: FoundField & Ordered,
  set: (SetField & Ordered) | undefined,
): boolean {
  return set === undefined || (found.order >= set.order && found.seenMs >= set.at.timeMs);
}

/** True for a list that was found as wanted, where that says nothing of an element: what was set still holds. */
export function isSilent(found: FoundField, element: string | undefined): boolean {
  return found.wanted?.kind === "list" && foundValue(found, element, undefined) === undefined;
}

/** What a field that was found as wanted was then; `undefined` where the record does not say it of the element. */
export function foundValue(
  { wanted, manifest }: FoundField,
  element: string | undefined,
  atHand: AtHand | undefined,
): Pick<KnownField, "value" | "keyed"> | undefined {
  const isSameManifest = manifest !== undefined && manifest === atHand?.manifest;
  const told =
    wanted === undefined || wanted.kind === "keyed"
      ? isSameManifest
        ? atHand.wanted
        : wanted
      : wanted.kind === "digest" &&
          atHand !== undefined &&
          digestOfWanted(atHand.wanted) === wanted.digest
        ? atHand.wanted
        : wanted;
  if (told === undefined || told.kind === "digest") return undefined;
  if (told.kind === "keyed") return { keyed: told.keyed };
  if (told.kind === "value") return element === undefined ? { value: told.value } : undefined;
  if (element === undefined) return undefined;
  if (told.members.includes(element)) return { value: true };
  return told.exact === true || told.removed?.includes(element) === true
    ? { value: false }
    : undefined;
}

/** What stands for a wanted value that is too long to be repeated in every record. */
export function digestOfWanted(wanted: WantedValue): Digest {
  return digestOf({ ...wanted });
}

// What a plan has to know of the ledgers, folded from their records in one reading.
import { defined, type Digest, type VisorKey } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  type FeedKey,
  type IntentPayload,
  isRecordOf,
  KnownFields,
  type KnownFieldsState,
  type KeysetFault,
  KeysetFollower,
  type KeysetPayload,
  KeptManifests,
  type LedgerRecord,
  mayApplyBy,
  type PlanPayload,
  type ReadOnlyLedger,
  type RecordRef,
  refOf,
} from "../../ledger/index.ts";
import type { Keyset } from "../../model/index.ts";
import type { WrittenSecret } from "../diff/index.ts";
import { type Awaiting, nothingWaits, WaitingFold, type WaitingState } from "./app-restarts.ts";
import { keysetFromRecord } from "./keyset.ts";
import { type OnceTrusted, OnceTrustedFold, type OnceTrustedState } from "./once-trusted.ts";

/** Where an entry is and when it was written; an observation does not tell. */
interface EntryMoment {
  readonly feed: FeedKey;
  readonly timeMs: number;
}

/** What the ledger tells a planner. Pure facts: no file is read once this is made. */
export interface KnownHistory {
  readonly known: true;
  /** Number of entries. */
  readonly head: number;
  /** The owned paths of the latest recorded plan, by visor. */
  readonly owned: ReadonlyMap<VisorKey, readonly string[]>;
  readonly keyset: Keyset | undefined;
  /** Who had trust earlier; absent where an observation of an earlier release tells. */
  readonly onceTrusted?: OnceTrusted;
  /** The keyset in force, as its entry says it. */
  readonly accepted: AcceptedKeyset | undefined;
  /** The entry that first said what the keyset in force says; an observation does not tell. */
  readonly changedBy?: AcceptedKeyset;
  /** The latest accepted keyset that stands in each feed. */
  readonly keysets: ReadonlyMap<FeedKey, KeysetPayload>;
  /** Every keyset of the fleet: their epoch keys open what was sealed. */
  readonly epochKeysets: readonly KeysetPayload[];
  /** Keysets that nobody may believe, a sentence each. */
  readonly keysetFaults: readonly KeysetFault[];
  readonly awaitingRestart: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  readonly owedRestarts: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  /** Stops of apps that nobody saw end: their processes may run on until the visor restarts. */
  readonly doubtfulStops: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  /** What values were when they were last as a manifest of ours wanted them. */
  readonly leaves: KnownFields;
  readonly secretReceipt: (visor: string, path: string) => WrittenSecret | undefined;
  /** The manifest that was applied last, and the entry that says so. */
  readonly lastManifest:
    | { readonly digest: Digest; readonly entry: number; readonly in?: EntryMoment }
    | undefined;
  /** The commit of the latest recorded plan that was made from one. */
  readonly lastCommit: string | undefined;
  /** Digests of the manifests whose text our ledger keeps; absent where an observation tells. */
  readonly keptManifests?: ReadonlySet<Digest>;
}

/** The history, or why there is none. */
export type History = KnownHistory | { readonly known: false; readonly why: string };

/**
 * Gathers what the planner needs of one fleet from a ledger.
 * @param records the ledger's own and other operators', in joined order; the ledger's alone when not given
 */
export async function historyOf(
  ledger: Pick<ReadOnlyLedger, "feed" | "records"> | undefined,
  fleet: string,
  why = "no ledger was read",
  records?: AsyncIterable<LedgerRecord>,
): Promise<History> {
  if (ledger === undefined) return { known: false, why };
  const fold = new HistoryFold(fleet, ledger.feed);
  for await (const record of records ?? ledger.records()) fold.next(record);
  return fold.history();
}

/** All that is gathered of one fleet, as it is kept beside the ledger. */
export interface HistoryState extends WaitingState {
  readonly owned: Map<VisorKey, readonly string[]>;
  readonly leaves: KnownFieldsState;
  /** The plans that parts may follow of, the latest of each feed. */
  readonly plans: Map<FeedKey, { readonly payload: PlanPayload; readonly at: RecordRef }>;
  readonly secrets: Map<string, WrittenSecret>;
  /** Intents that no receipt answers yet. */
  readonly intents: Map<string, IntentPayload>;
  readonly keysetLines: ReturnType<KeysetFollower["state"]>;
  readonly onceTrusted: OnceTrustedState;
  readonly keysets: Map<FeedKey, KeysetPayload>;
  readonly epochKeysets: KeysetPayload[];
  readonly keysetFaults: KeysetFault[];
  readonly lastManifest: KnownHistory["lastManifest"];
  readonly lastCommit: string | undefined;
  readonly keptManifests: ReturnType<KeptManifests["state"]>;
  readonly head: number;
}

/**
 * Gathers what the planner needs of one fleet from records taken in order, those that an open ledger
 * appends included. Later ones replace what earlier ones said of the same visor, field or app, so that
 * it holds no more than a fleet has visors and fields.
 */
export class HistoryFold {
  readonly #fleet: string;
  readonly #own: FeedKey;
  readonly #owned: HistoryState["owned"];
  readonly #waiting: WaitingFold;
  readonly #leaves: KnownFields;
  readonly #plans: HistoryState["plans"];
  readonly #secrets: HistoryState["secrets"];
  readonly #intents: HistoryState["intents"];
  readonly #follower: KeysetFollower;
  readonly #onceTrusted: OnceTrustedFold;
  readonly #keysets: HistoryState["keysets"];
  readonly #epochKeysets: KeysetPayload[];
  readonly #keysetFaults: KeysetFault[];
  #lastManifest: KnownHistory["lastManifest"];
  #lastCommit: string | undefined;
  readonly #kept: KeptManifests;
  #head: number;

  /**
   * `own` is the feed whose entries `head` counts.
   * @param state what {@link state} gave for this fleet and feed, to go on from there; it is taken over
   */
  constructor(fleet: string, own: FeedKey, state: HistoryState = nothingYet()) {
    this.#fleet = fleet;
    this.#own = own;
    this.#owned = state.owned;
    this.#waiting = new WaitingFold(state);
    this.#leaves = KnownFields.resume(state.leaves);
    this.#plans = state.plans;
    this.#secrets = state.secrets;
    this.#intents = state.intents;
    this.#follower = new KeysetFollower(state.keysetLines);
    this.#onceTrusted = new OnceTrustedFold(state.onceTrusted);
    this.#keysets = state.keysets;
    this.#epochKeysets = state.epochKeysets;
    this.#keysetFaults = state.keysetFaults;
    this.#lastManifest = state.lastManifest;
    this.#lastCommit = state.lastCommit;
    this.#kept = new KeptManifests(fleet, state.keptManifests);
    this.#head = state.head;
  }

  /** All that it holds, shared with it: to be written at once. */
  state(): HistoryState {
    return {
      owned: this.#owned,
      ...this.#waiting.state(),
      leaves: this.#leaves.state(),
      plans: this.#plans,
      secrets: this.#secrets,
      intents: this.#intents,
      keysetLines: this.#follower.state(),
      onceTrusted: this.#onceTrusted.state(),
      keysets: this.#keysets,
      epochKeysets: this.#epochKeysets,
      keysetFaults: this.#keysetFaults,
      lastManifest: this.#lastManifest,
      lastCommit: this.#lastCommit,
      keptManifests: this.#kept.state(),
      head: this.#head,
    };
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    if (record.feed === this.#own) this.#head = record.index + record.parts;
    this.#kept.next(record);
    if (record.kind !== "keyset" && !this.#isHeard(record)) return;
    if (record.kind === "receipt") this.#noteSecrets(record);
    if (isRecordOf(record, "keyset", this.#fleet)) this.#noteKeyset(record);
    else if (isRecordOf(record, "plan", this.#fleet) && record.payload !== undefined) {
      this.#lastManifest = {
        digest: record.payload.manifest,
        entry: record.index,
        in: { feed: record.feed, timeMs: record.timeMs },
      };
      this.#lastCommit = record.payload.commit ?? this.#lastCommit;
      const { text: _, ...payload } = record.payload;
      this.#plans.set(record.feed, { payload, at: refOf(record) });
    } else if (isRecordOf(record, "plan-part", this.#fleet)) this.#notePart(record);
    else if (isRecordOf(record, "intent", this.#fleet) && record.payload !== undefined) {
      this.#intents.set(intentKey(record, record.index), record.payload);
      this.#leaves.begun(record.payload);
      this.#waiting.begun(record, record.payload);
    } else if (isRecordOf(record, "receipt", this.#fleet)) this.#noteReceipt(record);
  }

  /** What the records taken so far say; what comes later does not change it. */
  history(): KnownHistory {
    const accepted = this.#follower.current(this.#fleet);
    const changedBy = this.#follower.changes(this.#fleet).at(-1);
    const secrets = new Map(this.#secrets);
    return {
      known: true,
      head: this.#head,
      owned: new Map(this.#owned),
      keyset: accepted === undefined ? undefined : keysetFromRecord(accepted.payload),
      onceTrusted: this.#onceTrusted.result(this.#leaves),
      accepted,
      ...defined({ changedBy }),
      keysets: new Map(this.#keysets),
      epochKeysets: [...this.#epochKeysets],
      keysetFaults: [...this.#keysetFaults],
      ...this.#waiting.result(),
      leaves: this.#leaves.copy(),
      secretReceipt: (visor, path) => secrets.get(`${visor} ${path}`),
      lastManifest: this.#lastManifest,
      lastCommit: this.#lastCommit,
      keptManifests: this.#kept.of(this.#own),
    };
  }

  /** What others recorded counts only while the keyset in force lets them apply. */
  #isHeard(record: LedgerRecord): boolean {
    if (record.feed === this.#own) return true;
    return mayApplyBy(this.#follower.current(this.#fleet)?.payload, record);
  }

  #noteKeyset(record: LedgerRecord<"keyset">): void {
    if (record.payload !== undefined) this.#epochKeysets.push(record.payload);
    const verdict = this.#follower.next(record);
    if (verdict?.kind === "refused") this.#keysetFaults.push(verdict.fault);
    if (verdict?.kind !== "accepted") return;
    this.#keysets.set(verdict.keyset.feed, verdict.keyset.payload);
    this.#onceTrusted.next(verdict.keyset.payload);
  }

  #notePart(record: LedgerRecord<"plan-part">): void {
    const { payload: part, feed } = record;
    if (part === undefined) return;
    const plan = this.#plans.get(feed);
    const isOfPlan = plan?.payload.plan === part.plan;
    // An entry is named by the plan: it is what people look up.
    const at = isOfPlan ? { ...refOf(record), index: plan.at.index } : refOf(record);
    this.#owned.set(part.visor, part.owned);
    this.#leaves.foundPart(part, at, isOfPlan ? plan.payload.manifest : undefined);
  }

  #noteSecrets({ payload }: LedgerRecord<"receipt">): void {
    for (const { path, secret } of payload?.outcomes ?? []) {
      if (payload === undefined || secret === undefined) continue;
      this.#secrets.set(`${payload.visor} ${path}`, secret);
    }
  }

  #noteReceipt(record: LedgerRecord<"receipt">): void {
    const receipt = record.payload;
    if (receipt === undefined) return;
    const answered = intentKey(record, receipt.intent);
    const intent = this.#intents.get(answered);
    this.#intents.delete(answered);
    this.#waiting.ended(record, receipt, intent);
    if (intent === undefined) return;
    for (const outcome of receipt.outcomes) this.#leaves.ended(intent, outcome, refOf(record));
  }
}

/** Before the first record. */
function nothingYet(): HistoryState {
  return {
    owned: new Map(),
    ...nothingWaits(),
    leaves: new KnownFields().state(),
    plans: new Map(),
    secrets: new Map(),
    intents: new Map(),
    keysetLines: new Map(),
    onceTrusted: new OnceTrustedFold().state(),
    keysets: new Map(),
    epochKeysets: [],
    keysetFaults: [],
    lastManifest: undefined,
    lastCommit: undefined,
    keptManifests: new Map(),
    head: 0,
  };
}

/** An entry's number counts in its own feed only. */
function intentKey({ feed }: LedgerRecord, index: number): string {
  return `${feed} ${index}`;
}

// What a plan has to know of the ledgers, folded from their records in one reading.
import { defined, type Digest, type VisorKey } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  type FeedKey,
  type IntentPayload,
  isRecordOf,
  KnownLeaves,
  type KnownLeavesState,
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
import { changeKey, type Keyset } from "../../model/index.ts";
import type { WrittenSecret } from "../diff/index.ts";
import { keysetFromRecord } from "./keyset.ts";
import { type OnceTrusted, OnceTrustedFold, type OnceTrustedState } from "./once-trusted.ts";

/** Something that an earlier apply left to a later start of the visor or app. */
export interface Awaiting {
  /** A leaf path, or the name of an app that owes a stop and start. */
  readonly what: string;
  /** The list element, where the leaf is a list. */
  readonly element?: string;
  readonly sinceEntry: number;
  readonly sinceMs: number;
}

/** Where an entry is and when it was written; an observation does not tell. */
export interface EntryMoment {
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
  readonly leaves: KnownLeaves;
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
export interface HistoryState {
  readonly owned: Map<VisorKey, readonly string[]>;
  readonly awaiting: Map<VisorKey, Map<string, Awaiting>>;
  readonly owed: Map<VisorKey, Map<string, Awaiting>>;
  readonly doubts: Map<VisorKey, Map<string, Awaiting>>;
  readonly leaves: KnownLeavesState;
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
 * appends included. Later ones replace what earlier ones said of the same visor, leaf or app, so that
 * it holds no more than a fleet has visors and leaves.
 */
export class HistoryFold {
  readonly #fleet: string;
  readonly #own: FeedKey;
  readonly #owned: HistoryState["owned"];
  readonly #awaiting: HistoryState["awaiting"];
  readonly #owed: HistoryState["owed"];
  readonly #doubts: HistoryState["doubts"];
  readonly #leaves: KnownLeaves;
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
    this.#awaiting = state.awaiting;
    this.#owed = state.owed;
    this.#doubts = state.doubts;
    this.#leaves = KnownLeaves.resume(state.leaves);
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
      awaiting: this.#awaiting,
      owed: this.#owed,
      doubts: this.#doubts,
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
      for (const app of record.payload.restartsOwed)
        inner(this.#owed, record.payload.visor).set(app, sinceOf(record, app));
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
      onceTrusted: this.#onceTrusted.result(receiptsOf(this.#leaves)),
      accepted,
      ...defined({ changedBy }),
      keysets: new Map(this.#keysets),
      epochKeysets: [...this.#epochKeysets],
      keysetFaults: [...this.#keysetFaults],
      awaitingRestart: flatten(this.#awaiting),
      owedRestarts: flatten(this.#owed),
      doubtfulStops: flatten(this.#doubts),
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
    for (const { path, element, outcome } of receipt.outcomes) {
      // Only what was written anew replaces what waits: a failed write leaves the earlier one waiting.
      if (outcome !== "done" && outcome !== "done-after-restart") continue;
      const waiting = inner(this.#awaiting, receipt.visor);
      const key = changeKey({ path, element });
      waiting.delete(key);
      if (outcome === "done-after-restart") {
        const since = sinceOf(record, path);
        waiting.set(key, { ...since, ...defined({ element }) });
      }
      const app = /^apps\.(.+)\.running$/.exec(path)?.[1];
      if (receipt.step === "b" && app !== undefined) inner(this.#owed, receipt.visor).delete(app);
    }
    if (intent === undefined) return;
    for (const outcome of receipt.outcomes) {
      this.#leaves.ended(intent, outcome, refOf(record));
      if (outcome.outcome === "unverified" && isStop(intent, outcome.path))
        inner(this.#doubts, receipt.visor).set(outcome.path, sinceOf(record, outcome.path));
    }
  }
}

/** Before the first record. */
function nothingYet(): HistoryState {
  return {
    owned: new Map(),
    awaiting: new Map(),
    owed: new Map(),
    doubts: new Map(),
    leaves: new KnownLeaves().state(),
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

/** True for an intent that stops an app, to start it again or not. */
function isStop({ changes, step }: IntentPayload, path: string): boolean {
  return step === "b" && changes.some((each) => each.path === path && each.before === true);
}

/** An entry's number counts in its own feed only. */
function intentKey({ feed }: LedgerRecord, index: number): string {
  return `${feed} ${index}`;
}

function sinceOf(record: LedgerRecord, what: string): Awaiting {
  return { what, sinceEntry: record.index, sinceMs: record.timeMs };
}

function inner(map: Map<VisorKey, Map<string, Awaiting>>, visor: VisorKey): Map<string, Awaiting> {
  const found = map.get(visor) ?? new Map<string, Awaiting>();
  map.set(visor, found);
  return found;
}

function flatten(
  map: Map<VisorKey, Map<string, Awaiting>>,
): ReadonlyMap<VisorKey, readonly Awaiting[]> {
  return new Map([...map].map(([visor, items]) => [visor, [...items.values()]]));
}

/** The values that receipts set last, one after the other. */
function receiptsOf(leaves: KnownLeaves): Parameters<OnceTrustedFold["result"]>[0] {
  return leaves.visors().flatMap((visor) =>
    leaves.writtenOf(visor).map(({ path, element, value, at }) => ({
      visor,
      path,
      ...defined({ element }),
      after: value,
      entry: at.index,
    })),
  );
}

// A fleet as its records tell it: what was owned, written and seen of each visor.
import { defined, type VisorKey } from "../../core/index.ts";
import { changeKey, compareFields } from "../../model/index.ts";
import type { IntentPayload, LedgerRecord, PlanPayload } from "../log/index.ts";
import { type AtHand, type KnownField, pathsAsWanted, type RecordRef, refOf } from "./queries.ts";
import { KnownFields, type KnownFieldsState } from "./known-fields.ts";
import { FieldHistory, type RecordedField } from "./field-state.ts";

/** Plans whose manifest and commit are remembered for the entries that follow; applies are seldom interleaved. */
const PLANS_MAX = 4_096;

/** What is remembered of a plan. */
type NotedPlan = Omit<PlanPayload, "text">;

/** What is gathered of one visor, as it is kept. */
interface VisorRecords {
  readonly leaves: readonly RecordedField[];
  readonly owned: readonly string[];
  readonly ownedBy: RecordRef | undefined;
}

/** All that is gathered, as it is kept beside the ledger. */
export interface FleetRecords {
  readonly visors: ReadonlyMap<VisorKey, VisorRecords>;
  readonly plans: Map<string, NotedPlan>;
  /** Intents that no receipt answers yet. */
  readonly open: Map<string, IntentPayload>;
  readonly known: KnownFieldsState;
  readonly count: number;
  readonly sealed: number;
  readonly last: RecordRef | undefined;
}

/** What is recorded of one visor. */
export interface VisorState {
  readonly visor: VisorKey;
  /** The paths that the latest recorded plan owned. */
  readonly owned: readonly string[];
  /** The plan part that said so. */
  readonly ownedBy?: RecordRef;
  /** Sorted by path and element. */
  readonly leaves: readonly RecordedField[];
  /**
   * What a field or element was when it was last as a manifest of then wanted it, whether or not it had to be
   * written. `atHand` is the manifest to be asked where a record says less.
   */
  readonly known: (path: string, element?: string, atHand?: AtHand) => KnownField | undefined;
}

/**
 * A fleet as its records tell it, gathered from one pass over them in order. The room it takes grows with the
 * fields that were ever written or seen, not with the number of records.
 */
export class FleetState {
  readonly #visors: Map<VisorKey, VisorHistory>;
  readonly #plans: Map<string, NotedPlan>;
  readonly #open: Map<string, IntentPayload>;
  readonly #known: KnownFields;
  #count: number;
  #sealed: number;
  #last: RecordRef | undefined;

  /** @param kept what {@link state} gave, to go on from there; it is taken over */
  constructor(kept: FleetRecords = nothingYet()) {
    const visors = [...kept.visors].map(([key, each]) => [key, new VisorHistory(each)] as const);
    this.#visors = new Map(visors);
    this.#plans = kept.plans;
    this.#open = kept.open;
    this.#known = KnownFields.resume(kept.known);
    this.#count = kept.count;
    this.#sealed = kept.sealed;
    this.#last = kept.last;
  }

  /** All that it holds, shared with it: to be written at once. */
  state(): FleetRecords {
    return {
      visors: new Map([...this.#visors].map(([key, visor]) => [key, visor.state()])),
      plans: this.#plans,
      open: this.#open,
      known: this.#known.state(),
      count: this.#count,
      sealed: this.#sealed,
      last: this.#last,
    };
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    this.#count += 1;
    this.#last = refOf(record);
    if (record.payload === undefined) this.#sealed += 1;
    else if (record.kind === "plan") this.#notePlan(record.feed, record.payload);
    else if (record.kind === "plan-part") this.#notePart(record);
    else if (record.kind === "intent") this.#noteIntent(record);
    else if (record.kind === "receipt") this.#noteReceipt(record);
  }

  /** How many records were taken. */
  get count(): number {
    return this.#count;
  }

  /** How many of them are sealed to others, so that what they say is missing here. */
  get sealed(): number {
    return this.#sealed;
  }

  /** The latest record that was taken. */
  get last(): RecordRef | undefined {
    return this.#last;
  }

  /** The visors that records speak of, sorted by key. */
  visors(): readonly VisorState[] {
    const keys = [...this.#visors.keys()].sort();
    return keys.flatMap((key) => this.visor(key) ?? []);
  }

  /** One visor; `undefined` when no record speaks of it. */
  visor(key: VisorKey): VisorState | undefined {
    const found = this.#visors.get(key);
    if (found === undefined) return undefined;
    const fields = [...found.leaves.values()].map((field) => field.state()).sort(compareFields);
    return {
      visor: key,
      owned: found.owned,
      ...defined({ ownedBy: found.ownedBy }),
      leaves: fields,
      known: (path, element, atHand) => this.#known.lastKnown(key, path, element, atHand),
    };
  }

  // A kept text is left out: it may be as long as all else that is remembered here.
  #notePlan(feed: string, { text: _, ...plan }: PlanPayload): void {
    const key = `${feed} ${plan.plan}`;
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    if (this.#plans.size <= PLANS_MAX) return;
    const [oldest] = this.#plans.keys();
    if (oldest !== undefined) this.#plans.delete(oldest);
  }

  #notePart(record: LedgerRecord<"plan-part">): void {
    const { payload, feed } = record;
    if (payload === undefined) return;
    const at = refOf(record);
    const history = this.#history(payload.visor);
    history.owned = payload.owned;
    history.ownedBy = at;
    const plan = this.#plans.get(`${feed} ${payload.plan}`);
    this.#known.foundPart(payload, at, plan?.manifest);
    const { reading } = payload;
    const seenMs = reading === undefined ? Number.NaN : Date.parse(reading.at);
    // Without its time a reading proves nothing: another operator may have written since.
    if (reading === undefined || Number.isNaN(seenMs)) return;
    for (const { path, element, before, after } of payload.changes) {
      history.field(path, element).see({ value: before, beside: after, at, seenMs });
    }
    const asWanted = new Set(pathsAsWanted(payload));
    for (const field of history.leaves.values()) {
      if (!asWanted.has(field.path)) continue;
      const found = this.#known.lastKnown(payload.visor, field.path, field.element);
      if (found?.at === at && found.value !== undefined)
        field.see({ value: found.value, at, seenMs });
      // Where the record does not say it: as recorded where the very manifest that set it wanted it.
      else if (plan !== undefined) field.seeInSync(plan.manifest, at, seenMs);
    }
  }

  #noteIntent(record: LedgerRecord<"intent">): void {
    const { payload, feed, index } = record;
    if (payload === undefined) return;
    const at = refOf(record);
    const history = this.#history(payload.visor);
    this.#open.set(`${feed} ${index}`, payload);
    this.#known.begun(payload);
    for (const change of payload.changes) {
      const field = history.field(change.path, change.element);
      // An intent follows a reading of its own, taken right before it.
      field.see({ value: change.before, beside: change.after, at, seenMs: at.timeMs });
      field.begin(change.after, at);
    }
  }

  #noteReceipt(record: LedgerRecord<"receipt">): void {
    const { payload, feed } = record;
    if (payload === undefined) return;
    const key = `${feed} ${payload.intent}`;
    const intent = this.#open.get(key);
    this.#open.delete(key);
    if (intent === undefined) return;
    const at = refOf(record);
    const history = this.#history(payload.visor);
    const plan = this.#plans.get(`${feed} ${payload.plan}`);
    for (const outcome of payload.outcomes) {
      const change = intent.changes.find(
        ({ path, element }) => path === outcome.path && element === outcome.element,
      );
      if (change === undefined) continue;
      this.#known.ended(intent, outcome, at);
      history
        .field(change.path, change.element)
        .end({ at, intent: payload.intent, digest: payload.plan, plan, change, outcome });
      if (change.after === false && outcome.outcome.startsWith("done"))
        history.forgetPort(change.path);
    }
  }

  #history(visor: VisorKey): VisorHistory {
    const found = this.#visors.get(visor) ?? new VisorHistory();
    this.#visors.set(visor, found);
    return found;
  }
}

/** Before the first record. */
function nothingYet(): FleetRecords {
  return {
    visors: new Map(),
    plans: new Map(),
    open: new Map(),
    known: new KnownFields().state(),
    count: 0,
    sealed: 0,
    last: undefined,
  };
}

class VisorHistory {
  readonly leaves: Map<string, FieldHistory>;
  owned: readonly string[];
  ownedBy: RecordRef | undefined;

  constructor(kept?: VisorRecords) {
    this.leaves = new Map(
      kept?.leaves.map((field) => [changeKey(field), FieldHistory.resume(field)] as const),
    );
    this.owned = kept?.owned ?? [];
    this.ownedBy = kept?.ownedBy;
  }

  state(): VisorRecords {
    const fields = [...this.leaves.values()].map((field) => field.state());
    return { leaves: fields, owned: this.owned, ownedBy: this.ownedBy };
  }

  /** Closing a port ends what was recorded of its other fields: nobody changed those. */
  forgetPort(path: string): void {
    const record = /^(ports\.\d+\.)open$/.exec(path)?.[1];
    if (record === undefined) return;
    for (const [key, field] of this.leaves)
      if (field.path.startsWith(record) && field.path !== path) this.leaves.delete(key);
  }

  field(path: string, element: string | undefined): FieldHistory {
    const key = changeKey({ path, element });
    const found = this.leaves.get(key) ?? new FieldHistory(path, element);
    this.leaves.set(key, found);
    return found;
  }
}

/**
 * Gathers the state that records lead to.
 * @throws whatever reading the records throws
 */
export async function foldFleet(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
): Promise<FleetState> {
  const state = new FleetState();
  for await (const record of records) state.next(record);
  return state;
}

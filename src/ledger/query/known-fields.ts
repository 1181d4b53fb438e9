// What records say of each value: as it was last found or made to be what a manifest of ours wanted.
import { canonicalJson, defined, type Digest, type Json, type VisorKey } from "../../core/index.ts";
import { changeKey, type WantedValue } from "../../model/index.ts";
import type { IntentPayload, PlanPartPayload, ReceiptOutcome } from "../log/index.ts";
import {
  isAfter,
  isSilent,
  foundValue,
  pathsAsWanted,
  type AtHand,
  type KnownField,
  type SetField,
  type FoundField,
  type Ordered,
  type RecordRef,
} from "./queries.ts";

/** Tries of one value that are remembered. */
const TRIED_MAX = 8;

/** A list of which some elements are still to be written before it is as wanted. */
interface Pending {
  readonly wanted: WantedValue;
  readonly left: Set<string>;
}

/** The facts of one visor as they are kept. */
interface KnownVisorState {
  readonly found: Map<string, FoundField & Ordered>;
  readonly set: Map<string, SetField & Ordered>;
  /** Values that were to be written, of which nobody saw that they are not there. */
  readonly tried: Map<string, Json[]>;
  /** By path: lists of the latest plan part. */
  readonly pending: Map<string, Pending>;
}

/** All that is known, as it is kept. */
export interface KnownFieldsState {
  readonly visors: ReadonlyMap<VisorKey, KnownVisorState>;
  readonly order: number;
}

/** The facts of one visor. */
class KnownVisor implements KnownVisorState {
  readonly found: KnownVisorState["found"];
  readonly set: KnownVisorState["set"];
  readonly tried: KnownVisorState["tried"];
  readonly pending: KnownVisorState["pending"];

  constructor(
    state: KnownVisorState = {
      found: new Map(),
      set: new Map(),
      tried: new Map(),
      pending: new Map(),
    },
  ) {
    this.found = state.found;
    this.set = state.set;
    this.tried = state.tried;
    this.pending = state.pending;
  }

  /** Closing a port ends what was known of its other fields: nobody changed those. */
  forgetBelow(path: string): void {
    const record = /^(ports\.\d+\.)open$/.exec(path)?.[1];
    if (record === undefined) return;
    for (const fields of [this.found, this.set]) {
      for (const [name, field] of fields)
        if (field.path.startsWith(record) && field.path !== path) fields.delete(name);
    }
  }
}

/**
 * What was last known of each value, gathered from records in order. A record counts for the values it speaks of, and
 * for those only: what is not known here nobody may be accused of.
 */
export class KnownFields {
  readonly #visors = new Map<VisorKey, KnownVisor>();
  #order = 0;

  /** A plan part: which owned fields were as wanted. */
  foundPart(part: PlanPartPayload, at: RecordRef, manifest: Digest | undefined): void {
    const { reading } = part;
    const visor = this.#visor(part.visor);
    const seenMs = reading === undefined ? Number.NaN : Date.parse(reading.at);
    const order = (this.#order += 1);
    visor.pending.clear();
    for (const path of pathsAsWanted(part)) {
      const wanted = reading?.wanted?.[path];
      visor.found.set(path, {
        path,
        ...defined({ wanted, manifest }),
        at,
        // Without its time a reading is as old as can be: another operator may have written since.
        seenMs: Number.isNaN(seenMs) ? 0 : Math.min(seenMs, at.timeMs),
        order,
      });
      for (const key of [...visor.tried.keys()])
        if (key.startsWith(`${path} `)) visor.tried.delete(key);
    }
    for (const { path, element } of part.changes) {
      const wanted = reading?.wanted?.[path];
      if (element === undefined || wanted === undefined) continue;
      const pending = visor.pending.get(path) ?? { wanted, left: new Set() };
      visor.pending.set(path, pending);
      pending.left.add(element);
    }
  }

  /** A write begins. */
  begun({ visor: key, changes }: IntentPayload): void {
    const visor = this.#visor(key);
    for (const change of changes) {
      const name = changeKey(change);
      visor.tried.set(name, [...(visor.tried.get(name) ?? []), change.after].slice(-TRIED_MAX));
    }
  }

  /** A write has ended. */
  ended(intent: IntentPayload, outcome: ReceiptOutcome, at: RecordRef): void {
    const change = intent.changes.find((each) => changeKey(each) === changeKey(outcome));
    if (change === undefined) return;
    const visor = this.#visor(intent.visor);
    const name = changeKey(change);
    if (outcome.outcome === "refused" || outcome.outcome === "unsupported") {
      const tried = visor.tried.get(name)?.slice(0, -1) ?? [];
      if (tried.length === 0) visor.tried.delete(name);
      else visor.tried.set(name, tried);
    }
    if (outcome.outcome !== "done" && outcome.outcome !== "done-after-restart") return;
    const { path, element, after } = change;
    visor.tried.delete(name);
    const order = (this.#order += 1);
    visor.set.set(name, {
      path,
      ...defined({ element }),
      value: after,
      at,
      order,
    });
    if (after === false) visor.forgetBelow(path);
    const pending = visor.pending.get(path);
    if (element === undefined || pending === undefined) return;
    pending.left.delete(element);
    if (pending.left.size > 0) return;
    visor.pending.delete(path);
    visor.found.set(path, { path, wanted: pending.wanted, at, seenMs: at.timeMs, order });
  }

  /** What a field or element last was as a manifest of ours wanted it; `undefined` where no record says. */
  lastKnown(
    key: VisorKey,
    path: string,
    element: string | undefined,
    atHand?: AtHand,
  ): KnownField | undefined {
    const visor = this.#visors.get(key);
    const set = visor?.set.get(changeKey({ path, element }));
    const found = visor?.found.get(path);
    const isLater = found !== undefined && isAfter(found, set);
    const told = found === undefined || !isLater ? undefined : foundValue(found, element, atHand);
    if (told !== undefined && found !== undefined)
      return { ...told, at: found.at, seenMs: found.seenMs, how: "found" };
    if (set === undefined || (isLater && !isSilent(found, element))) return undefined;
    return { value: set.value, at: set.at, seenMs: set.at.timeMs, how: "set" };
  }

  /** True where a write of this value was begun and nobody saw that it failed: then it may be ours. */
  mayBeOurs(key: VisorKey, path: string, element: string | undefined, value: Json): boolean {
    const tried = this.#visors.get(key)?.tried.get(changeKey({ path, element })) ?? [];
    return tried.some((each) => canonicalJson(each) === canonicalJson(value));
  }

  /** True where a field was once as wanted, or was written, or may have been. */
  wasEverOurs(key: VisorKey, path: string): boolean {
    return this.#visors.get(key)?.found.has(path) === true || this.wasWritten(key, path);
  }

  /** True where a field was written, or may have been. */
  wasWritten(key: VisorKey, path: string): boolean {
    const visor = this.#visors.get(key);
    if (visor === undefined) return false;
    return [...visor.set.keys(), ...visor.tried.keys()].some((name) => name.startsWith(`${path} `));
  }

  /** True where records do not say yet that a field is just this. */
  isNews(key: VisorKey, path: string, wanted: WantedValue): boolean {
    const known = (element?: string): Json | undefined => this.lastKnown(key, path, element)?.value;
    if (wanted.kind === "value") {
      const value = known();
      return value === undefined || canonicalJson(value) !== canonicalJson(wanted.value);
    }
    const found = this.#visors.get(key)?.found.get(path);
    if (wanted.kind !== "list")
      return canonicalJson(found?.wanted ?? null) !== canonicalJson({ ...wanted });
    if (!wanted.members.every((element) => known(element) === true)) return true;
    if (!(wanted.removed ?? []).every((element) => known(element) === false)) return true;
    if (wanted.exact !== true) return false;
    if (found?.wanted?.kind !== "list" || found.wanted.exact !== true) return true;
    const members = new Set(wanted.members);
    return found.wanted.members.some((each) => !members.has(each) && known(each) !== false);
  }

  /** All values that were set and not found otherwise wanted since, in the order in which they were first set. */
  setOf(key: VisorKey): readonly SetField[] {
    const visor = this.#visors.get(key);
    if (visor === undefined) return [];
    return [...visor.set.values()]
      .filter((set) => {
        const found = visor.found.get(set.path);
        return found === undefined || !isAfter(found, set) || isSilent(found, set.element);
      })
      .map(({ order: _, ...set }) => set);
  }

  /** The last value that was set of each field and element, whatever was found since. */
  writtenOf(key: VisorKey): readonly SetField[] {
    return [...(this.#visors.get(key)?.set.values() ?? [])].map(({ order: _, ...set }) => set);
  }

  /** All fields that were found as wanted. */
  foundOf(key: VisorKey): readonly FoundField[] {
    return [...(this.#visors.get(key)?.found.values() ?? [])].map(
      ({ order: _, ...found }) => found,
    );
  }

  /** The visors that anything is known of. */
  visors(): readonly VisorKey[] {
    return [...this.#visors.keys()];
  }

  /** A copy that later records do not change. */
  copy(): KnownFields {
    const copy = new KnownFields();
    copy.#order = this.#order;
    for (const [key, visor] of this.#visors) {
      const own = copy.#visor(key);
      for (const [path, found] of visor.found) own.found.set(path, found);
      for (const [name, set] of visor.set) own.set.set(name, set);
      for (const [name, tried] of visor.tried) own.tried.set(name, tried);
    }
    return copy;
  }

  /** All that it holds, shared with it: to be written at once, and {@link resume}d. */
  state(): KnownFieldsState {
    const visors = [...this.#visors].map(([key, { found, set, tried, pending }]) => {
      return [key, { found, set, tried, pending }] as const;
    });
    return { visors: new Map(visors), order: this.#order };
  }

  /** Goes on from a state, which it takes over. */
  static resume({ visors, order }: KnownFieldsState): KnownFields {
    const known = new KnownFields();
    known.#order = order;
    for (const [key, visor] of visors) known.#visors.set(key, new KnownVisor(visor));
    return known;
  }

  /** Takes facts as they were kept; of a path that is set and found the set value holds. */
  static of(
    kept: ReadonlyMap<
      VisorKey,
      { readonly found: readonly FoundField[]; readonly set: readonly SetField[] }
    >,
  ): KnownFields {
    const known = new KnownFields();
    for (const [key, { found, set }] of kept) {
      const visor = known.#visor(key);
      for (const each of found) visor.found.set(each.path, { ...each, order: 0 });
      for (const each of set) visor.set.set(changeKey(each), { ...each, order: 1 });
    }
    return known;
  }

  #visor(key: VisorKey): KnownVisor {
    const found = this.#visors.get(key) ?? new KnownVisor();
    this.#visors.set(key, found);
    return found;
  }
}

// One field of a visor as records tell it: what was set, seen, and left in doubt.
import { canonicalJson, defined, type Digest, type Json } from "../../core/index.ts";
import { MASK } from "../../model/index.ts";
import type {
  ChangeLifetime,
  IntentPayload,
  PlanPayload,
  ReceiptOutcome,
  RecordedOrigin,
} from "../log/index.ts";
import type { RecordRef } from "./queries.ts";

/** The last time `fleet` wrote a field and saw the value there. */
export interface FieldSet {
  /** `null` is absent; of a list element, whether it is a member. Secrets are references. */
  readonly value: Json;
  readonly before: Json;
  readonly lifetime: ChangeLifetime;
  /** The receipt. */
  readonly at: RecordRef;
  /** Index of the intent in the same feed. */
  readonly intent: number;
  readonly plan: Digest;
  readonly manifest?: Digest;
  readonly commit?: string;
  readonly origin?: RecordedOrigin;
  /** It was to be in force only once the visor restarts. */
  readonly afterRestart: boolean;
  readonly secret?: { readonly ref: string; readonly hmac: string };
}

/** A value that was found on the visor. */
export interface Sighting {
  readonly value: Json;
  /** The record that says so. */
  readonly at: RecordRef;
  /** When it was found, unix ms; not after `at`. */
  readonly seenMs: number;
}

/** A field, or an element of a list, as records tell it. */
export interface RecordedField {
  readonly path: string;
  readonly element?: string;
  readonly set?: FieldSet;
  /** The last time the value of `set` was found, or any value where `fleet` never set one. */
  readonly seen?: Sighting;
  /** Since then another value was found. */
  readonly otherwise?: { readonly first: Sighting; readonly last: Sighting };
  /** A later write of which nobody saw what became. */
  readonly unsure?: {
    readonly value: Json;
    readonly at: RecordRef;
    readonly why: "no-receipt" | "unverified";
  };
}

/** The value that records say a field had last; `undefined` when none does. */
export function recordedValue(field: RecordedField): Json | undefined {
  const told = field.otherwise?.last ?? field.set ?? field.seen;
  return told?.value;
}

/** The record behind {@link recordedValue}. */
export function recordedAt(field: RecordedField): RecordRef | undefined {
  const told = field.otherwise?.last ?? field.set ?? field.seen;
  return told?.at;
}

/** True for a value that is, or may hold, a secret: it says nothing when compared. */
export function isOpaque(value: Json): boolean {
  if (value === MASK) return true;
  if (value === null || typeof value !== "object") return false;
  if ("secret" in value && Object.keys(value).length === 1) return true;
  return Object.values(value).some((member: Json | undefined) => isOpaque(member ?? null));
}

/** True when two values are the same. */
export function isSameValue(left: Json, right: Json): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** How a write ended, and what belongs to it. */
export interface FieldEnd {
  readonly at: RecordRef;
  readonly intent: number;
  readonly digest: Digest;
  readonly plan: PlanPayload | undefined;
  readonly change: IntentPayload["changes"][number];
  readonly outcome: ReceiptOutcome;
}

/** Gathers the state of one field from what happens to it, in order. */
export class FieldHistory {
  readonly path: string;
  readonly element: string | undefined;
  #set: FieldSet | undefined;
  #seen: Sighting | undefined;
  #otherwise: RecordedField["otherwise"];
  #unsure: RecordedField["unsure"];

  constructor(path: string, element: string | undefined) {
    this.path = path;
    this.element = element;
  }

  /** Goes on from a state. */
  static resume({ path, element, set, seen, otherwise, unsure }: RecordedField): FieldHistory {
    const history = new FieldHistory(path, element);
    history.#set = set;
    history.#seen = seen;
    history.#otherwise = otherwise;
    history.#unsure = unsure;
    return history;
  }

  /** A value was found. `beside` is what was wanted instead: where that is secret, so may the value be. */
  see({ value, beside, at, seenMs }: Sighting & { readonly beside?: Json }): void {
    if (isOpaque(value) || (beside !== undefined && isOpaque(beside))) return;
    const sighting = { value, at, seenMs };
    if (this.#set === undefined) {
      if (this.#seen === undefined || seenMs >= this.#seen.seenMs) this.#seen = sighting;
      return;
    }
    // Found before it was set, recorded after: two operators at work at once.
    if (seenMs < this.#set.at.timeMs || isOpaque(this.#set.value)) return;
    if (isSameValue(value, this.#set.value)) {
      this.#seen = sighting;
      this.#otherwise = undefined;
    } else {
      this.#otherwise = { first: this.#otherwise?.first ?? sighting, last: sighting };
    }
  }

  /** The field was found as a manifest wants it. */
  seeInSync(manifest: Digest, at: RecordRef, seenMs: number): void {
    if (this.#set?.manifest !== manifest) return;
    this.see({ value: this.#set.value, at, seenMs });
  }

  /** A write begins. */
  begin(value: Json, at: RecordRef): void {
    this.#unsure = { value, at, why: "no-receipt" };
  }

  /** A write has ended. */
  end({ at, intent, digest, plan, change, outcome }: FieldEnd): void {
    const begun = this.#unsure?.at;
    if (begun?.feed === at.feed && begun.index === intent) this.#unsure = undefined;
    if (outcome.outcome === "done" || outcome.outcome === "done-after-restart") {
      this.#set = {
        value: change.after,
        before: change.before,
        lifetime: change.lifetime,
        at,
        intent,
        plan: digest,
        ...defined({ manifest: plan?.manifest, commit: plan?.commit, origin: change.origin }),
        afterRestart: outcome.outcome === "done-after-restart",
        ...defined({ secret: outcome.secret }),
      };
      this.#seen = { value: change.after, at, seenMs: at.timeMs };
      this.#otherwise = undefined;
    } else if (outcome.found !== undefined) {
      this.see({ value: outcome.found, at, seenMs: at.timeMs });
    } else if (outcome.outcome !== "refused" && outcome.outcome !== "unsupported") {
      this.#unsure = { value: change.after, at, why: "unverified" };
    }
  }

  state(): RecordedField {
    return {
      path: this.path,
      ...defined({
        element: this.element,
        set: this.#set,
        seen: this.#seen,
        otherwise: this.#otherwise,
        unsure: this.#unsure,
      }),
    };
  }
}

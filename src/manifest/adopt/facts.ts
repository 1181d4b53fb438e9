// The facts of a visor: each value that it showed and a manifest can say.
import type { Json, VisorKey } from "../../core/index.ts";
import type { DesiredVisor, SeenVisor } from "../../model/index.ts";

/** The parts of a visor that can be adopted. */
export type AdoptSection = "trust" | "apps" | "settings" | "ports" | "survey" | "reward";

/** Every part that can be adopted, in the order of a manifest. */
export const ADOPT_SECTIONS: readonly AdoptSection[] = [
  "trust",
  "apps",
  "settings",
  "ports",
  "survey",
  "reward",
];

/** What a plan finds at one field. */
type ReadField =
  | { readonly kind: "value"; readonly shown: Json; readonly raw: Json }
  | { readonly kind: "set"; readonly elements: readonly string[] }
  | { readonly kind: "missing-app" }
  | { readonly kind: "unsupported"; readonly why: string };

/**
 * How a plan sees an observation. It is handed in: this room knows no plans, and what is adopted must be
 * the very values that a plan compares with.
 */
export interface PlanView {
  readonly observedFieldAt: (seen: SeenVisor, path: string) => ReadField;
  /** True when a plan of `desired` on what was seen changes nothing and leaves nothing unsaid. */
  readonly isInSync: (desired: DesiredVisor, seen: SeenVisor) => boolean;
}

/** A value as a manifest writes it: a scalar, or a list of texts. */
export type PlainValue = string | number | boolean | readonly string[];

/**
 * One thing that a manifest can own, as a visor shows it. `path` is where it is written: a field path, or
 * `ports.N` for the whole record of a served port.
 */
export type Fact =
  | { readonly kind: "value"; readonly path: string; readonly value: PlainValue }
  | { readonly kind: "key"; readonly path: string; readonly key: VisorKey }
  | KeysFact
  | { readonly kind: "anyone"; readonly path: string }
  | RecordsFact
  | { readonly kind: "open-host"; readonly path: string; readonly host: string }
  | PortFact;

/** A list of records, in the order of the visor; members that are keys are named apart. */
interface RecordsFact {
  readonly kind: "records";
  readonly path: string;
  readonly records: readonly Readonly<Record<string, string>>[];
  readonly keys: readonly VisorKey[];
  readonly keyMembers: readonly string[];
}

/** A list of keys, sorted: all of it, or members that must be in it. */
export interface KeysFact {
  readonly kind: "keys";
  readonly path: string;
  readonly keys: readonly VisorKey[];
  readonly form: "exact" | "add";
}

/** The record of a served port: its whitelist, and what differs from a port that says nothing more. */
export interface PortFact {
  readonly kind: "port";
  readonly path: string;
  readonly whitelist: readonly VisorKey[] | "anyone";
  readonly fields: Readonly<Record<string, PlainValue>>;
}

/** What is known of one visor. */
export interface VisorFacts {
  readonly key: VisorKey;
  readonly facts: readonly Fact[];
  /** What was left out and why, a sentence each; nothing secret stands in them. */
  readonly notes: readonly string[];
}

/** The keys that a fact names. */
export function keysOf(fact: Fact): readonly VisorKey[] {
  switch (fact.kind) {
    case "key":
      return [fact.key];
    case "keys":
    case "records":
      return fact.keys;
    case "port":
      return fact.whitelist === "anyone" ? [] : fact.whitelist;
    default:
      return [];
  }
}

/** The list of keys of a fact that has one. */
export function readListOf(fact: Fact): readonly VisorKey[] | undefined {
  return fact.kind === "keys" || fact.kind === "port" ? keysOf(fact) : undefined;
}

/** A value that a manifest can write, or `undefined` for any other. */
export function plainReadValue(value: Json): PlainValue | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item: Json) => typeof item === "string");
  return texts.length === value.length ? texts : undefined;
}

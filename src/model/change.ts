// One change of a visor, and what became of it.
import { compareTexts, type Json, type Place } from "../core/index.ts";
import type { SecretRef } from "./desired.ts";
import type { Risk } from "./fields/field-row.ts";

/**
 * How long a value lasts: `memory` until the visor or app restarts, `config` in a file of the visor until a
 * package update regenerates it, `conf` also in /etc/skywire.conf, which survives updates.
 */
export type Lifetime = "memory" | "config" | "conf";

/** (a) everything but (b) app stops and starts and (c) trust removals. */
export type StepLetter = "a" | "b" | "c";

/** Why a change is wanted: the manifest line, and the role when one gave it. */
export interface Reason {
  readonly place: Place;
  readonly role?: string;
  /** Said where the line alone does not explain it, such as an owed restart. */
  readonly note?: string;
}

/** One owned leaf, or one element of an owned list, whose desired and observed values differ. */
export interface Change {
  readonly path: string;
  /** The list element, for changes of sets. Then `before` and `after` say whether it is a member. */
  readonly element?: string;
  readonly op: "add" | "change" | "remove";
  /** What an app step does; only on `apps.NAME.running`. */
  readonly action?: "start" | "stop" | "restart";
  /** Of a restart that an earlier apply owes: the entry that says so. */
  readonly owedSince?: number;
  /** `null` is absent. Secrets are masked. */
  readonly before: Json;
  readonly after: Json;
  readonly reason: Reason;
  readonly lifetime: Lifetime;
  /** What must restart before it is in force; `fleet` never restarts a visor. */
  readonly restart: "none" | "app" | "visor";
  readonly risk: Risk;
  readonly step: StepLetter;
  /** The RPC method that writes it. */
  readonly method: string;
  /** The program of an app that is added; only on `apps.NAME.present`. */
  readonly binary?: string;
  /** References of the secrets in `after`; such a change shows no values. */
  readonly secrets?: readonly SecretRef[];
  /** The value that takes this change back. */
  readonly inverse: { readonly after: Json };
  /**
   * Set when the ledger says that it was another value, as a manifest of ours wanted it: somebody else changed it.
   * `was` is that value, where it is not the wanted one and may be shown.
   */
  readonly drift?: { readonly sinceEntry: number; readonly was?: Json };
}

/** Orders fields of one visor by path, then by element. */
export function compareFields(
  left: Pick<Change, "path" | "element">,
  right: Pick<Change, "path" | "element">,
): number {
  return (
    compareTexts(left.path, right.path) || compareTexts(left.element ?? "", right.element ?? "")
  );
}

/** What happened to one change. */
export type OutcomeKind =
  | "done"
  | "done-after-restart"
  | "unverified"
  | "stale"
  | "unreachable"
  | "unsupported"
  | "refused"
  | "failed";

/** One change, and what happened to it. `note` is a sentence a person can read. */
export interface Outcome {
  readonly path: string;
  readonly element?: string;
  readonly outcome: OutcomeKind;
  readonly found?: Json;
  readonly note?: string;
}

/** Names one change of a visor: of a leaf, or of one element of its list. */
export function changeKey({
  path,
  element,
}: {
  readonly path: string;
  readonly element?: string | undefined;
}): string {
  return `${path} ${element ?? ""}`;
}

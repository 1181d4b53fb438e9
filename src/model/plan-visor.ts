// What a plan says of one visor: its changes, and what became of each.
import { compareTexts, type Digest, type Json, type Place, type VisorKey } from "../core/index.ts";
import type { SecretRef } from "./desired.ts";
import type { Risk } from "./fields/field-row.ts";
import type { Route } from "./observed.ts";

// One change of a visor, and what became of it.

/**
 * How long a value lasts: `memory` until the visor or app restarts, `config` in a file of the visor until a
 * package update regenerates it, `conf` also in /etc/skywire.conf, which survives updates.
 */
export type Lifetime = "memory" | "config" | "conf";

/**
 * The steps on one visor, in their order, by the letters that plans, events and records have for them: `configure` is
 * everything but stops and starts of apps (`apps`), and trust that is taken away (`revoke`).
 */
export const STEPS = { configure: "a", apps: "b", revoke: "c" } as const;

/** The letter of one of {@link STEPS}. */
export type StepLetter = (typeof STEPS)[keyof typeof STEPS];

/** Why a change is wanted: the manifest line, and the role when one gave it. */
interface Reason {
  readonly place: Place;
  readonly role?: string;
  /** Said where the line alone does not explain it, such as an owed restart. */
  readonly note?: string;
}

/** One owned field, or one element of an owned list, whose desired and observed values differ. */
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

/** Names one change of a visor: of a field, or of one element of its list. */
export function changeKey({
  path,
  element,
}: {
  readonly path: string;
  readonly element?: string | undefined;
}): string {
  return `${path} ${element ?? ""}`;
}

// What a plan says of one visor.

/** An owned field that the manifest leaves alone until a time. */
export interface FieldLeftAlone {
  readonly path: string;
  readonly until: string;
  readonly because?: string;
  readonly place: Place;
  /** True once the time has passed: then the field is planned as any other. */
  readonly ended: boolean;
  /** What would be changed and is not; empty when the field is as wanted, and when the time has passed. */
  readonly changes: readonly Change[];
}

/** One field of one visor. */
export interface FieldAddress {
  readonly visor: VisorKey;
  readonly path: string;
}

/** What a manifest wants of one owned field, as records keep it to tell later what was there. */
export type WantedValue =
  | { readonly kind: "value"; readonly value: Json }
  | {
      readonly kind: "list";
      /** Sorted. */
      readonly members: readonly string[];
      /** These must be gone; sorted, absent where none is named. */
      readonly removed?: readonly string[];
      /** Set where nobody else may be in it. */
      readonly exact?: true;
    }
  /** Digest of one of the above that is too long to be repeated. */
  | { readonly kind: "digest"; readonly digest: Digest }
  /** Keyed digest of the value as it is, under the planner's key, where it may hold secrets. */
  | { readonly kind: "keyed"; readonly keyed: string };

/** What a plan says of one visor. */
export interface PlanVisor {
  readonly key: VisorKey;
  readonly name: string;
  readonly route: Route;
  readonly status:
    | "changes"
    | "in-sync"
    | "unreachable"
    | "starting"
    | "suspended"
    | "malformed"
    | "impostor";
  /** Present when the visor was read. */
  readonly observed?: {
    readonly at: string;
    readonly digest: Digest;
    /** Keyed digest of owned fields that may hold secrets; comparable with the planner's key only. */
    readonly keyed?: string;
    readonly version: string;
    readonly startedAt: string;
    /** Whole seconds from the reading to the plan; present in plans from a recorded observation. */
    readonly ageSeconds?: number;
    readonly hypervisors?: readonly string[];
    readonly pty?: readonly string[];
  };
  /** Present when it was not. */
  readonly unseen?: { readonly reason: string; readonly detail: string; readonly next: string };
  /** All paths the manifest owns on it, sorted. */
  readonly owned: readonly string[];
  readonly inSync: number;
  /** What the manifest wants of fields that are so, and of lists that change, by path; absent when there are none. */
  readonly wanted?: Readonly<Record<string, WantedValue>>;
  readonly steps: readonly PlanStep[];
  readonly unsupported: readonly Unsupported[];
  /** Owned fields that hold secrets and could not be compared. */
  readonly notCompared: readonly string[];
  /** Owned fields that the recorded observation does not hold; absent when there is none. */
  readonly notObserved?: readonly string[];
  /** Every owned field that holds secrets, changed or not. */
  readonly secretLeaves: readonly {
    readonly path: string;
    readonly secrets: readonly SecretRef[];
  }[];
  /** Owned whitelists and hosts that are written `anyone`. */
  readonly openToAnyone: readonly string[];
  /** Written earlier, in force once the visor restarts. */
  readonly awaitingRestart: readonly { readonly path: string; readonly sinceEntry: number }[];
  /** Apps that were told to stop and show as stopped, though nobody saw their process end; absent when none. */
  readonly doubtful?: readonly { readonly path: string; readonly sinceEntry: number }[];
  readonly released: readonly Released[];
  /** Fields that the manifest ignores or ignored until a time, sorted by path; absent when there are none. */
  readonly ignored?: readonly FieldLeftAlone[];
  /** Owned fields that differ and are not planned, because the plan is of other fields only; absent when none. */
  readonly leftOut?: readonly string[];
  /** Apps that end as they read their arguments, whoever wrote those; absent when there are none. */
  readonly cannotStart?: readonly UnreadableApp[];
}

/** An app that cannot start any more with the arguments that it has. */
export interface UnreadableApp {
  readonly app: string;
  /** The element at which it ends, as far as it may be shown. */
  readonly element: string;
  /** What to do. */
  readonly next: string;
}

/** One step on one visor: one durable intent, its writes, one receipt. */
export interface PlanStep {
  readonly letter: StepLetter;
  readonly changes: readonly Change[];
  /** Apps whose changes take effect only after their stop and start in the step of apps. */
  readonly restartsOwed: readonly string[];
}

/** An owned field that this visor's release cannot show or take. */
export interface Unsupported {
  readonly path: string;
  readonly why: string;
  readonly place: Place;
}

/** A field that was owned by the last recorded apply and is not any more. */
export interface Released {
  readonly path: string;
  readonly trust: boolean;
  /** The value it keeps; absent when the visor could not be read. */
  readonly value?: Json;
  readonly how: string;
}

/** The values that are to change on a visor: a restart is no value, it follows from one, or is owed since an earlier one. */
export function valuesOf(visor: Pick<PlanVisor, "steps">): readonly Change[] {
  return changesOf(visor).filter(({ action }) => action !== "restart");
}

/** The restarts of apps that an earlier apply owes; those that follow from changes of the same plan are not among them. */
export function owedRestartsOf(visor: Pick<PlanVisor, "steps">): readonly Change[] {
  return changesOf(visor).filter(
    ({ action, owedSince }) => action === "restart" && owedSince !== undefined,
  );
}

/** All changes that are planned for a visor, in the order in which they are made. */
export function changesOf({ steps }: Pick<PlanVisor, "steps">): readonly Change[] {
  return steps.flatMap(({ changes }) => changes);
}

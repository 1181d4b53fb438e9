// What a watch hears of and what it asks for: events and effects.
import type { WatchMoment } from "./moment.ts";
import type { PlanFacts } from "./facts.ts";
import type { WatchFinding, ManifestRef, Trouble } from "./state.ts";

/** How one correction ended. */
export interface CorrectionOutcome {
  /** As in the difference that was corrected. */
  readonly id: string;
  readonly result: "done" | "failed" | "stale" | "unreachable";
  readonly note?: string;
}

/** What happened. An event says that it is time to look, or what came of what was asked for; never what to do. */
export type WatchNews =
  /** A process begins to watch; the state may come from an earlier one. */
  | { readonly kind: "start" }
  | { readonly kind: "tick" }
  /** The source may have changed. */
  | { readonly kind: "hint" }
  | {
      readonly kind: "fetched";
      readonly manifest: ManifestRef;
      /** Names of the visors to watch. */
      readonly visors: readonly string[];
      readonly intervalMs: number;
    }
  | { readonly kind: "planned"; readonly facts: PlanFacts }
  | { readonly kind: "applied"; readonly outcomes: readonly CorrectionOutcome[] }
  /** Nothing was written: a guard, the ledger or a relay said no. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly what: Trouble["what"]; readonly message: string }
  | { readonly kind: "stop" };

/** What happened, and when. */
export type WatchEvent = WatchNews & {
  readonly at: WatchMoment;
  /** From 0 up to 1, never 1: spreads passes of several machines. */
  readonly random: number;
};

/** Why a line is written to the log: each is one decision. */
export type Decision =
  | "started"
  | "resumed"
  | "stopped"
  | "jumped"
  | "manifest"
  | "held"
  | "released"
  | "pass"
  | "found"
  | "resolved"
  | "correcting"
  | "corrected"
  | "not-corrected"
  | "fight"
  | "refused"
  | "failed"
  | "recovered"
  | "discarded";

/** One line of the log. */
export interface WatchLogLine {
  readonly level: "info" | "warn" | "error";
  readonly decision: Decision;
  /** A sentence without a trailing period. */
  readonly message: string;
  readonly visor?: string;
  readonly path?: string;
  readonly element?: string;
  readonly culprit?: string;
  /** Of a pass: how long until the next. */
  readonly againMs?: number;
}

/** Something people are told, once. */
export interface Notice {
  readonly what: "found" | "changed" | "resolved" | "corrected";
  readonly finding: WatchFinding;
}

/** What is to be done. Each of `fetch`, `plan` and `apply` brings exactly one event back. */
export type WatchEffect =
  | { readonly kind: "fetch" }
  | { readonly kind: "plan"; readonly visors: readonly string[] }
  /** Corrects these differences of the latest plan, and nothing else. */
  | { readonly kind: "apply"; readonly ids: readonly string[] }
  | { readonly kind: "notify"; readonly notices: readonly Notice[] }
  | { readonly kind: "log"; readonly line: WatchLogLine }
  /** Sends a tick after this time; replaces an earlier one. */
  | { readonly kind: "wake"; readonly delayMs: number }
  | { readonly kind: "exit" };

// What a watch remembers over passes and crashes, as plain data.
import type { Digest } from "../core/index.ts";
import type { LastApplied } from "./facts.ts";
import type { WatchTime } from "./moment.ts";

/** The name and version of the state file; another one is not read. */
export const WATCH_FORMAT = "fleet.skywire/watch/v2";

/** A manifest as its source gave it. */
export interface ManifestRef {
  readonly digest: Digest;
  /** The commit it was read at, where it comes from git. */
  readonly commit?: string;
  /** The last commit that changed this file: a manifest that comes back by a new commit is a new decision. */
  readonly changedBy?: string;
  /** The branch was rewritten: the commit before is no ancestor of this one. */
  readonly isRewritten?: true;
}

/** Why nothing is corrected under a manifest. */
export interface Hold {
  readonly why: "reverted" | "by-hand" | "rewritten";
  readonly sinceMs: number;
  readonly message: string;
  /** The last apply before that: a later apply of this manifest ends the hold. */
  readonly after?: LastApplied;
}

/** A manifest that was seen, and what became of it. */
export interface KnownManifest {
  readonly key: string;
  readonly digest: Digest;
  readonly commit?: string;
  /** The ledger said, while it was in force, that it was the one applied last. */
  readonly isApplied?: true;
  /** What had been applied last when it was first compared; absent when nothing had. */
  readonly appliedBefore?: LastApplied;
  /** It was left by going back to an earlier one. */
  readonly isReverted?: true;
  readonly hold?: Hold;
}

/** What is known of one visor. */
export interface WatchedVisor {
  /** Times in a row that it could not be read or written. */
  readonly failures: number;
  /** When it is asked again, by the steady time; absent while it answers. */
  readonly nextMs?: number;
  /** Why it was not read. */
  readonly why?: string;
  /** When it was last read, by the wall's clock. */
  readonly seenMs?: number;
  /** The manifest it was compared with then. */
  readonly seenBy?: Digest;
  readonly differences: number;
}

/** One correction of a field. */
export interface Correction {
  readonly steadyMs: number;
  readonly wallMs: number;
  /** When the field was found changed again after it, by the wall's clock, and to what. */
  /** It was written and read back; without that nobody else is to blame when the field still differs. */
  readonly isDone?: true;
  readonly flipped?: { readonly wallMs: number; readonly found: string };
}

/** What was done about one field or list element of one visor. */
export interface FieldState {
  readonly visor: string;
  /** The manifest this was done under; another one is a new decision. */
  readonly manifest: string;
  /** Within the window, oldest first. */
  readonly corrections: readonly Correction[];
  /** Set when another writer was found to change it back again and again: a sentence about the pattern. */
  readonly fight?: { readonly sinceMs: number; readonly pattern: string };
  /** Set when correcting it did not work: not tried again under this manifest. */
  readonly failed?: string;
  /** When it was last found not as wanted, or was corrected, by the steady time. */
  readonly wrongMs: number;
}

/** Why something is told to people. */
export type FindingKind =
  | "differs"
  | "removes-trust"
  | "held"
  | "fight"
  | "failed"
  | "blocked"
  | "refused"
  | "waiting"
  | "unreachable"
  | "access"
  | "trouble";

/** Something that was told once and is not told again until it changes. */
export interface WatchFinding {
  readonly kind: FindingKind;
  /** Absent for what is true of the whole fleet. */
  readonly visor?: string;
  readonly path?: string;
  readonly element?: string;
  /** One sentence without a trailing period. */
  readonly message: string;
  readonly culprit?: string;
  /** When it was first found, by the wall's clock. */
  readonly sinceMs: number;
}

/** What goes wrong as a whole, beside single visors. */
export interface Trouble {
  readonly what: "source" | "manifest" | "plan" | "apply";
  readonly message: string;
  readonly failures: number;
  readonly sinceMs: number;
}

/** What is being done; one thing at a time. */
export type Pass =
  | { readonly kind: "idle" }
  | { readonly kind: "fetching"; readonly epoch: number }
  | {
      readonly kind: "planning";
      readonly epoch: number;
      readonly visors: readonly string[];
      /** Groups of visors that are planned after this one: those that failed lately come last. */
      readonly rest: readonly (readonly string[])[];
      readonly isFirst: boolean;
    }
  | {
      readonly kind: "applying";
      readonly epoch: number;
      readonly fields: readonly string[];
      readonly rest: readonly (readonly string[])[];
    };

/** Everything a watch remembers. Plain data: saved as JSON, and taken up again after a crash. */
export interface WatchState {
  readonly format: typeof WATCH_FORMAT;
  readonly time: WatchTime;
  /** Raised whenever what was observed before no longer counts. */
  readonly epoch: number;
  readonly pass: Pass;
  /** Something said that the source changed while a pass was under way. */
  readonly isHinted: boolean;
  readonly isStopping: boolean;
  readonly intervalMs: number;
  /** When the next pass begins, by the steady time. */
  readonly nextMs: number;
  /** When the pass under way began, by the steady time. */
  readonly begunMs: number;
  readonly manifest?: ManifestRef;
  /** What the ledger said was applied last. */
  readonly lastApplied?: LastApplied;
  /** Oldest first; the current one is among them. */
  readonly manifests: readonly KnownManifest[];
  readonly visors: Readonly<Record<string, WatchedVisor>>;
  readonly fields: Readonly<Record<string, FieldState>>;
  readonly findings: Readonly<Record<string, WatchFinding>>;
  readonly trouble?: Trouble;
  /** No correction is begun before this steady time, because the last ones were refused or failed as a whole. */
  readonly correcting: { readonly failures: number; readonly nextMs: number };
  readonly passes: number;
  readonly lastPass?: {
    readonly steadyMs: number;
    readonly wallMs: number;
    readonly tookMs: number;
  };
}

/** Corrections of one field under one manifest within the window; one more would be a fight. */
export const CORRECTIONS_MAX = 3;
/** How far back corrections count, of the steady time. */
export const WINDOW_MS: number = 60 * 60_000;
/** The longest time that a visor, a source or a refused correction waits for its next step. */
export const BACKOFF_MAX_MS: number = 15 * 60_000;
/** Fields that are remembered; more differences than this are told and not corrected. */
export const FIELDS_MAX = 10_000;
/** Findings that are remembered. */
export const FINDINGS_MAX = 10_000;
/** Manifests that are remembered. */
export const MANIFESTS_MAX = 64;

/** The state of a watch that never ran. */
export function newWatchState(intervalMs: number): WatchState {
  return {
    format: WATCH_FORMAT,
    time: { wallMs: 0, monoMs: 0, steadyMs: 0 },
    epoch: 0,
    pass: { kind: "idle" },
    isHinted: false,
    isStopping: false,
    intervalMs,
    nextMs: 0,
    begunMs: 0,
    manifests: [],
    visors: {},
    fields: {},
    findings: {},
    correcting: { failures: 0, nextMs: 0 },
    passes: 0,
  };
}

/** What stands for a manifest: the same content by another commit is another decision. */
export function manifestKey({ digest, changedBy }: ManifestRef): string {
  return changedBy === undefined ? digest : `${digest} ${changedBy}`;
}

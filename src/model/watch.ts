// What a manifest says of watching.
import type { Place, VisorKey } from "../core/index.ts";

/** What `fleet watch` may do about a difference, in the order in which it is written out. */
export const WATCH_VERBS = ["report", "correct", "ignore"] as const;

/** `report` tells of a difference, `correct` makes it as the manifest wants it, `ignore` says nothing of it. */
export type WatchVerb = (typeof WATCH_VERBS)[number];

/** What is done about some fields of some visors. */
export interface WatchRule {
  /** Keys of the visors; absent when the rule is for all of them. */
  readonly visors?: ReadonlySet<VisorKey>;
  /** Field paths or beginnings of them, `*` for any letters; absent when the rule is for all of them. */
  readonly fields?: readonly string[];
  readonly verb: WatchVerb;
  readonly place: Place;
}

/** How `fleet watch` goes about a fleet. */
export interface DesiredWatch {
  readonly intervalMs: number;
  /** What is done where no rule fits. */
  readonly otherwise: WatchVerb;
  /** In the order of the manifest: the last one that fits decides. */
  readonly rules: readonly WatchRule[];
}

/** What a manifest means that says nothing about watching. */
export const DEFAULT_WATCH: DesiredWatch = { intervalMs: 60_000, otherwise: "report", rules: [] };

// Keys that a manifest no longer wants and that still have a way into a visor.
import type { VisorKey } from "../core/index.ts";
import type { AccessPath } from "./fields/own-fields.ts";

/** A key that is no longer wanted, whether it has a way in or not. */
export interface GoneKey {
  /** To be read behind the key: `was a controller`. */
  readonly why: string;
  /** The visors that it is known to have had a way into; any of them when absent. */
  readonly visors?: ReadonlySet<VisorKey>;
}

/** One list of one visor, of those who manage it or copy its files, that holds such a key. */
export interface LingeringWay {
  readonly visor: VisorKey;
  readonly name: string;
  readonly path: AccessPath;
  /** `write`: no line of the manifest takes the key out. `apply`: one does, and this plan leaves it out. */
  readonly end: "write" | "apply";
}

/** A key that is no longer wanted and that has a way in. */
export interface LingeringKey {
  readonly key: string;
  /** What the key was called when it still had a name; absent for one that has a name now, or never had one. */
  readonly formerName?: string;
  /** Why it is no longer wanted, to be read behind the key: `was a controller`. */
  readonly why: string;
  /** Where it stands once all that is planned was applied, by visor and list. */
  readonly ways: readonly LingeringWay[];
}

/** Why nobody can tell whether a key has a way into a visor. */
export type UnknownWay = "not-looked-at" | "not-read" | "not-shown";

/** What stays after keys were taken away, as far as it is known. */
export interface Lingering {
  /** Sorted by key. */
  readonly keys: readonly LingeringKey[];
  /** Visors whose lists were not seen, and that may hold one of `unknownKeys`. */
  readonly unknown: readonly {
    readonly visor: VisorKey;
    readonly name: string;
    readonly why: UnknownWay;
  }[];
  /** Keys of which nobody can tell, sorted. */
  readonly unknownKeys: readonly string[];
}

// What is known of a relay from before, and the answer to "does it hold our Root?".

import type { FleetError } from "../core/index.ts";
import type { Root, SentRoot } from "../skywire/cxo/index.ts";

/** A Root by its number and hash. */
export interface KnownRoot {
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

/**
 * A Root of ours that was asked back, and came. A relay that was given a newer Root need not have the right edge of this
 * one's list; so what was asked back on the way to a newer Root is told by both.
 */
export interface SeenRoot extends KnownRoot {
  /**
   * A newer Root of ours, which the relay showed: only what is below both was asked back. When absent, everything below
   * this one was.
   */
  readonly within?: KnownRoot;
}

/** Something found out about a relay that the next command must know. */
export type RelayFact =
  /** This Root of ours was asked back, and came. */
  | { readonly kind: "whole"; readonly root: SeenRoot }
  /** It does not give what it once gave: everything is asked back again. */
  | { readonly kind: "forgot" }
  /** A Root is about to be pushed to a relay that may not have the registry. */
  | { readonly kind: "first-push"; readonly root: KnownRoot }
  /** The registry came to it. */
  | { readonly kind: "has-registry" };

/** What is known of one relay from before, and where what is found out is kept. */
export interface RelayMemory {
  /** Our own Root up to which everything was asked back, and came. */
  readonly whole: SeenRoot | undefined;
  /** A first Root was pushed, and it is not known that the registry came. */
  readonly awaitsRegistry: boolean;
  /** Keeps a fact. What follows may end anywhere, so the fact is durable when this resolves. */
  keep(fact: RelayFact): Promise<void>;
}

/** Our own Roots, by which a relay is brought up and asked back in steps. */
export interface OwnRoots {
  /** The hash of the Root of a number, `undefined` where it is not known any more. */
  rootHashAt(seq: bigint): Promise<Uint8Array | undefined>;
  /** The newest Root of this number or a lower one; `undefined` where none is kept. */
  rootUpTo(seq: bigint): Promise<SentRoot | undefined>;
  /** Entries below one of our Roots; `undefined` where it cannot be told. */
  entriesOf(root: Root): Promise<number | undefined>;
}

/** Whether everything below a Root was seen at a relay; `checked` counts what came this time. */
export type WholeCheck =
  | { readonly kind: "whole"; readonly checked: number }
  /** The relay shows the Root and lacks this much of it. */
  | { readonly kind: "hollow"; readonly checked: number; readonly error: FleetError }
  /** The time was over: what was seen is kept, and the next check goes on from there. */
  | { readonly kind: "unproven"; readonly checked: number };

/** {@link OwnRoots} of which only the first question must be answered. */
export type SomeOwnRoots = Pick<OwnRoots, "rootHashAt"> & Partial<Omit<OwnRoots, "rootHashAt">>;

/** A memory for who has none: everything is asked back each time. */
export const NO_MEMORY: RelayMemory = {
  whole: undefined,
  awaitsRegistry: false,
  keep: () => Promise.resolve(),
};

/** Own Roots as far as they are handed in: without them a relay gets the newest one, and is asked back, in one step. */
export function ownRoots({ rootHashAt, rootUpTo, entriesOf }: SomeOwnRoots): OwnRoots {
  return {
    rootHashAt,
    rootUpTo: rootUpTo ?? ((): Promise<undefined> => Promise.resolve(undefined)),
    entriesOf: entriesOf ?? ((): Promise<undefined> => Promise.resolve(undefined)),
  };
}

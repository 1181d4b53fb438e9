// Brings a feed's newest Root to one relay, so that the relay is whole afterwards or is not believed.

import { FleetError, hasCode, type StreamAddress } from "../core/index.ts";
import type { ObjectStore, SentRoot, SignedRoot } from "../skywire/cxo/index.ts";
import { Publication } from "./publication.ts";
import type { RelayWorld } from "./open-relay.ts";
import type { RelayMemory, SomeOwnRoots } from "./relay-memory.ts";

/** What is published where. */
export interface PublishOptions extends RelayWorld, SomeOwnRoots {
  readonly address: StreamAddress;
  /** The feed's newest Root, signed. */
  readonly root: SentRoot;
  /** Everything below the Root; only read. */
  readonly store: ObjectStore;
  /** What is known of the relay from before; all is asked back when not given. */
  readonly memory?: RelayMemory;
  /** How long the relay may ask for nothing more and not show the Root either; 120 s when not given. */
  readonly confirmTimeoutMs?: number;
  /** How long the relay may give nothing when its objects are asked back; 15 s when not given. */
  readonly stallTimeoutMs?: number;
  /** How long the relay may take to greet us and to say what it has; 10 s when not given. */
  readonly openTimeoutMs?: number;
  /** Begins no push that takes longer, one round trip counted for each object; any when not given. */
  readonly budgetMs?: number;
  /** Pushes also to a relay that was cut before it had the registry, which may end its process. */
  readonly pushesAgain?: boolean;
  /** Ends the work soon: nothing is begun any more, and a filling under way is cut after a short while. */
  readonly stop?: AbortSignal;
  /** How long such a filling may go on; 1 s when not given. */
  readonly stopGraceMs?: number;
  readonly onProgress?: (progress: PublishProgress) => void;
}

/** How far a publication is. */
export type PublishProgress =
  | {
      readonly kind: "sending";
      /** The Root that is filled now, and the last one. */
      readonly seq: bigint;
      readonly lastSeq: bigint;
      /** Objects that the relay asked for, of those that it will. */
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: "checking"; readonly done: number };

/**
 * What became of a publication; `reason` says it in words whose subject is the relay. Only `held` and `already` mean that
 * the relay has the Root with everything below it.
 */
export type PublishOutcome =
  | {
      readonly kind: "held";
      readonly reason: string;
      /** Objects that the relay asked for. */
      readonly sent: number;
      /** Objects that were asked back and came with the right bytes. */
      readonly checked: number;
    }
  | { readonly kind: "already"; readonly reason: string; readonly checked: number }
  /** The relay has a newer Root of the feed than we know: it must be restored before anything is published. */
  | { readonly kind: "ahead"; readonly reason: string; readonly shown: SignedRoot }
  /** Two histories, signed by one key: both Roots are evidence. */
  | {
      readonly kind: "fork";
      readonly reason: string;
      readonly shown: SignedRoot;
      readonly ours: SignedRoot;
    }
  /** It shows our newest Root and does not give everything below it. It asks for nothing more. */
  | { readonly kind: "hollow"; readonly reason: string; readonly error: FleetError }
  /** It was cut before it had the registry: it asks for nothing more, and nothing was pushed. */
  | { readonly kind: "stuck"; readonly reason: string }
  /** It lacks more than `budgetMs` is enough for, or the work was stopped; `lacks` counts objects of our newest Root. */
  | { readonly kind: "later" | "stopped"; readonly reason: string; readonly lacks: number }
  | {
      readonly kind: "unreachable" | "refused" | "unconfirmed";
      readonly reason: string;
      readonly error: FleetError;
    };

/**
 * Brings the newest Root of a feed to one relay, without harming it: the relay is asked first what it
 * holds, the Root is checked (registry, every object there, none too large, none reached twice), then
 * pushed alone, and nothing follows until the relay shows it. A relay that asks for one object at a time and is far
 * behind gets older Roots first, few entries at a time, each seen whole before the next. It is
 * waited for as long as it goes on asking: who leaves a Go node's filling leaves it hollow.
 *
 * A Root counts as held when the relay shows it and everything below it was once asked back and hashed, by the
 * memory or now ({@link WholeChecker}).
 *
 * Every failure of the world is an outcome; nothing is thrown but bugs and what `store` and `memory` throw.
 */
export async function publishFeed(options: PublishOptions): Promise<PublishOutcome> {
  const publication = new Publication(options);
  try {
    return await publication.run();
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return (await publication.stopped()) ?? failure(error);
  } finally {
    await publication.close();
  }
}

function failure(error: FleetError): PublishOutcome {
  if (hasCode(error, "relay/unreachable"))
    return { kind: "unreachable", reason: error.message, error };
  if (hasCode(error, "relay/refused") || hasCode(error, "cxo/refused"))
    return { kind: "refused", reason: "the relay refuses the feed", error };
  if (OURS.some((code) => hasCode(error, code)))
    return { kind: "refused", reason: "the Root is not fit to be published", error };
  return { kind: "unconfirmed", reason: "the relay did not prove that it holds the Root", error };
}

/** What is wrong with a Root before anything of it is sent. */
const OURS = [
  "cxo/twice",
  "cxo/registry",
  "cxo/schema",
  "cxo/missing",
  "cxo/limit",
  "cxo/hash",
  "cxo/signature",
  "cxo/root",
  "cxo/truncated",
  "cxo/trailing",
  "cxo/not-canonical",
  "cxo/type",
  "cxo/value",
  "cxo/length",
  "cxo/feed",
  "cxo/key",
];

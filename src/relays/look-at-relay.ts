// Looks at a relay without sending it anything.

import { equalBytes, FleetError } from "../core/index.ts";
import type { ObjectStore, SignedRoot } from "../skywire/cxo/index.ts";
import { WholeChecker } from "./check-whole.ts";
import { hasRegistry } from "./has-registry.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import { type LinkOptions, openLink, type RelayLink } from "./relay-link.ts";
import { ownRoots, type RelayMemory, type SomeOwnRoots, type WholeCheck } from "./relay-memory.ts";

/** Which feed of ours is looked for where. */
export interface LookOptions extends LinkOptions, SomeOwnRoots {
  /** Everything below our Roots. */
  readonly store: ObjectStore;
  readonly memory: RelayMemory;
  /** Hash of the registry that our Roots name. */
  readonly registry: Uint8Array;
  /** How long the relay may give nothing while it is asked; 15 s when not given. */
  readonly stallTimeoutMs?: number;
  /** Unix ms after which no further step of asking back is begun; never when not given. */
  readonly untilMs?: number;
  readonly onChecked?: (checked: number) => void;
}

/**
 * What a relay holds of our feed. `shows`: it shows a Root, which is checked as {@link WholeChecker} does where it is
 * one of ours. `empty`: it has no Root; `isStuck` when one was pushed and it never got the registry.
 */
export type RelayLook =
  | { readonly kind: "shows"; readonly shown: SignedRoot; readonly check?: WholeCheck }
  | { readonly kind: "empty"; readonly isStuck: boolean }
  | { readonly kind: "unreachable" | "refused" | "lies"; readonly error: FleetError };

/**
 * Looks which Root of our feed a relay holds, and by the same check as publishing does whether it is whole there.
 * Never subscribes and never sends anything. Every failure is part of the result.
 */
export async function lookAtRelay(options: LookOptions): Promise<RelayLook> {
  let link: RelayLink | undefined;
  try {
    link = await openLink(options);
    const { shown } = link;
    const { connection, name: relay } = link;
    const fetching = { ...options, connection, relay };
    if (shown === undefined) {
      const { memory, registry } = options;
      const isStuck = memory.awaitsRegistry && !(await hasRegistry(registry, fetching));
      return { kind: "empty", isStuck };
    }
    const own = await options.rootHashAt(shown.root.seq);
    if (own === undefined || !equalBytes(own, shown.root.hash)) return { kind: "shows", shown };
    const checker = new WholeChecker({ ...options, own: ownRoots(options) });
    const check = await checker.check(shown.sent, new ObjectFetcher(fetching));
    return { kind: "shows", shown, check };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const isLie = error.code === "relay/malformed" || error.code === "relay/wrong-bytes";
    if (isLie) return { kind: "lies", error };
    return { kind: error.code === "relay/refused" ? "refused" : "unreachable", error };
  } finally {
    link?.close();
  }
}

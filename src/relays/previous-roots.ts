// The way back from a Root to an earlier one, one fetched Root at a time.
import { type Clock, equalBytes, FleetError, hasCode } from "../core/index.ts";
import { type Connection, decodeRootOf, isBlank, type Root } from "../skywire/cxo/index.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import { PREVIOUS_TIMEOUT_MS } from "./relay-limits.ts";

/** Where a walk back may end: a Root that is known. */
export interface KnownRoot {
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

/**
 * One step of the way back. Roots come newest first; the last step says how it ended: at the known Root
 * (`reached`), at another Root of its number (`other`: two histories), at the feed's first Root (`first`),
 * or where the relay keeps no more (`lost`).
 */
export type PreviousStep =
  | {
      readonly kind: "root";
      readonly hash: Uint8Array;
      readonly bytes: Uint8Array;
      readonly root: Root;
    }
  | { readonly kind: "reached" }
  | { readonly kind: "other"; readonly hash: Uint8Array }
  | { readonly kind: "first" }
  | { readonly kind: "lost"; readonly error: FleetError };

/** How old Roots are fetched. */
export interface PreviousRootsOptions {
  readonly connection: Connection;
  /** How the relay is called in errors. */
  readonly relay: string;
  readonly clock: Clock;
  /** A proved Root; its signature covers all before it. */
  readonly root: Root;
  /** Where to stop; the feed's first Root when not given. */
  readonly until?: KnownRoot;
  /** How long each old Root may take; 5 s when not given. */
  readonly timeoutMs?: number;
}

/**
 * Walks from a Root back over the ones before it, as far as the relay keeps them. Old Roots have no
 * signature of their own: the newest one's covers them through their hashes.
 *
 * A relay of Go answers an unknown hash only after a minute: after `lost` close the connection, and never
 * walk on one that fetches a log, whose window the open request would narrow.
 * @throws FleetError relay/wrong-bytes; relay/malformed for a Root out of its place; relay/lost
 */
export async function* fetchPreviousRoots(
  options: PreviousRootsOptions,
): AsyncGenerator<PreviousStep, void, void> {
  const { until, timeoutMs = PREVIOUS_TIMEOUT_MS } = options;
  const fetcher = new ObjectFetcher({ ...options, window: 1, stallTimeoutMs: timeoutMs });
  let next = options.root;
  for (;;) {
    const end = endBefore(next, until);
    if (end !== undefined) return yield end;
    const hash = next.prev;
    let bytes: Uint8Array;
    try {
      bytes = await fetcher.fetch(hash);
    } catch (error) {
      if (!hasCode(error, "relay/missing-object")) throw error;
      return yield { kind: "lost", error };
    }
    const root = previousOf(next, bytes, options.relay);
    yield { kind: "root", hash, bytes, root };
    next = root;
  }
}

function endBefore(root: Root, until: KnownRoot | undefined): PreviousStep | undefined {
  if (root.seq === 0n || isBlank(root.prev)) return { kind: "first" };
  if (until === undefined) return undefined;
  if (equalBytes(root.prev, until.hash)) return { kind: "reached" };
  // A number may be left out, never taken twice: below the known one there is nothing more to find.
  if (root.seq <= until.seq + 1n) return { kind: "other", hash: root.prev };
  return undefined;
}

function previousOf(next: Root, bytes: Uint8Array, relay: string): Root {
  let root: Root;
  try {
    root = decodeRootOf(bytes, next.pub);
  } catch (cause) {
    throw new FleetError("relay/malformed", `Root ${next.seq} follows something that is no Root`, {
      cause,
    });
  }
  if (root.seq >= next.seq || root.nonce !== next.nonce)
    throw new FleetError(
      "relay/malformed",
      `by ${relay} Root ${next.seq} follows Root ${root.seq} of sequence ${root.nonce}`,
    );
  return root;
}

// A relay's answer that was not followed, by name, with what the feed's key signed.
import type { EntriesAt } from "../ledger/index.ts";
import type { SentRoot, SignedRoot } from "../skywire/cxo/index.ts";

/** A relay's answer that was not followed, with what proves it where the feed's own key signed it. */
export interface RelayLie {
  /**
   * What the relay did: gave other bytes than asked for, showed an older Root, a second Root of
   * one number, another sequence, fewer entries, another history, or what is no ledger.
   */
  readonly what:
    | "wrong-bytes"
    | "older-root"
    | "second-root"
    | "other-nonce"
    | "shorter-log"
    | "rewritten"
    | "malformed";
  /** Signed by the feed's key, so that the feed's owner answers for it; absent where only the relay lies. */
  readonly shown?: SignedRoot;
  /** The log that `shown` points to, where it came. */
  readonly shownLog?: Uint8Array;
  /** What was held before, to stand beside `shown`. */
  readonly before?: SentRoot;
  /** The log that `before` points to; only beside `shown`. */
  readonly beforeLog?: Uint8Array;
  /** The first entries that differ, of `before` and of `shown`, where it takes them to prove anything. */
  readonly difference?: EntriesAt;
}

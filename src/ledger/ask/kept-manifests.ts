// Which manifests' texts ledgers keep.
import type { Digest } from "../../core/index.ts";
import type { LedgerRecord } from "../entries/payloads.ts";
import type { FeedKey } from "../keys/keys.ts";
import { isRecordOf } from "./queries.ts";

/** Gathers from records in joined order the digests of the manifests that each ledger keeps the text of. */
export class KeptManifests {
  readonly #fleet: string;
  readonly #kept: Map<FeedKey, Set<Digest>>;

  /** @param state what {@link state} gave, to go on from there */
  constructor(fleet: string, state: ReturnType<KeptManifests["state"]> = new Map()) {
    this.#fleet = fleet;
    this.#kept = state;
  }

  /** All that it holds, shared with it. */
  state(): Map<FeedKey, Set<Digest>> {
    return this.#kept;
  }

  /** Takes the next record. */
  next(record: LedgerRecord): void {
    if (record.kind === "moved" && record.payload !== undefined) {
      // A ledger goes on in its next feed: what it keeps is not kept again there.
      for (const digest of this.#kept.get(record.feed) ?? [])
        this.#in(record.payload.feed).add(digest);
    } else if (isRecordOf(record, "plan", this.#fleet) && record.payload?.text !== undefined)
      this.#in(record.feed).add(record.payload.manifest);
  }

  /** What the ledger of a feed keeps so far. */
  of(feed: FeedKey): ReadonlySet<Digest> {
    return new Set(this.#kept.get(feed));
  }

  #in(feed: FeedKey): Set<Digest> {
    const digests = this.#kept.get(feed) ?? new Set();
    this.#kept.set(feed, digests);
    return digests;
  }
}

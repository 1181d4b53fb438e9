// The one check by which every command says that a relay holds a Root.

import {
  type Clock,
  equalBytes,
  type FleetError,
  hasCode,
  type Random,
  sha256,
} from "../core/index.ts";
import {
  decodeRoot,
  type ObjectStore,
  type Root,
  type SentRoot,
  walkNewObjects,
} from "../skywire/cxo/index.ts";
import type { ObjectFetcher } from "./object-fetcher.ts";
import { ASK_BACK_ENTRIES } from "./relay-limits.ts";
import type { OwnRoots, RelayMemory, WholeCheck } from "./relay-memory.ts";
import { fetchSample } from "./sample.ts";
import { nextStep } from "./steps.ts";

/** What asking back works with. */
export interface CheckOptions {
  /** Everything below our Roots. */
  readonly store: ObjectStore;
  readonly own: OwnRoots;
  readonly memory: RelayMemory;
  readonly clock: Clock;
  readonly random: Random;
  /** Unix ms after which no further step is begun; never when not given. */
  readonly untilMs?: number;
  /** Hears how many objects came so far. */
  readonly onChecked?: (checked: number) => void;
}

/**
 * Whether a relay has everything below Roots of ours. What was once asked back is asked again by a random sample
 * only, once; what is new since then is asked back whole, many objects at a time, in steps that are each remembered.
 *
 * What a relay *shows* proves nothing: a Go node that was cut shows a Root as full with most of it missing.
 */
export class WholeChecker {
  readonly #options: CheckOptions;
  /** Everything below this Root was asked back; read from the memory first. */
  #whole: Root | undefined;
  #isRead = false;
  #checked = 0;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Objects that came so far, each with the bytes that its hash says. */
  get checked(): number {
    return this.#checked;
  }

  /**
   * Checks a Root of ours, which the relay shows.
   * @throws FleetError relay/lost when the connection ends; relay/wrong-bytes, relay/malformed for a relay that lies;
   * cxo/*, relay/incomplete when our own objects are not in order
   */
  async check(sent: SentRoot, fetcher: ObjectFetcher): Promise<WholeCheck> {
    try {
      const isWhole = await this.#climb(sent, fetcher);
      return { kind: isWhole ? "whole" : "unproven", checked: this.#checked };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { kind: "hollow", checked: this.#checked, error };
    }
  }

  async #climb(sent: SentRoot, fetcher: ObjectFetcher): Promise<boolean> {
    const { memory, own, clock, untilMs = Number.POSITIVE_INFINITY } = this.#options;
    const target = decodeRoot(sent.value);
    await this.#readMemory(target, fetcher);
    while (this.#whole === undefined || this.#whole.seq < target.seq) {
      if (clock.now() > untilMs) return false;
      const step = await nextStep(this.#whole, sent, own, ASK_BACK_ENTRIES);
      const root = decodeRoot(step.value);
      await this.#askBack(root, this.#whole, fetcher);
      this.#whole = root;
      await memory.keep({ kind: "whole", root: { seq: root.seq, hash: sha256(step.value) } });
    }
    return true;
  }

  /** What the memory says counts after a sample of it came; a relay that forgot is asked for all of it. */
  async #readMemory(target: Root, fetcher: ObjectFetcher): Promise<void> {
    if (this.#isRead) return;
    this.#isRead = true;
    const { memory, own, random } = this.#options;
    const known = memory.whole;
    if (known === undefined) return;
    const sent = await own.rootUpTo(known.seq);
    const isOurs = sent?.seq === known.seq && equalBytes(sha256(sent.value), known.hash);
    // A relay that shows an older Root than it once had was set back: nothing of it is known.
    if (!isOurs || known.seq > target.seq) return;
    const root = decodeRoot(sent.value);
    try {
      this.#checked += await fetchSample(root, fetcher, { random });
    } catch (error) {
      if (isMissing(error)) await memory.keep({ kind: "forgot" });
      throw error;
    }
    this.#whole = root;
    // It was seen again just now.
    await memory.keep({ kind: "whole", root: known });
  }

  /** Asks for everything below a Root that is not below the other one. */
  async #askBack(root: Root, since: Root | undefined, fetcher: ObjectFetcher): Promise<void> {
    const hashes: Uint8Array[] = [];
    await walkNewObjects(root, since, this.#options.store, ({ hash }) => hashes.push(hash));
    await Promise.all(
      hashes.map(async (hash) => {
        await fetcher.fetch(hash);
        this.#checked += 1;
        this.#options.onChecked?.(this.#checked);
      }),
    );
  }
}

function isMissing(error: unknown): error is FleetError {
  return hasCode(error, "relay/missing-object");
}

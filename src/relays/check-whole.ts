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
import type { KnownRoot, OwnRoots, RelayMemory, SeenRoot, WholeCheck } from "./relay-memory.ts";
import { fetchSample } from "./sample.ts";
import { nextStep } from "./steps.ts";
import { waysDown } from "./way-down.ts";

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

/** A Root of ours that was asked back, as far as it says. */
interface Seen {
  readonly root: Root;
  readonly note: SeenRoot;
}

/**
 * Whether a relay has everything below Roots of ours. What was once asked back is asked again by a random sample
 * only, once; what is new since then is asked back whole, many objects at a time, in steps that are each remembered.
 *
 * Only what is below the Root that the relay shows is asked for, step by step along its list: of the Roots
 * before it the relay may never have had the right edges. What such a step proves is what one of those Roots shares with
 * the shown one. It counts for every later Root too: a list only grows, and one that is written anew has a higher
 * degree, so what a later Root shares with the one before is below every Root between them.
 *
 * What a relay *shows* proves nothing: a Go node that was cut shows a Root as full with most of it missing.
 */
export class WholeChecker {
  readonly #options: CheckOptions;
  /** What was asked back; read from the memory first. */
  #seen: Seen | undefined;
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
    const { store, clock, untilMs = Number.POSITIVE_INFINITY } = this.#options;
    const target = decodeRoot(sent.value);
    await this.#readMemory(target, fetcher);
    if (this.#seen !== undefined && !countsFor(this.#seen.note, target)) this.#seen = undefined;
    const { note } = this.#seen ?? {};
    if (note?.seq === target.seq && note.within === undefined) return true;
    if (clock.now() > untilMs) return false;
    const within = knownRoot(sent);
    let step = await this.#nextStep(sent);
    let asked: Uint8Array[] = [];
    for await (const { hash } of walkNewObjects(target, this.#seen?.root, store)) {
      asked.push(hash);
      if (step?.lastEntry === undefined || !equalBytes(hash, step.lastEntry)) continue;
      await this.#askFor(asked, fetcher);
      asked = [];
      await this.#keep(step.sent, { ...knownRoot(step.sent), within });
      if (clock.now() > untilMs) return false;
      step = await this.#nextStep(sent);
    }
    await this.#askFor(asked, fetcher);
    await this.#keep(sent, within);
    return true;
  }

  /** What the memory says counts after a sample of it came; a relay that forgot is asked for all of it. */
  async #readMemory(target: Root, fetcher: ObjectFetcher): Promise<void> {
    if (this.#isRead) return;
    this.#isRead = true;
    const { memory, own, store, random } = this.#options;
    const note = memory.whole;
    if (note === undefined || !countsFor(note, target)) return;
    const sent = await own.rootUpTo(note.seq);
    const isOurs = sent !== undefined && isSame(knownRoot(sent), note);
    if (!isOurs || !(await this.#isOurs(note.within))) return;
    const root = decodeRoot(sent.value);
    const entries = await own.entriesOf(root);
    if (entries === undefined) return;
    try {
      const sample = { shown: target, store, random };
      this.#checked += await fetchSample(root, entries, fetcher, sample);
    } catch (error) {
      if (isMissing(error)) await memory.keep({ kind: "forgot" });
      throw error;
    }
    // It was seen again just now.
    await this.#keep(sent, note);
  }

  /** A Root on the way to another one, and the entry by which the walk to that one has all that both share. */
  async #nextStep(
    to: SentRoot,
  ): Promise<{ readonly sent: SentRoot; readonly lastEntry: Uint8Array | undefined } | undefined> {
    const { own, store } = this.#options;
    const sent = await nextStep(this.#seen?.root, to, own, ASK_BACK_ENTRIES);
    if (sent.seq >= to.seq) return undefined;
    const root = decodeRoot(sent.value);
    const entries = await own.entriesOf(root);
    if (entries === undefined || entries === 0) return undefined;
    const wayTo = await waysDown(root, store);
    return { sent, lastEntry: (await wayTo(entries - 1)).at(-1) };
  }

  async #isOurs(root: KnownRoot | undefined): Promise<boolean> {
    if (root === undefined) return true;
    const hash = await this.#options.own.rootHashAt(root.seq);
    return hash !== undefined && equalBytes(hash, root.hash);
  }

  async #keep(sent: SentRoot, note: SeenRoot): Promise<void> {
    this.#seen = { root: decodeRoot(sent.value), note };
    await this.#options.memory.keep({ kind: "whole", root: note });
  }

  async #askFor(hashes: readonly Uint8Array[], fetcher: ObjectFetcher): Promise<void> {
    await Promise.all(
      hashes.map(async (hash) => {
        await fetcher.fetch(hash);
        this.#checked += 1;
        this.#options.onChecked?.(this.#checked);
      }),
    );
  }
}

/** A relay that shows an older Root than it once had was set back: nothing of it is known. */
function countsFor({ seq, within }: SeenRoot, shown: Root): boolean {
  return (within?.seq ?? seq) <= shown.seq;
}

function knownRoot({ seq, value }: SentRoot): KnownRoot {
  return { seq, hash: sha256(value) };
}

function isSame(left: KnownRoot, right: KnownRoot): boolean {
  return left.seq === right.seq && equalBytes(left.hash, right.hash);
}

function isMissing(error: unknown): error is FleetError {
  return hasCode(error, "relay/missing-object");
}

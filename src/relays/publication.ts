// One publication to one relay, step by step.

import { counted, defined, equalBytes, FleetError, hasCode, onAbort } from "../core/index.ts";
import {
  decodeRoot,
  proveRoot,
  RelayPublisher,
  type Root,
  type SentRoot,
  type SignedRoot,
  walkNewObjects,
} from "../skywire/cxo/index.ts";
import { WholeChecker } from "./check-whole.ts";
import { conflictOf } from "./conflict.ts";
import { hasRegistry } from "./has-registry.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import type { PublishOptions, PublishOutcome } from "./publish-feed.ts";
import { PushServing } from "./push-serving.ts";
import { STEP_ENTRIES, STOP_GRACE_MS } from "./relay-limits.ts";
import { openLink, type RelayLink } from "./relay-link.ts";
import { NO_MEMORY, type OwnRoots, ownRoots, type RelayMemory } from "./relay-memory.ts";
import { shownRoot } from "./shown-root.ts";
import { nextStep } from "./steps.ts";

/** A connection, and who pushes on it. */
interface Line extends RelayLink {
  readonly publisher: RelayPublisher;
}

/** The work of `publishFeed`. What a relay does not answer for is thrown as an error. */
export class Publication {
  readonly #options: PublishOptions;
  readonly #memory: RelayMemory;
  readonly #own: OwnRoots;
  readonly #serving: PushServing;
  readonly #checker: WholeChecker;
  readonly #forgetStop: () => void;
  #line: Line | undefined;
  /** What the relay showed first; absent while it was not asked, `root` absent while it has none. */
  #first: { readonly root: Root | undefined } | undefined;
  #hollow: FleetError | undefined;
  #isFilling = false;
  #cancelGrace: () => void = () => undefined;
  #keeping: Promise<void> = Promise.resolve();
  /** Objects of the Root that is filled, and how many were asked for before it. */
  #filling = { seq: 0n, total: 0, before: 0 };

  constructor(options: PublishOptions) {
    this.#options = options;
    this.#memory = options.memory ?? NO_MEMORY;
    this.#own = ownRoots(options);
    this.#serving = new PushServing(options.store);
    this.#checker = new WholeChecker({
      store: options.store,
      clock: options.clock,
      random: options.random,
      own: this.#own,
      memory: this.#memory,
      onChecked: (done) => options.onProgress?.({ kind: "checking", done }),
    });
    this.#forgetStop =
      options.stop === undefined ? nothing : onAbort(options.stop, () => this.#stop());
  }

  async run(): Promise<PublishOutcome> {
    const ours = proveRoot(this.#options.root);
    const { shown, roundTripMs } = await this.#lineNow();
    const conflict = await conflictOf(ours, shown, this.#own);
    if (conflict !== undefined) return conflict;
    if (await this.#isStuck(shown, ours.root)) return STUCK;
    if (shown !== undefined) await this.#checkShown(shown);
    if (isSame(shown, ours)) return this.#outcome(ours, "already");
    const { budgetMs } = this.#options;
    if (budgetMs !== undefined) {
      const { lacks } = await this.#lacking();
      if (lacks * roundTripMs > budgetMs) return later(lacks, roundTripMs);
    }
    try {
      await this.#climb(shown?.root);
    } catch (error) {
      if (!hasCode(error, "cxo/fork")) throw error;
      // The relay took another Root since it was asked.
      const { connection, name } = await this.#lineNow();
      const late = await conflictOf(
        ours,
        await shownRoot(connection, ours.root.pub, name),
        this.#own,
      );
      if (late === undefined) throw error;
      return late;
    }
    return this.#outcome(ours, "held");
  }

  /** What became of it when it was told to stop; `undefined` when it was not. */
  async stopped(): Promise<PublishOutcome | undefined> {
    if (this.#options.stop?.aborted !== true) return undefined;
    if (this.#first === undefined)
      return { kind: "stopped", reason: "the relay had not answered yet", lacks: 0 };
    const { lacks, total } = await this.#lacking();
    const { seq } = this.#options.root;
    const what = counted(total, "object");
    const reason =
      this.#serving.count === 0
        ? `nothing was sent: the relay lacks ${what} of Root ${seq}`
        : `the relay was left while it asked: it now lacks ${lacks} of ${what} of Root ${seq}, and may never ask for them again`;
    return { kind: "stopped", reason, lacks };
  }

  async close(): Promise<void> {
    this.#forgetStop();
    this.#cancelGrace();
    this.#line?.close();
    await this.#keeping;
  }

  async #lineNow(): Promise<Line> {
    if (this.#line !== undefined) return this.#line;
    const { root, clock, store, confirmTimeoutMs, stop } = this.#options;
    if (stop?.aborted === true) throw new FleetError("relay/lost", "the work was stopped");
    const link = await openLink({ ...this.#options, feed: root.feed }, this.#serving);
    const publisher = new RelayPublisher({
      node: link.node,
      connection: link.connection,
      feed: root.feed,
      store,
      clock,
      onNew: () => (this.#filling.total += 1),
      progress: () => this.#tell(),
      ...defined({ confirmTimeoutMs }),
    });
    this.#first ??= { root: link.shown?.root };
    this.#line = { ...link, publisher };
    return this.#line;
  }

  /** Pushes Root after Root, each seen whole before the next, up to the newest. */
  async #climb(from: Root | undefined): Promise<void> {
    const { root: newest } = this.#options;
    let at = from;
    while (at === undefined || at.seq < newest.seq) {
      const { connection } = await this.#lineNow();
      // Who asks for many at a time loses nothing by a cut, and would only be held up.
      const step = connection.takesMany
        ? newest
        : await nextStep(at, newest, this.#own, STEP_ENTRIES);
      await this.#push(step);
      at = decodeRoot(step.value);
      // A relay that was hollow before is asked again at the end: newer Roots may have brought what it lacked.
      if (this.#hollow !== undefined && step.seq < newest.seq) continue;
      this.#hollow = undefined;
      await this.#check(step);
    }
  }

  async #push(step: SentRoot): Promise<void> {
    const { publisher, shown } = await this.#lineNow();
    this.#filling = { seq: step.seq, total: 0, before: this.#serving.count };
    if (shown === undefined && this.#serving.count === 0) {
      const { root } = proveRoot(step);
      await this.#memory.keep({ kind: "first-push", root: { seq: root.seq, hash: root.hash } });
      this.#serving.awaitRegistry(root.reg, () => {
        this.#keeping = this.#memory.keep({ kind: "has-registry" });
      });
    }
    this.#isFilling = true;
    try {
      await publisher.publish(step);
    } finally {
      this.#isFilling = false;
      this.#cancelGrace();
    }
    await this.#keeping;
  }

  /** A Root of ours that the relay shows is looked at before anything follows it. */
  async #checkShown({ root, sent }: SignedRoot): Promise<void> {
    const own = await this.#own.rootHashAt(root.seq);
    const isOurs = own !== undefined && equalBytes(own, root.hash);
    if (isOurs || root.seq === this.#options.root.seq) await this.#check(sent);
  }

  async #check(sent: SentRoot): Promise<void> {
    const line = await this.#lineNow();
    const { connection, name } = line;
    const fetcher = new ObjectFetcher({ ...this.#options, connection, relay: name });
    const found = await this.#checker.check(sent, fetcher);
    if (found.kind !== "hollow") return;
    this.#hollow = found.error;
    // The relay still keeps the request for what it lacks.
    line.close();
    this.#line = undefined;
  }

  /** True for a relay that was cut before it had the registry, which nothing is pushed to. */
  async #isStuck(shown: SignedRoot | undefined, root: Root): Promise<boolean> {
    if (!this.#memory.awaitsRegistry) return false;
    if (shown === undefined && !(await this.#hasRegistry(root)))
      return this.#options.pushesAgain !== true;
    await this.#memory.keep({ kind: "has-registry" });
    return false;
  }

  async #hasRegistry(root: Root): Promise<boolean> {
    const line = await this.#lineNow();
    const { connection, name } = line;
    if (await hasRegistry(root.reg, { ...this.#options, connection, relay: name })) return true;
    line.close();
    this.#line = undefined;
    return false;
  }

  /** What of our newest Root the relay has not asked for. */
  async #lacking(): Promise<{ readonly lacks: number; readonly total: number }> {
    let total = 0;
    let asked = 0;
    const { root, store } = this.#options;
    for await (const { hash } of walkNewObjects(decodeRoot(root.value), this.#first?.root, store)) {
      total += 1;
      if (this.#serving.wasAsked(hash)) asked += 1;
    }
    return { lacks: total - asked, total };
  }

  #outcome({ root }: SignedRoot, kind: "held" | "already"): PublishOutcome {
    const { checked } = this.#checker;
    const error = this.#hollow;
    if (error !== undefined) {
      const reason = `the relay is hollow: it shows Root ${root.seq} and does not give all of it`;
      return { kind: "hollow", reason, error };
    }
    return kind === "already"
      ? { kind, reason: `the relay had Root ${root.seq} already`, checked }
      : { kind, reason: `the relay holds Root ${root.seq}`, sent: this.#serving.count, checked };
  }

  #tell(): number {
    const { seq, total, before } = this.#filling;
    const { count } = this.#serving;
    const lastSeq = this.#options.root.seq;
    this.#options.onProgress?.({ kind: "sending", seq, lastSeq, done: count - before, total });
    return count;
  }

  #stop(): void {
    const { clock, stopGraceMs = STOP_GRACE_MS } = this.#options;
    const end = (): void => this.#line?.close();
    if (this.#isFilling) this.#cancelGrace = clock.after(stopGraceMs, end);
    else end();
  }
}

const STUCK: PublishOutcome = {
  kind: "stuck",
  reason:
    "the relay was left before it had the registry: it asks for nothing more until it is restarted, and pushing again may end its process",
};

function later(lacks: number, roundTripMs: number): PublishOutcome {
  const seconds = ((lacks * roundTripMs) / 1_000).toFixed(1);
  return {
    kind: "later",
    lacks,
    reason: `the relay lacks ${counted(lacks, "object")}, ${seconds} s at ${Math.ceil(roundTripMs)} ms each: too much beside other work`,
  };
}

function isSame(shown: SignedRoot | undefined, ours: SignedRoot): boolean {
  return shown !== undefined && equalBytes(shown.root.hash, ours.root.hash);
}

function nothing(): void {
  // Nobody can stop it.
}

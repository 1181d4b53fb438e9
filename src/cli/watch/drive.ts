// The loop of a watch: hands each event to `stepWatch`, which decides, and carries out the effects; it never decides.
import { type Clock, onAbort, type Random } from "../../core/index.ts";
import {
  type WatchLogLine,
  type Notice,
  stepWatch,
  type WatchEffect,
  type WatchNews,
  type WatchState,
} from "../../watch/index.ts";

/** What the step asks for, and the driver has done. Each gives back what came of it, and never fails. */
interface WatchDeeds {
  readonly fetch: (state: WatchState) => Promise<WatchNews>;
  readonly plan: (visors: readonly string[], state: WatchState) => Promise<WatchNews>;
  readonly apply: (ids: readonly string[]) => Promise<WatchNews>;
  readonly notify: (notices: readonly Notice[]) => void;
  readonly log: (line: WatchLogLine) => void;
  /** Keeps a state that a later process can take up. */
  readonly save: (state: WatchState) => Promise<void>;
}

/** What a driver works with. */
export interface DriverInput {
  readonly state: WatchState;
  readonly deeds: WatchDeeds;
  readonly clock: Clock;
  readonly monoMs: () => number;
  readonly random: Random;
  /** Aborting it ends the watch, after a write under way. */
  readonly stop: AbortSignal;
  /** Ends after the first pass. */
  readonly isOnce: boolean;
  /** Told of every state. */
  readonly onState: (state: WatchState) => void;
  /** Calls back whenever the source may have changed. */
  readonly onHint: (hint: () => void) => void;
}

/**
 * Feeds events to the step, one after the other, and carries out what it says. Makes no choice of its own.
 * @returns the last state
 */
export async function driveWatch(input: DriverInput): Promise<WatchState> {
  const driver = new Driver(input);
  return await driver.run();
}

class Driver {
  readonly #input: DriverInput;
  readonly #news: WatchNews[] = [{ kind: "start" }];
  #state: WatchState;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #cancelWake: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  constructor(input: DriverInput) {
    this.#input = input;
    this.#state = input.state;
  }

  async run(): Promise<WatchState> {
    const { stop, onHint } = this.#input;
    const onStop = (): void => this.#send({ kind: "stop" });
    const forget = onAbort(stop, onStop);
    onHint(() => this.#send({ kind: "hint" }));
    while (!this.#isOver) {
      const news = this.#news.shift();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (news === undefined) {
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
        continue;
      }
      await this.#take(news);
    }
    forget();
    this.#cancelWake?.();
    return this.#state;
  }

  #send(news: WatchNews): void {
    this.#news.push(news);
    this.#wakeUp();
  }

  #wakeUp(): void {
    const arrived = this.#arrived;
    this.#arrived = undefined;
    arrived?.();
  }

  async #take(news: WatchNews): Promise<void> {
    const { clock, monoMs, random, deeds, onState } = this.#input;
    const at = { wallMs: clock.now(), monoMs: monoMs() };
    const { state, effects } = stepWatch(this.#state, { ...news, at, random: fractionOf(random) });
    this.#state = state;
    onState(state);
    // A correction counts before it is begun: it is kept first, so that a crash cannot give one more try.
    if (effects.some(isKept)) await deeds.save(state);
    for (const effect of effects) this.#carryOut(effect);
  }

  /** What a deed throws is a bug: it ends the watch, for whoever restarts it. */
  #await(deed: Promise<WatchNews>): void {
    deed.then(
      (news) => this.#send(news),
      (error: unknown) => {
        this.#failure = { error };
        this.#wakeUp();
      },
    );
  }

  #carryOut(effect: WatchEffect): void {
    const { deeds, clock, isOnce } = this.#input;
    switch (effect.kind) {
      case "fetch":
        return this.#await(deeds.fetch(this.#state));
      case "plan":
        return this.#await(deeds.plan(effect.visors, this.#state));
      case "apply":
        return this.#await(deeds.apply(effect.ids));
      case "notify":
        return deeds.notify(effect.notices);
      case "log":
        return deeds.log(isOnce ? withoutNext(effect.line) : effect.line);
      case "wake":
        this.#cancelWake?.();
        if (isOnce) this.#send({ kind: "stop" });
        else this.#cancelWake = clock.after(effect.delayMs, () => this.#send({ kind: "tick" }));
        return;
      case "exit":
        this.#isOver = true;
    }
  }
}

/** Whoever makes one pass makes no other. */
function withoutNext({ againMs: _, ...line }: WatchLogLine): WatchLogLine {
  return line;
}

function isKept({ kind }: WatchEffect): boolean {
  return kind === "apply" || kind === "wake" || kind === "exit";
}

/** A number from 0 up to 1, never 1. */
function fractionOf(random: Random): number {
  const bytes = random(4);
  const number = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return number / 2 ** 32;
}

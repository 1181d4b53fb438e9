// One connection to one run of a visor, and how it ends when that visor misbehaves.
import { sleep } from "../../core/index.ts";
import type { Cuttable } from "./embedded-visor.ts";
import { never } from "./release-method.ts";
import type { VisorInstance } from "./visor-instance.ts";

/** How long a slow visor takes for a reply, ms before scaling. */
const SLOW_REPLY_MS = 8000;

/** One connection to one run of a visor. */
export class Session implements Cuttable {
  readonly instance: VisorInstance;
  readonly #onDeath: (method: string) => void;
  readonly #cut: () => void;
  #batches: (() => void)[][] = [];
  #startsAnew = true;

  constructor(
    instance: VisorInstance,
    hooks: { readonly cut: () => void; readonly died: (method: string) => void },
  ) {
    this.instance = instance;
    this.#cut = hooks.cut;
    this.#onDeath = hooks.died;
  }

  cut(): void {
    this.#cut();
  }

  /** The call kills the visor; it is never answered. */
  dies(method: string): Promise<never> {
    this.#onDeath(method);
    this.instance.visor.die();
    return never();
  }

  /**
   * Runs calls that arrived together as Go's scheduler mostly does: the newest first, the others in order. Those
   * before a refused call, which the connection answers itself, form a batch of their own.
   * Source: sessions pipelined-2 and pipelined-mixed-errors.
   */
  inTurn<R>(run: () => R | Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          resolve(run());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      if (this.#batches.length === 0) queueMicrotask(() => this.#takeTurns());
      if (this.#startsAnew) this.#batches.push([turn]);
      else this.#batches.at(-1)?.push(turn);
      this.#startsAnew = false;
    });
  }

  /** A call was refused before it reached a method. */
  refused(): void {
    this.#startsAnew = true;
  }

  #takeTurns(): void {
    const batches = this.#batches;
    this.#batches = [];
    this.#startsAnew = true;
    const { state, world } = this.instance.visor;
    if (state === "silent") return;
    const runAll = (): void => {
      for (const turns of batches) {
        turns.pop()?.();
        for (const turn of turns) turn();
      }
    };
    if (state === "slow") world.clock.after(SLOW_REPLY_MS * world.timeScale, runAll);
    else runAll();
  }

  /** Waits a time that a visor of this kind takes, in ms before scaling. */
  async takes(delayMs: number): Promise<void> {
    const { world } = this.instance.visor;
    await sleep(world.clock, delayMs * world.timeScale);
  }
}

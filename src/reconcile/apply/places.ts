// How many visors are written to at the same time, in which order those that wait come in, and whether a further step may begin.
import { type PlanStep, type PlanVisor, STEPS } from "../../model/index.ts";
import { Slots } from "../../skywire/visor/index.ts";
import type { ApplyTiming } from "./timing.ts";

// How many visors are written to at the same time, and in which order those that wait come in.

/**
 * So many sessions any local visor carries beside the readings of a run. Source: skywire-rpc 9, where the smallest
 * limit known of one is 50, for all its users together.
 */
const FEW = 16;

/** A visor's place among those that are written to at the same time. */
export interface WritePlace {
  /** Gives the place back: nothing is written from here on. Does nothing where it was given back. */
  leave(): void;
  /** Takes it again, before all visors on which nothing was begun. Does nothing where it is held. */
  enter(): Promise<void>;
}

/** Gives out places. Steps that may cost a way to a visor have fewer, and take one of the others as well. */
export class Places {
  readonly #all: Slots;
  readonly #careful: Slots;
  readonly #most: number;
  #reading = 0;
  /** Told when few are read back. */
  readonly #whenCalm: (() => void)[] = [];

  constructor({ parallel, careful }: Pick<ApplyTiming, "parallel" | "careful">) {
    this.#most = parallel;
    this.#all = new Slots(parallel, FEW);
    this.#careful = new Slots(careful);
  }

  /** True while so many are written to or read back that the local visor may be what turns one of them away. */
  get isCrowded(): boolean {
    return this.#all.used + this.#reading > FEW;
  }

  /** True while the local visor carries all there may be, and not too many are read back beside them. */
  get mayGiveOn(): boolean {
    return this.#all.limit >= this.#most && this.#reading < this.#most;
  }

  /** Reads a visor back whose place was given to another. */
  async besides<T>(read: () => Promise<T>): Promise<T> {
    this.#reading += 1;
    try {
      return await read();
    } finally {
      this.#reading -= 1;
      if (this.#reading <= FEW) for (const wake of this.#whenCalm.splice(0)) wake();
    }
  }

  /** Resolves when few are read back beside those who hold a place. */
  async calm(): Promise<void> {
    if (this.#reading <= FEW) return;
    await new Promise<void>((resolve) => {
      this.#whenCalm.push(resolve);
    });
  }

  /** The local visor may not carry so many: few hold a place from now on, and more again as it takes them. */
  lower(): void {
    this.#all.lower(FEW);
  }

  /** The local visor took one more. */
  raise(): void {
    this.#all.raise();
  }

  /**
   * Waits for a place.
   * @param isCareful for a step that {@link isCareful}
   * @param isBegun the visor was written to before: it comes before all others, so that few are left half done
   */
  async take(careful: boolean, isBegun: boolean): Promise<WritePlace> {
    const place = new HeldPlace(careful ? [this.#careful, this.#all] : [this.#all]);
    await place.take(!isBegun);
    return place;
  }
}

class HeldPlace implements WritePlace {
  readonly #slots: readonly Slots[];
  #releases: (() => void)[] = [];

  constructor(slots: readonly Slots[]) {
    this.#slots = slots;
  }

  async take(isLast: boolean): Promise<void> {
    for (const slots of this.#slots) this.#releases.push(await slots.take(isLast));
  }

  leave(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  async enter(): Promise<void> {
    if (this.#releases.length === 0) await this.take(false);
  }
}

/** True for a step with a change of trust, or of how the visor is reached: a mistake in it must not spread fast. */
export function isCareful({ letter, changes }: Pick<PlanStep, "letter" | "changes">): boolean {
  return (
    letter === STEPS.revoke ||
    changes.some(({ risk }) => risk === "trust" || risk === "reachability")
  );
}

// Whether a further step may begin: one place that every visor of an apply asks before each step.

/** Why no further step of an apply may begin, once there is a reason. */
export class Halt {
  readonly #stop: AbortSignal;
  #trustFailed: PlanVisor | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  /** Somebody asked us to stop, or what is done can no longer be recorded. */
  get isStopped(): boolean {
    return this.#stop.aborted || this.#failure !== undefined;
  }

  /** A trust step went wrong on a visor; the first one counts. */
  trustFailedOn(visor: PlanVisor): void {
    this.#trustFailed ??= visor;
  }

  /** The name of another visor on which a trust step went wrong. */
  elsewhere(visor: PlanVisor): string | undefined {
    return this.#trustFailed === visor ? undefined : this.#trustFailed?.name;
  }

  /** An error that ends the run; the first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Throws the error that ended the run, if one did. */
  assertWhole(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

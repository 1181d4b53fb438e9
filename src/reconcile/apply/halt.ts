// Whether a further step may begin: one place that every visor of an apply asks before each step.
import type { PlanVisor } from "../../model/index.ts";

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

// How many visors are dialled and read at once, and whose fault it is when one of many fails.
import type { Clock } from "../../core/index.ts";
import type { VisorAccess } from "./connection.ts";
import { LocalPulse } from "./local-pulse.ts";
import type { Explorer, OpenReading } from "./reader.ts";
import type { ReadingWants } from "./reading.ts";
import { type LeaveSlot, Slots } from "./slots.ts";
import type { VisorTarget } from "./target.ts";

/** How many visors are read at the same time through one local visor. */
export interface Pace {
  /** Connections that wait for a visor's first answer; a dead one holds its place as long as the local visor tries. */
  readonly dials: number;
  /** Visors that answered and are being read. */
  readonly working: number;
  /** Told once, when the local visor does not carry as many as `dials`. */
  readonly onShort?: (() => void) | undefined;
}

/** How one reading waits among others. */
export interface ReadingTurn {
  /** Seen dead not long ago: after all that were not. */
  readonly isLast?: boolean;
  /** Its turn has come. */
  readonly onBegin?: () => void;
}

export const DEFAULT_PACE: Pace = { dials: 256, working: 64 };

/**
 * So many connections every local visor carries: the smallest limit known of one is 50, for all its users together.
 * Source: skywire-rpc 9.
 */
const FEW = 32;

/**
 * Reads many visors through one local visor. Waiting for an answer and reading hold places of their own, so that the
 * dead delay nobody. What failed while the local visor had many connections to carry may be its doing: that
 * visor is asked once more when few are open, and only then is anything said of it.
 */
export class PacedReads {
  readonly #explorer: Explorer;
  readonly #dials: Slots;
  readonly #working: Slots;
  readonly #pulse: LocalPulse;
  readonly #onShort: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #few = new Slots(FEW);
  /** Told when nobody is read among many any more. */
  readonly #whenCalm: (() => void)[] = [];
  #firstReads = 0;
  #isShort = false;
  #lateAtMs = Number.NEGATIVE_INFINITY;

  constructor(access: VisorAccess, explorer: Explorer, pace: Pace) {
    this.#explorer = explorer;
    this.#clock = access.clock;
    this.#dials = new Slots(pace.dials, FEW);
    this.#working = new Slots(pace.working);
    this.#onShort = pace.onShort;
    this.#pulse = new LocalPulse({
      access,
      onShort: () => {
        this.#lateAtMs = this.#clock.now();
        this.#dials.lower(Math.floor(this.#dials.limit / 2));
        this.#foundShort();
      },
    });
  }

  /** Reads one visor when its turn has come. */
  async read(
    target: VisorTarget,
    wants: ReadingWants,
    turn: ReadingTurn = {},
  ): Promise<OpenReading> {
    this.#firstReads += 1;
    let first;
    try {
      first = await this.#readAmongMany(target, wants, turn);
    } finally {
      this.#firstReads -= 1;
      if (this.#firstReads === 0) for (const wake of this.#whenCalm.splice(0)) wake();
    }
    if (!first.isDoubtful) return await this.#explorer.explain(first.opened, target);
    const again = await this.#readAmongFew(target, wants);
    if (again.reading.kind !== "unreachable") this.#foundShort();
    return await this.#explorer.explain(again, target);
  }

  async #readAmongMany(
    target: VisorTarget,
    wants: ReadingWants,
    turn: ReadingTurn,
  ): Promise<{ readonly opened: OpenReading; readonly isDoubtful: boolean }> {
    let release: LeaveSlot = await this.#dials.take(turn.isLast);
    const stopWaiting = (): void => {
      release();
      if (this.#dials.used <= FEW) this.#pulse.end();
    };
    const others = this.#dials.used + this.#working.used - 1;
    const beganMs = this.#clock.now();
    turn.onBegin?.();
    if (this.#dials.used > FEW) this.#pulse.begin();
    let hasAnswered = false;
    try {
      const opened = await this.#explorer.openOnce(target, wants, async () => {
        hasAnswered = true;
        stopWaiting();
        this.#dials.raise();
        release = await this.#working.take();
      });
      const isDoubtful = others >= FEW && this.#isDoubtful(opened, beganMs);
      if (isDoubtful && !hasAnswered) this.#dials.lower(this.#dials.used - 1);
      return { opened, isDoubtful };
    } finally {
      if (hasAnswered) release();
      else stopWaiting();
    }
  }

  /** Reads a visor once all others were, beside few that are asked again as well. */
  async #readAmongFew(target: VisorTarget, wants: ReadingWants): Promise<OpenReading> {
    if (this.#firstReads > 0) {
      await new Promise<void>((resolve) => {
        this.#whenCalm.push(resolve);
      });
    }
    const release = await this.#few.take();
    try {
      return await this.#explorer.openOnce(target, wants);
    } finally {
      release();
    }
  }

  #foundShort(): void {
    if (this.#isShort) return;
    this.#isShort = true;
    this.#onShort?.();
  }

  /** True where the local visor may be why: it closed the connection at once, did not take it, or was late itself. */
  #isDoubtful({ reading }: OpenReading, beganMs: number): boolean {
    if (reading.kind !== "unreachable") return false;
    if (reading.reason === "not-answering") return this.#lateAtMs >= beganMs;
    return reading.reason === "refused-or-no-listener" || reading.reason === "local-visor-short";
  }
}

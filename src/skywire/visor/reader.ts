// Reads visors over connections of their own, as many at once as go well, and finds out whose fault it is when one cannot be read.
import type { Clock } from "../../core/index.ts";
import { askVisor } from "./ask-visor.ts";
import {
  connectVisor,
  DEFAULT_TIMEOUTS,
  type LeaveSlot,
  LocalPulse,
  Slots,
  type VisorAccess,
  type VisorConnection,
} from "./connection.ts";
import { explainFailure, localVisorAtFault } from "./failure.ts";
import type {
  Presence,
  ReadingWants,
  SeenReading,
  UnseenReading,
  VisorReading,
} from "./reading.ts";
import { isBefore2026 } from "./releases.ts";
import type { VisorTarget } from "./target.ts";

// Reads visors over connections of their own, and finds out whose fault it is when one cannot be read.

/** Reads visors. It has no way to change one. */
export interface VisorReader {
  /**
   * Reads one visor over a connection of its own, when its turn has come: all of a fleet may be asked for at once.
   * Whatever a visor or the network does is a result; only our own bugs reject.
   */
  read(target: VisorTarget, wants?: ReadingWants, turn?: ReadingTurn): Promise<VisorReading>;
}

/** A reading; the connection it was made on is left open only with a visor that was seen. */
export type OpenReading = SeenOpen | UnseenOpen;

interface SeenOpen {
  readonly reading: SeenReading;
  readonly connection: VisorConnection;
}

interface UnseenOpen {
  readonly reading: UnseenReading;
  readonly connection: undefined;
  /** What the connection told before it failed. */
  readonly methods: ReadonlyMap<string, Presence>;
}

const LOCAL: VisorTarget = { key: undefined, route: { kind: "local" } };
const NO_METHODS: ReadonlyMap<string, Presence> = new Map();

/** Makes a reader. What it learns about the local visor when a bridge fails is asked once and kept. */
export function createVisorReader(access: VisorAccess, pace: Partial<Pace> = {}): VisorReader {
  const explorer = new Explorer(access);
  const paced = new PacedReads(access, explorer, { ...DEFAULT_PACE, ...pace });
  return {
    read: async (target, wants = {}, turn = {}) => {
      if (target.route.kind === "local") turn.onBegin?.();
      const { reading, connection } =
        target.route.kind === "local"
          ? await explorer.open(target, wants, false)
          : await paced.read(target, wants, turn);
      connection?.client.close();
      return reading;
    },
  };
}

/** Opens connections and reads over them, for the reader and the writer. */
export class Explorer {
  readonly #access: VisorAccess;
  #localFault: Promise<UnseenReading | undefined> | undefined;
  /** The local visor took a connection of ours: it is there, whatever it does with the next. */
  #wasTaken = false;

  constructor(access: VisorAccess) {
    this.#access = access;
  }

  /** Reads a visor. */
  async open(target: VisorTarget, wants: ReadingWants, mayWrite: boolean): Promise<OpenReading> {
    return await this.explain(await this.#openOnce(target, wants, { mayWrite }), target);
  }

  /** As {@link open}, without asking whose fault a failure is; `onAnswer` comes before all but the first is read. */
  async openOnce(
    target: VisorTarget,
    wants: ReadingWants,
    onAnswer?: () => Promise<void>,
  ): Promise<OpenReading> {
    const hook = onAnswer === undefined ? {} : { onAnswer };
    return await this.#openOnce(target, wants, { mayWrite: false, ...hook });
  }

  /** Puts the blame on the local visor where it is why a bridge failed. */
  async explain(opened: OpenReading, target: VisorTarget): Promise<OpenReading> {
    if (opened.connection !== undefined || target.route.kind === "local") return opened;
    const { reading } = opened;
    if (reading.kind !== "unreachable" || reading.reason === "no-local-visor") return opened;
    this.#localFault ??= this.#askLocalFault();
    const fault = await this.#localFault;
    // Bytes did come through the bridge: the local visor does its part.
    if (fault === undefined || reading.reason === "cut") return opened;
    return { ...opened, reading: fault };
  }

  async #openOnce(
    target: VisorTarget,
    wants: ReadingWants,
    options: { readonly mayWrite: boolean; readonly onAnswer?: () => Promise<void> },
  ): Promise<OpenReading> {
    const { clock, rpcAddress } = this.#access;
    let openedMs = clock.now();
    let connection: VisorConnection | undefined;
    try {
      connection = await connectVisor(this.#access, target, options.mayWrite);
      this.#wasTaken = true;
      openedMs = clock.now();
      const reading = await askVisor(connection, wants, options.onAnswer);
      if (reading.kind === "seen") return { reading, connection };
      connection.client.close();
      return { reading, methods: connection.gate.methods, connection: undefined };
    } catch (error) {
      connection?.client.close();
      const reading = explainFailure(error, {
        rpcAddress,
        route: target.route,
        wasTaken: this.#wasTaken,
        elapsedMs: clock.now() - openedMs,
        bridgeDialMs: this.#access.timeouts?.bridgeDialMs ?? DEFAULT_TIMEOUTS.bridgeDialMs,
      });
      return { reading, methods: connection?.gate.methods ?? NO_METHODS, connection: undefined };
    }
  }

  /**
   * Whether the local visor is why a bridge failed. What a release without the bridge does with the preamble looks
   * like any other refusal; only methods that came with newer releases tell it apart, asked on a plain connection.
   */
  async #askLocalFault(): Promise<UnseenReading | undefined> {
    const opened = await this.#openOnce(LOCAL, { config: true }, { mayWrite: false });
    opened.connection?.client.close();
    const { reading } = opened;
    const methods = opened.connection === undefined ? opened.methods : opened.reading.methods;
    if (reading.kind === "unreachable") {
      return reading.reason === "no-local-visor" ? reading : localVisorAtFault("local-visor-short");
    }
    if (reading.kind === "suspended") return localVisorAtFault("local-visor-suspended");
    if (reading.kind !== "seen" && reading.kind !== "starting") return undefined;
    if (isBefore2026(methods) && methods.get("GetRuntimeConfig") !== "present") {
      return localVisorAtFault("old-local-visor");
    }
    return reading.kind === "starting" ? localVisorAtFault("local-visor-starting") : undefined;
  }
}

// How many visors are dialled and read at once, and whose fault it is when one of many fails.

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
interface ReadingTurn {
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
class PacedReads {
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

  async #readAmongMany(target: VisorTarget, wants: ReadingWants, turn: ReadingTurn) {
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
        this.#dials.raise();
        // Whoever waits here keeps others from dialling: a dial that nobody has time for only delays those that work.
        const place = await this.#working.take();
        stopWaiting();
        release = place;
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

// Reads visors over connections of their own, and finds out whose fault it is when one cannot be read.
import { askVisor } from "./ask-visor.ts";
import {
  connectVisor,
  DEFAULT_TIMEOUTS,
  type VisorAccess,
  type VisorConnection,
} from "./connection.ts";
import { explainFailure, localVisorAtFault } from "./failure.ts";
import { DEFAULT_PACE, type Pace, PacedReads, type ReadingTurn } from "./paced-reads.ts";
import type {
  Presence,
  ReadingWants,
  SeenReading,
  UnseenReading,
  VisorReading,
} from "./reading.ts";
import { isBefore2026 } from "./releases/told-apart.ts";
import type { VisorTarget } from "./target.ts";

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

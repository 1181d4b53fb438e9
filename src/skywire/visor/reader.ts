import { askVisor } from "./ask-visor.ts";
import { connect, DEFAULT_TIMEOUTS, type VisorAccess, type VisorConnection } from "./connection.ts";
import { explainFailure, localVisorAtFault } from "./failure.ts";
import type {
  Presence,
  ReadingWants,
  SeenReading,
  UnseenReading,
  VisorReading,
} from "./reading.ts";
import type { VisorTarget } from "./target.ts";

/** Reads visors. It has no way to change one. */
export interface VisorReader {
  /**
   * Reads one visor over a connection of its own. Whatever a visor or the network does is a result; only our own
   * bugs reject. How many are read at once is the caller's choice.
   */
  read(target: VisorTarget, wants?: ReadingWants): Promise<VisorReading>;
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
export function createVisorReader(access: VisorAccess): VisorReader {
  const explorer = new Explorer(access);
  return {
    read: async (target, wants = {}) => {
      const { reading, connection } = await explorer.open(target, wants, false);
      connection?.client.close();
      return reading;
    },
  };
}

/** Opens connections and reads over them, for the reader and the writer. */
export class Explorer {
  readonly #access: VisorAccess;
  #localFault: Promise<UnseenReading | undefined> | undefined;

  constructor(access: VisorAccess) {
    this.#access = access;
  }

  /** Reads a visor. */
  async open(target: VisorTarget, wants: ReadingWants, mayWrite: boolean): Promise<OpenReading> {
    const opened = await this.#openOnce(target, wants, mayWrite);
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
    mayWrite: boolean,
  ): Promise<OpenReading> {
    const { clock, rpcAddress } = this.#access;
    let openedMs = clock.now();
    let connection: VisorConnection | undefined;
    try {
      connection = await connect(this.#access, target, mayWrite);
      openedMs = clock.now();
      const reading = await askVisor(connection, wants);
      if (reading.kind === "seen") return { reading, connection };
      connection.client.close();
      return { reading, methods: connection.gate.methods, connection: undefined };
    } catch (error) {
      connection?.client.close();
      const reading = explainFailure(error, {
        rpcAddress,
        route: target.route,
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
    const opened = await this.#openOnce(LOCAL, { config: true }, false);
    opened.connection?.client.close();
    const { reading } = opened;
    const methods = opened.connection === undefined ? opened.methods : opened.reading.methods;
    if (reading.kind === "unreachable" && reading.reason === "no-local-visor") return reading;
    if (reading.kind === "suspended") return localVisorAtFault("local-visor-suspended");
    if (reading.kind !== "seen" && reading.kind !== "starting") return undefined;
    if (
      methods.get("IsStartupComplete") === "absent" &&
      methods.get("GetRuntimeConfig") !== "present"
    ) {
      return localVisorAtFault("old-local-visor");
    }
    return reading.kind === "starting" ? localVisorAtFault("local-visor-starting") : undefined;
  }
}

// Tells whether the local visor keeps up while it carries many connections.
import { hasCode } from "../../core/index.ts";
import { connectVisor, type VisorAccess, type VisorConnection } from "./connection.ts";
import { CALLS } from "./methods.ts";

/** How often the local visor is asked while many connections wait for it. */
const EVERY_MS = 2_000;
/** An answer of the local visor itself that takes longer is late: nothing far is part of it. */
const LATE_MS = 2_000;
const LOCAL = { key: undefined, route: { kind: "local" } } as const;

/** What a {@link LocalPulse} asks and tells. */
export interface PulseOptions {
  readonly access: VisorAccess;
  /** The local visor answered late, or closed a plain connection without an answer. */
  readonly onShort: () => void;
}

/**
 * Asks the local visor how long it runs, again and again on one plain connection, while it has many others to carry:
 * whether it keeps up is then known from its own answers and not guessed from those of visors far away.
 */
export class LocalPulse {
  readonly #options: PulseOptions;
  #connection: VisorConnection | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  /** Begins to ask where that is not done already. */
  begin(): void {
    this.#cancel ??= this.#options.access.clock.after(EVERY_MS, () => void this.#beat());
  }

  /** Asks no more, and leaves nothing open. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#connection?.client.close();
    this.#connection = undefined;
  }

  async #beat(): Promise<void> {
    const { access, onShort } = this.#options;
    let isOver = false;
    const cancel = access.clock.after(LATE_MS, onShort);
    this.#cancel = () => {
      isOver = true;
      cancel();
    };
    const isHere = await this.#ask();
    if (isOver) return;
    cancel();
    if (!isHere) onShort();
    this.#cancel = undefined;
    this.begin();
  }

  /** Whether the local visor answered. */
  async #ask(): Promise<boolean> {
    const { access } = this.#options;
    let connection = this.#connection;
    try {
      connection ??= await connectVisor(access, LOCAL, false);
      this.#connection = connection;
      await connection.gate.ask(CALLS.Uptime, {}, connection.timeouts.firstReplyMs);
      return true;
    } catch (error) {
      connection?.client.close();
      this.#connection = undefined;
      if (hasCode(error, "rpc/") || hasCode(error, "net/")) return false;
      throw error;
    }
  }
}

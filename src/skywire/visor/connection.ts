// One connection to one visor, the places that connections are given in turn, and whether the local visor keeps up with many.
import {
  assert,
  type Clock,
  defined,
  type Dial,
  hasCode,
  type StreamAddress,
} from "../../core/index.ts";
import type { GobLimits } from "../gob/index.ts";
import { RpcClient } from "../rpc/index.ts";
import { CALLS } from "./methods.ts";
import { SendGate, type SentCall } from "./send-gate.ts";
import { encodePreamble, type VisorTarget } from "./target.ts";

// One connection to one visor, with the gate before it.

/** How long to wait, ms. */
export interface VisorTimeouts {
  /** For the TCP connection to the local visor. */
  readonly dialMs: number;
  /** For the first reply: a cold bridge has to be dialled first. */
  readonly firstReplyMs: number;
  /** For each later reply. */
  readonly callMs: number;
  /** How long the local visor itself waits for a far one; an end about then means that it gave up. */
  readonly bridgeDialMs: number;
}

/** The world, and the way into it. */
export interface VisorAccess {
  readonly dial: Dial;
  readonly clock: Clock;
  /** The RPC of the local visor. */
  readonly rpcAddress: StreamAddress;
  readonly timeouts?: Partial<VisorTimeouts>;
  readonly limits?: Partial<GobLimits>;
  /** Told of everything that is sent, before it is. */
  readonly onSend?: (call: SentCall) => void;
}

/** Source: skywire-rpc 2.2 and 9; visor-observed 0. */
export const DEFAULT_TIMEOUTS: VisorTimeouts = {
  dialMs: 5_000,
  firstReplyMs: 20_000,
  callMs: 30_000,
  bridgeDialMs: 15_000,
};

/** A connection to one visor, and the gate before it. */
export interface VisorConnection {
  readonly target: VisorTarget;
  readonly gate: SendGate;
  readonly client: RpcClient;
  readonly timeouts: VisorTimeouts;
  readonly clock: Clock;
}

/**
 * Opens a connection. Nothing is sent yet: a preamble leaves together with the first call.
 * @throws FleetError net/*
 */
export async function connectVisor(
  access: VisorAccess,
  target: VisorTarget,
  mayWrite: boolean,
): Promise<VisorConnection> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...access.timeouts };
  const { route, key } = target;
  assert(
    route.kind === "local" || key !== undefined,
    "a bridge needs the key of the visor it leads to",
  );
  const preamble =
    route.kind === "bridge" && key !== undefined ? encodePreamble(route, key) : undefined;
  const stream = await access.dial(access.rpcAddress, { timeoutMs: timeouts.dialMs });
  const client = new RpcClient(stream, {
    clock: access.clock,
    timeoutMs: timeouts.callMs,
    ...defined({ preamble, limits: access.limits }),
  });
  const gate = new SendGate(client, { target, mayWrite, onSend: access.onSend });
  return { target, gate, client, timeouts, clock: access.clock };
}

// Places that are given out in turn.

/** Gives a place back; calling it again does nothing. */
export type LeaveSlot = () => void;

/** A limited number of places that are taken in the order they were asked for; whoever may wait comes after all others. */
export class Slots {
  readonly #max: number;
  readonly #min: number;
  readonly #first: (() => void)[] = [];
  readonly #last: (() => void)[] = [];
  #limit: number;
  #used = 0;

  /** `max` places, from 1; never lowered below `min`. */
  constructor(max: number, min: number = max) {
    this.#max = max;
    this.#min = Math.min(min, max);
    this.#limit = max;
  }

  /** Places that are taken now. */
  get used(): number {
    return this.#used;
  }

  /** Places that may be taken now. */
  get limit(): number {
    return this.#limit;
  }

  /** Resolves once a place is taken. */
  async take(isLast = false): Promise<LeaveSlot> {
    await new Promise<void>((resolve) => {
      (isLast ? this.#last : this.#first).push(resolve);
      this.#admit();
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#used -= 1;
      this.#admit();
    };
  }

  /** Gives out fewer places from now on; those that are taken stay taken. */
  lower(limit: number): void {
    this.#limit = Math.max(this.#min, Math.min(this.#limit, limit));
  }

  /** Gives out one place more, up to the first limit. */
  raise(): void {
    if (this.#limit >= this.#max) return;
    this.#limit += 1;
    this.#admit();
  }

  #admit(): void {
    while (this.#used < this.#limit) {
      const next = this.#first.shift() ?? this.#last.shift();
      if (next === undefined) return;
      this.#used += 1;
      next();
    }
  }
}

// Tells whether the local visor keeps up while it carries many connections.

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
    const isHere = await this.#ask(() => isOver);
    if (isOver) return;
    cancel();
    if (!isHere) onShort();
    this.#cancel = undefined;
    this.begin();
  }

  /** Whether the local visor answered; a connection that comes when it is over is closed. */
  async #ask(isOver: () => boolean): Promise<boolean> {
    const { access } = this.#options;
    let connection = this.#connection;
    try {
      connection ??= await connectVisor(access, LOCAL, false);
      if (isOver()) {
        connection.client.close();
        return true;
      }
      this.#connection = connection;
      await connection.gate.ask(CALLS.Uptime, {}, connection.timeouts.firstReplyMs);
      return true;
    } catch (error) {
      connection?.client.close();
      if (this.#connection === connection) this.#connection = undefined;
      if (hasCode(error, "rpc/") || hasCode(error, "net/")) return false;
      throw error;
    }
  }
}

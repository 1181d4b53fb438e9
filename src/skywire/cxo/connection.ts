// One connection of a node: requests with their replies, and messages that come unasked.
import {
  type Clock,
  concatBytes,
  equalBytes,
  FleetError,
  hasCode,
  type Random,
  sha256,
  utf8,
} from "../../core/index.ts";
import type { Channel } from "./channel.ts";
import { type CxoMessage, decodeMessage, encodeMessage } from "./message.ts";
import {
  IDLE_LIMIT_MS,
  KEEP_ALIVE_MS,
  RESPONSE_TIMEOUT_MS,
  SEND_BACKLOG_LIMIT,
} from "./node-limits.ts";
import { publicKeyOf } from "./root.ts";

/** What a connection hands to its one listener; replies to requests of ours do not come here. */
export interface ConnectionListener {
  message(message: CxoMessage, seq: number): void;
  /** Comes exactly once and last. */
  closed(reason: FleetError): void;
}

/** What every connection of a node shares. */
export interface ConnectionOptions {
  /** The node's static Noise key, a secp256k1 secret. */
  readonly secret: Uint8Array;
  /** The name the node claims. Peers close the older of two connections with the same name. */
  readonly nodeId: Uint8Array;
  readonly clock: Clock;
  /** Gives each connection's ephemeral key. */
  readonly random: Random;
  readonly noiseTimeoutMs?: number;
  readonly responseTimeoutMs?: number;
}

interface Pending {
  readonly settle: (answer: CxoMessage | FleetError) => void;
}

const SEQ_RANGE = 0x1_0000_0000;

const MANY_TAG = utf8("skywire-fleet/many-requests\n");

/**
 * The name by which a node says that it answers many requests at a time: a key that follows from its
 * static public key. Go's nodes have other names, and nothing on the wire tells this one from theirs.
 */
export function manyTakerId(staticKey: Uint8Array): Uint8Array {
  return publicKeyOf(sha256(concatBytes(MANY_TAG, staticKey)));
}

/** One connection between two nodes: requests find their replies, everything else goes to the listener. */
export class Connection {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #early: { message: CxoMessage; seq: number }[] = [];
  #onFirst: ((error?: FleetError) => void) | undefined;
  #listener: ConnectionListener | undefined;
  #peerId: Uint8Array = new Uint8Array();
  #takesMany: boolean | undefined;
  #seq = 0;
  #reason: FleetError | undefined;
  /** Things that an end of ours waits for, and the end that waits. */
  #holds = 0;
  #ending: FleetError | undefined;
  #lastHeardMs: number;
  #cancelTick: () => void = () => undefined;

  constructor(channel: Channel, options: ConnectionOptions) {
    this.#channel = channel;
    this.#clock = options.clock;
    this.#timeoutMs = options.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
    this.#lastHeardMs = options.clock.now();
    channel.listen({
      packet: (packet) => this.#packet(packet),
      closed: (reason) => this.#closed(reason),
    });
  }

  /** The name the peer claims; nothing proves it. */
  get peerId(): Uint8Array {
    return this.#peerId;
  }

  /** The peer's static Noise key; the handshake proved it. */
  get remoteKey(): Uint8Array {
    return this.#channel.remoteKey;
  }

  /** True when the peer's name says that it is a node of ours, which answers many requests at a time. */
  get takesMany(): boolean {
    this.#takesMany ??= equalBytes(this.#peerId, manyTakerId(this.remoteKey));
    return this.#takesMany;
  }

  /** Why the connection is closed; `undefined` while it is open. */
  get reason(): FleetError | undefined {
    return this.#reason;
  }

  get backlogBytes(): number {
    return this.#channel.backlogBytes;
  }

  /** Called once; what arrived before is handed over. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    for (const { message, seq } of this.#early.splice(0)) listener.message(message, seq);
    const reason = this.#reason;
    if (reason !== undefined) listener.closed(reason);
  }

  /**
   * Sends a request and waits for its reply, which may be Err.
   * @throws FleetError cxo/timeout after the response time; cxo/* when the connection closes first
   */
  request(message: CxoMessage): Promise<CxoMessage> {
    const reason = this.#reason;
    if (reason !== undefined) return Promise.reject(reason);
    return new Promise((resolve, reject) => {
      const seq = this.send(message);
      const cancel = this.#clock.after(this.#timeoutMs, () => {
        this.#pending.delete(seq);
        reject(new FleetError("cxo/timeout", `no answer to ${message.type} in time`));
      });
      this.#pending.set(seq, {
        settle: (answer) => {
          cancel();
          this.#pending.delete(seq);
          if (answer instanceof FleetError) reject(answer);
          else resolve(answer);
        },
      });
    });
  }

  /** Sends a message that is no reply and returns its number. */
  send(message: CxoMessage): number {
    return this.reply(0, message);
  }

  /** Sends the reply to the peer's message of number `rseq`. */
  reply(rseq: number, message: CxoMessage): number {
    if (this.#channel.backlogBytes > SEND_BACKLOG_LIMIT)
      this.#channel.close(new FleetError("cxo/slow", "the peer does not read what it is sent"));
    this.#seq = (this.#seq + 1) % SEQ_RANGE;
    this.#channel.send(encodeMessage({ seq: this.#seq, rseq, message }));
    return this.#seq;
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  /** Ends the connection after what was sent has left, and after what it is held open for. */
  close(reason: FleetError): void {
    if (this.#holds > 0) this.#ending ??= reason;
    else this.#channel.close(reason);
  }

  /**
   * Puts off an end of ours while the peer is owed something. The peer's own end, and ours for what it does
   * wrong, are not put off.
   * @returns lets the end come; what was put off happens then
   */
  holdOpen(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#holds -= 1;
      isHeld = false;
      const ending = this.#ending;
      if (this.#holds === 0 && ending !== undefined) this.#channel.close(ending);
    };
  }

  /** The peer's first message; the handshake's concern. */
  async first(): Promise<{ message: CxoMessage; seq: number }> {
    const cancel = this.#clock.after(this.#timeoutMs, () =>
      this.close(new FleetError("cxo/timeout", "the peer did not greet in time")),
    );
    if (this.#early.length === 0 && this.#reason === undefined) {
      await new Promise<void>((resolve) => {
        this.#onFirst = () => resolve();
      });
    }
    cancel();
    const first = this.#early.shift();
    if (first !== undefined) return first;
    throw this.#reason ?? new FleetError("cxo/closed", "the peer closed the connection");
  }

  /** Ends the handshake: the peer has a name now, and is kept awake from now on. */
  welcome(peerId: Uint8Array): void {
    this.#peerId = peerId;
    if (this.takesMany) this.#channel.joinWrites();
    this.#tick();
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(KEEP_ALIVE_MS, () => {
      if (this.#reason !== undefined) return;
      if (this.#clock.now() - this.#lastHeardMs >= IDLE_LIMIT_MS) {
        this.#channel.close(new FleetError("cxo/idle", "nothing came from the peer for too long"));
        return;
      }
      // Any answer, Err included, is traffic on both sides. Go closes a connection on Ping.
      this.request({ type: "RqList" }).catch(() => undefined);
      this.#tick();
    });
  }

  #packet(packet: Uint8Array): void {
    this.#lastHeardMs = this.#clock.now();
    try {
      const { seq, rseq, message } = decodeMessage(packet);
      const pending = rseq === 0 ? undefined : this.#pending.get(rseq);
      if (pending !== undefined) {
        pending.settle(message);
      } else if (this.#listener === undefined) {
        this.#early.push({ message, seq });
        this.#onFirst?.();
      } else {
        this.#listener.message(message, seq);
      }
    } catch (error) {
      if (!hasCode(error, "cxo/")) throw error;
      this.#channel.close(error);
    }
  }

  #closed(reason: FleetError): void {
    this.#reason = reason;
    this.#cancelTick();
    for (const { settle } of this.#pending.values()) settle(reason);
    this.#onFirst?.();
    this.#listener?.closed(reason);
  }
}

// The local RPC port, which carries a connection on to another visor when it begins with a preamble.
import { type ByteStream, toHex } from "../../core/index.ts";
import type { DelayLine } from "./delay-line.ts";
import type { Cuttable, EmbeddedVisor } from "./embedded-visor.ts";
import { RelayedStream } from "./relayed-stream.ts";
import type { VisorServer } from "./serve-visor.ts";
import type { VisorInstance } from "./visor-instance.ts";

/** The preamble of the bridge. Source: rpc_bridge.go; PR #2815. */
const MAGIC = [0x53, 0x4b, 0x59, 0x42, 0x52, 0x49] as const;
const PREAMBLE_BYTES = 42;
const SCHEME_AT = 6;
const KEY_AT = 7;
const PORT_AT = 40;
const DMSG = 0;
const SKYNET = 1;
const PREAMBLE_WITHIN_MS = 5000;
/** How long a local visor tries to reach another one. Source: bridgeDialTimeout. */
const DIAL_TIMES_OUT_MS = 15_000;

/** What the way from one visor to another costs. */
export interface BridgeTiming {
  /** Half a round trip; `undefined` is none at all. */
  readonly line: DelayLine | undefined;
  readonly rttMs: number;
  /** Delays direct calls to local visors as well. */
  readonly delayLocal: boolean;
}

/** The local RPC port of one visor: takes connections for it, and carries others on to where they say. */
export class LocalPort {
  readonly #visor: EmbeddedVisor;
  readonly #server: VisorServer;
  readonly #timing: BridgeTiming;
  #directConnections = 0;

  constructor(visor: EmbeddedVisor, server: VisorServer, timing: BridgeTiming) {
    this.#visor = visor;
    this.#server = server;
    this.#timing = timing;
  }

  accept(stream: ByteStream): void {
    if (!this.#visor.isUp) {
      stream.destroy();
      return;
    }
    const relayed = new RelayedStream(stream);
    if (this.#visor.profile.bridge.value) this.#sniff(stream, relayed);
    else {
      passOn(stream, relayed);
      this.#serveDirect(stream, relayed);
    }
  }

  /** Looks at the first bytes: the preamble of the bridge, or a call. */
  #sniff(stream: ByteStream, relayed: RelayedStream): void {
    let head: Uint8Array = new Uint8Array(0);
    let isDecided = false;
    let cancelTimeout: (() => void) | undefined;
    const decide = (): void => {
      isDecided = true;
      cancelTimeout?.();
    };
    stream.listen({
      data: (chunk) => {
        if (isDecided) {
          relayed.arrive(chunk);
          return;
        }
        head = head.length === 0 ? chunk : joined(head, chunk);
        if (!startsLikePreamble(head)) {
          decide();
          relayed.arrive(head);
          this.#serveDirect(stream, relayed);
        } else if (head.length >= PREAMBLE_BYTES) {
          decide();
          if (head.length > PREAMBLE_BYTES) relayed.arrive(head.subarray(PREAMBLE_BYTES));
          this.#bridge(head.subarray(0, PREAMBLE_BYTES), stream, relayed);
        } else {
          cancelTimeout ??= this.#visor.world.clock.after(PREAMBLE_WITHIN_MS, () =>
            stream.destroy(),
          );
        }
      },
      end: () => {
        if (isDecided) relayed.arriveEnd();
        else stream.destroy();
      },
      closed: (error) => {
        cancelTimeout?.();
        relayed.arriveClosed(error);
      },
    });
  }

  #serveDirect(stream: ByteStream, relayed: RelayedStream): void {
    const { profile, instance, world } = this.#visor;
    const most = profile.connectionsMax.value;
    if (most > 0 && this.#directConnections >= most) {
      stream.destroy();
      return;
    }
    this.#directConnections += 1;
    const lifeMs = profile.connectionLifeMs.value;
    const cancel = lifeMs > 0 ? world.clock.after(lifeMs, () => stream.destroy()) : undefined;
    if (this.#timing.delayLocal && this.#timing.line !== undefined)
      relayed.delayBy(this.#timing.line);
    relayed.onClosed = () => {
      this.#directConnections -= 1;
      cancel?.();
    };
    this.#server.serve(instance, relayed);
  }

  #bridge(preamble: Uint8Array, stream: ByteStream, relayed: RelayedStream): void {
    const { world } = this.#visor;
    const cuttable: Cuttable = { cut: () => stream.destroy() };
    this.#visor.connections.add(cuttable);
    relayed.onClosed = () => this.#visor.connections.delete(cuttable);
    const found = dial(this.#visor, preamble);
    if (typeof found === "object") {
      if (this.#timing.line !== undefined) relayed.delayBy(this.#timing.line);
      this.#server.serve(found, relayed);
      return;
    }
    const waitMs = found === "no answer" ? DIAL_TIMES_OUT_MS * world.timeScale : this.#timing.rttMs;
    const cancel = world.clock.after(waitMs, () => stream.destroy());
    relayed.onClosed = () => {
      cancel();
      this.#visor.connections.delete(cuttable);
    };
  }
}

/**
 * Where a preamble leads: the run of a visor that lets us in, a refusal (the stream just ends), or no answer until
 * the dialling visor gives up. The client is never told which.
 */
function dial(from: EmbeddedVisor, preamble: Uint8Array): VisorInstance | "refused" | "no answer" {
  const scheme = preamble[SCHEME_AT];
  if (scheme !== DMSG && scheme !== SKYNET) return "refused";
  if (!from.instance.isDmsgReady || from.instance.isEarly || from.state === "suspended")
    return "refused";
  const port = (preamble[PORT_AT] ?? 0) + (preamble[PORT_AT + 1] ?? 0) * 256;
  const target = from.world.visorOf(toHex(preamble.subarray(KEY_AT, PORT_AT)));
  // A suspended visor is gone from the discovery.
  if (target === undefined || target.state === "suspended") return "refused";
  if (!target.isUp || !target.instance.isDmsgReady) return "no answer";
  const { instance, profile } = target;
  const servedPort = profile.rpcPort.value;
  if (servedPort === 0 || (scheme === DMSG && port !== servedPort)) return "refused";
  const listens = instance.listensOnDmsg || (scheme === SKYNET && profile.skynetAlwaysServed.value);
  if (!listens) return "refused";
  if (instance.letsIn(from.key)) return instance;
  if (scheme === SKYNET && profile.recordsRefused.value) recordRefused(instance, from.key);
  return "refused";
}

function recordRefused(instance: VisorInstance, key: string): void {
  const nowMs = instance.visor.world.clock.now();
  const known = instance.pending.get(key);
  instance.pending.set(key, { firstSeenMs: known?.firstSeenMs ?? nowMs, lastSeenMs: nowMs });
}

function startsLikePreamble(head: Uint8Array): boolean {
  return MAGIC.every((byte, index) => index >= head.length || head[index] === byte);
}

function passOn(stream: ByteStream, relayed: RelayedStream): void {
  stream.listen({
    data: (chunk) => relayed.arrive(chunk),
    end: () => relayed.arriveEnd(),
    closed: (error) => relayed.arriveClosed(error),
  });
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

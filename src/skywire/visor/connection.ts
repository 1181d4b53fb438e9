// One connection to one visor, with the gate before it.
import { assert, type Clock, defined, type Dial, type StreamAddress } from "../../core/index.ts";
import type { GobLimits } from "../gob/index.ts";
import { RpcClient } from "../rpc/index.ts";
import { type SentCall, SendGate } from "./send-gate.ts";
import { encodePreamble, type VisorTarget } from "./target.ts";

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

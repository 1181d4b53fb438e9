// One connection to one relay, opened, used and closed again.
import {
  type Clock,
  defined,
  type Dial,
  FleetError,
  hasCode,
  type Random,
  type StreamAddress,
} from "../core/index.ts";
import {
  type Connection,
  CxoNode,
  manyTakerId,
  type ObjectStore,
  publicKeyOf,
  secretKeyFault,
} from "../skywire/cxo/index.ts";
import { DIAL_TIMEOUT_MS } from "./relay-limits.ts";

/** How a relay is reached. */
export interface RelayWorld {
  readonly dial: Dial;
  readonly clock: Clock;
  /** Gives each connection a key and a name of its own, so that no two close each other. */
  readonly random: Random;
  readonly dialTimeoutMs?: number;
  /** How long one answer may take; Go's limit when not given. */
  readonly responseTimeoutMs?: number;
  /** Whether to tell the relay that we answer many requests at a time; true when not given. */
  readonly answersMany?: boolean;
}

/** A connection to one relay, by a node of its own. */
export interface OpenRelay {
  readonly node: CxoNode;
  readonly connection: Connection;
  /** How the relay is called in errors; whoever prints them says its address. */
  readonly name: string;
  close(): void;
}

/**
 * Connects to a relay with a name and key that nobody has used before.
 * @param serving what the relay may ask for; nothing when not given
 * @throws FleetError relay/unreachable when nobody answers; relay/refused when the relay says no
 */
export async function openRelay(
  address: StreamAddress,
  world: RelayWorld,
  serving: ObjectStore = NOTHING,
): Promise<OpenRelay> {
  const name = "the relay";
  const secret = freshSecret(world.random);
  const { responseTimeoutMs } = world;
  const node = new CxoNode({
    secret,
    nodeId: world.answersMany === false ? publicKeyOf(secret) : manyTakerId(publicKeyOf(secret)),
    store: serving,
    takesRoots: false,
    clock: world.clock,
    random: world.random,
    ...defined({ responseTimeoutMs }),
  });
  try {
    const connection = await node.dial(world.dial, address, world.dialTimeoutMs ?? DIAL_TIMEOUT_MS);
    return { node, connection, name, close: () => node.close() };
  } catch (cause) {
    node.close();
    if (hasCode(cause, "cxo/refused"))
      throw new FleetError("relay/refused", `${name} refuses the connection`, { cause });
    throw new FleetError("relay/unreachable", `${name} cannot be reached`, {
      cause,
      next: "look whether the relay runs and the address is right",
    });
  }
}

/** A fresh secret key. */
export function freshSecret(random: Random): Uint8Array {
  for (;;) {
    const secret = random(32);
    if (secretKeyFault(secret) === undefined) return secret;
  }
}

/** Host and port as people write them. */
export function formatAddress({ host, port }: StreamAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const NOTHING: ObjectStore = {
  has: () => Promise.resolve(false),
  get: () => Promise.resolve(undefined),
  put: () => Promise.reject(new FleetError("relay/refused", "a reader takes no objects")),
};

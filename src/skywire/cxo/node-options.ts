// What a node is made of, and the rules in which releases of the Go node differ.
import type { Clock, Random } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import type { SignedRoot } from "./feed-table.ts";
import type { ObjectStore } from "./fill-root.ts";
import type { RootEvents } from "./root-intake.ts";

/** Where releases of the Go node differ; {@link NODE_RULES} are those of 2026 daemons. */
export interface NodeRules {
  /** A second connection with the name of a live one: the older is closed, or the newer refused. */
  readonly sameName: "close-older" | "refuse-newer";
  /** Ping and RqPeers: answered, or fatal as in Go. */
  readonly oddRequests: "answer" | "close";
}

/** The rules a node follows unless told otherwise. */
export const NODE_RULES: NodeRules = { sameName: "close-older", oddRequests: "answer" };

/** What a node is made of. */
export interface CxoNodeOptions {
  /** The node's static Noise key, a secp256k1 secret. */
  readonly secret: Uint8Array;
  /** The name the node claims; the public key of `secret` when not given. */
  readonly nodeId?: Uint8Array;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly events?: RootEvents;
  /** Whether a feed is shared because a peer asks for it; never when not given. */
  readonly acceptsFeed?: (feed: Uint8Array, peer: Connection) => boolean;
  /** Tells anybody which feeds it shares. */
  readonly isPublic?: boolean;
  /** Whether Roots that peers send are filled; true when not given. A publisher alone needs none. */
  readonly takesRoots?: boolean;
  readonly rules?: NodeRules;
  readonly responseTimeoutMs?: number;
  readonly noiseTimeoutMs?: number;
  readonly fillTimeoutMs?: number;
  /** Objects asked for at a time of a peer that takes many ({@link manyTakerId}); others are asked one at a time. */
  readonly inFlight?: number;
  /** Where the objects of a Root that is filled go; `store` when not given. What is put there `store` must give. */
  readonly storeFor?: (signed: SignedRoot) => ObjectStore;
  /** Keeps a Root whose objects are all there, before it is shown to anybody; when it throws, the Root is refused. */
  readonly keep?: (signed: SignedRoot) => Promise<void>;
}

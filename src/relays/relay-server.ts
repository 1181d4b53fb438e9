// A relay of our own: a node that takes feeds, keeps them and gives them to whoever asks.
import {
  type ByteStream,
  type Clock,
  FleetError,
  hasCode,
  type Listen,
  onAbort,
  type Random,
  type StreamAddress,
  toHex,
} from "../core/index.ts";
import {
  CxoNode,
  fillRoot,
  manyTakerId,
  proveRoot,
  publicKeyOf,
  type SentRoot,
  type SignedRoot,
} from "../skywire/cxo/index.ts";
import { freshSecret } from "./open-relay.ts";
import { type RelayQuota, withinQuota } from "./quota.ts";
import { RELAY_FILL_TIMEOUT_MS, RELAY_IN_FLIGHT } from "./relay-limits.ts";
import type { RelayStore } from "./relay-store.ts";

/** What happens at a relay. Feeds are hex keys. */
export type RelayEvent =
  | { readonly kind: "listening"; readonly address: StreamAddress }
  /** A Root that was kept before, shown again since the start. */
  | { readonly kind: "restored"; readonly feed: string; readonly seq: bigint }
  /** A Root that is not shown: damage took some of what lies below it, and it must be published again. */
  | {
      readonly kind: "damaged";
      readonly feed: string;
      readonly seq: bigint;
      readonly error: FleetError;
    }
  | { readonly kind: "connected"; readonly peer: string }
  | { readonly kind: "disconnected"; readonly peer: string; readonly error: FleetError }
  /** Everything below the Root is durable, and the Root is shown from now on. */
  | {
      readonly kind: "held";
      readonly feed: string;
      readonly seq: bigint;
      readonly rootHash: Uint8Array;
      readonly usedBytes: number;
    }
  | { readonly kind: "refused"; readonly feed: string; readonly error: FleetError }
  | { readonly kind: "feed-refused"; readonly feed: string; readonly peer: string };

/** What a relay is made of. */
export interface RelayServerOptions {
  readonly listen: Listen;
  readonly address: StreamAddress;
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Keys of the feeds it takes; any feed when it is open. */
  readonly feeds: readonly Uint8Array[] | "open";
  readonly quota: RelayQuota;
  readonly onEvent?: (event: RelayEvent) => void;
  /** Stops the relay; what it holds is durable already. */
  readonly signal: AbortSignal;
  readonly fillTimeoutMs?: number;
  /** Objects asked for at a time of a publisher that takes many; 128 when not given. */
  readonly inFlight?: number;
}

/** A relay that runs. */
export interface RelayServer {
  /** Where it listens, with the port the system chose. */
  readonly address: StreamAddress;
  /** Resolves when the relay has stopped and its port is free. */
  readonly stopped: Promise<void>;
}

/** After these nothing more comes of the connection: its peer would wait for nothing. */
const CLOSES = ["relay/quota", "cxo/store", "files/"];

/**
 * Starts a relay: a CXO node that takes the Roots of the feeds it is told, keeps them and what lies
 * below, and gives them to anybody who asks. A Root is shown only when all of it is durable.
 * What is refused (a feed that is not on the list, a Root that is wrong or too much) is an event; when
 * the quota or the disk is full, the connection is closed as well, so that the publisher need not wait.
 * @throws FleetError net/failed when the address cannot be had; what the store throws when it is read
 */
export async function startRelay(options: RelayServerOptions): Promise<RelayServer> {
  const { store, quota, feeds } = options;
  const tell = options.onEvent ?? ((): void => undefined);
  const allowed = feeds === "open" ? undefined : new Set(feeds.map(toHex));
  const secret = freshSecret(options.random);
  const node = new CxoNode({
    secret,
    nodeId: manyTakerId(publicKeyOf(secret)),
    store: { has: (hash) => store.has(hash), get: (hash) => store.get(hash), put: noPut },
    clock: options.clock,
    random: options.random,
    inFlight: options.inFlight ?? RELAY_IN_FLIGHT,
    fillTimeoutMs: options.fillTimeoutMs ?? RELAY_FILL_TIMEOUT_MS,
    isPublic: true,
    acceptsFeed: (feed, peer) => {
      const isWelcome = allowed === undefined || allowed.has(toHex(feed));
      if (!isWelcome)
        tell({ kind: "feed-refused", feed: toHex(feed), peer: toHex(peer.remoteKey) });
      return isWelcome;
    },
    storeFor: ({ root }) => withinQuota(store, root.pub, quota),
    keep: ({ sent }) => store.keepRoot(sent),
    events: {
      filled: (signed) => tell(heldEvent(signed, store)),
      refused: (error, { feed }, from) => {
        tell({ kind: "refused", feed: toHex(feed), error });
        if (CLOSES.some((code) => hasCode(error, code))) from.close(error);
      },
    },
  });
  for (const { sent, isProven } of await store.lastRoots()) {
    const feed = toHex(sent.feed);
    if (allowed !== undefined && !allowed.has(feed)) continue;
    const error = isProven ? undefined : await missingBelow(sent, store);
    if (error === undefined) node.hold(sent);
    tell(
      error === undefined
        ? { kind: "restored", feed, seq: sent.seq }
        : { kind: "damaged", feed, seq: sent.seq, error },
    );
  }
  for (const feed of feeds === "open" ? [] : feeds) node.share(feed);
  return listenFor(node, options, tell);
}

async function listenFor(
  node: CxoNode,
  { listen, address, signal }: RelayServerOptions,
  tell: (event: RelayEvent) => void,
): Promise<RelayServer> {
  const onStream = (stream: ByteStream): void => {
    node
      .accept(stream, ({ remoteKey }, error) =>
        tell({ kind: "disconnected", peer: toHex(remoteKey), error }),
      )
      .then(({ remoteKey }) => tell({ kind: "connected", peer: toHex(remoteKey) }))
      // A peer that does not finish the handshake has not come at all.
      .catch(() => undefined);
  };
  const server = await listen(onStream, address);
  tell({ kind: "listening", address: server.address });
  const stopped = new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      node.close();
      server.close().then(resolve, reject);
    };
    onAbort(signal, stop);
  });
  return { address: server.address, stopped };
}

// Filling from what is there proves it, object by object.
async function missingBelow(sent: SentRoot, store: RelayStore): Promise<FleetError | undefined> {
  try {
    await fillRoot(proveRoot(sent).root, {
      store: store.fill(sent.feed),
      request: (hash) =>
        Promise.reject(
          new FleetError("relay/damaged", `object ${toHex(hash)} was lost to damage`, {
            next: "publish the feed to this relay again",
          }),
        ),
    });
    return undefined;
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}

function heldEvent({ root }: SignedRoot, store: RelayStore): RelayEvent {
  return {
    kind: "held",
    feed: toHex(root.pub),
    seq: root.seq,
    rootHash: root.hash,
    usedBytes: store.usedBytes(root.pub),
  };
}

function noPut(): Promise<void> {
  return Promise.reject(new Error("a relay's objects go to the store of their filling"));
}

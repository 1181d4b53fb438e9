import type { StreamAddress } from "../../src/core/index.ts";
import {
  publishFeed,
  type PublishOptions,
  type PublishOutcome,
  type RelayEvent,
  type RelayFact,
  type RelayMemory,
  type RelayServerOptions,
  type RelayStore,
  startRelay,
} from "../../src/relays/index.ts";
import { realClock } from "./clocks.ts";
import type { FragileRelay } from "./fragile-relay.ts";
import type { LogFeed } from "./log-feed.ts";
import { ANYWHERE, MemoryNetwork, random } from "./memory-network.ts";
import { MemoryRelayStore } from "./memory-relay-store.ts";

/** A relay of ours that runs in memory. */
export interface RunningRelay {
  readonly address: StreamAddress;
  readonly store: RelayStore;
  readonly events: RelayEvent[];
  stop(): Promise<void>;
}

/** What is known of a relay, in memory, with every fact that was kept. */
export class TestMemory implements RelayMemory {
  whole: RelayMemory["whole"];
  awaitsRegistry = false;
  readonly facts: RelayFact[] = [];

  keep(fact: RelayFact): Promise<void> {
    this.facts.push(fact);
    if (fact.kind === "whole") this.whole = fact.root;
    if (fact.kind === "forgot") this.whole = undefined;
    if (fact.kind === "first-push") this.awaitsRegistry = true;
    if (fact.kind === "has-registry") this.awaitsRegistry = false;
    return Promise.resolve();
  }
}

const UNBOUNDED = { feedBytesMax: 2 ** 40, totalBytesMax: 2 ** 40 };

/** Relays and publishers joined by streams in memory. */
export class RelayTestWorld {
  readonly network: MemoryNetwork;
  readonly #running: RunningRelay[] = [];

  constructor(network = new MemoryNetwork()) {
    this.network = network;
  }

  async relay(options: Partial<RelayServerOptions> = {}): Promise<RunningRelay> {
    const events: RelayEvent[] = [];
    const abort = new AbortController();
    const store = options.store ?? new MemoryRelayStore();
    const server = await startRelay({
      listen: this.network.listen,
      address: ANYWHERE,
      clock: realClock,
      random,
      feeds: "open",
      quota: UNBOUNDED,
      onEvent: (event) => events.push(event),
      signal: abort.signal,
      ...options,
      store,
    });
    const stop = (): Promise<void> => {
      abort.abort(new Error("the test is over"));
      return server.stopped;
    };
    const running = { address: server.address, store, events, stop };
    this.#running.push(running);
    return running;
  }

  /** An address where a fragile relay listens. */
  async fragile(relay: FragileRelay): Promise<StreamAddress> {
    const { address } = await this.network.listen((stream) => {
      relay.accept(stream).catch(() => undefined);
    }, ANYWHERE);
    return address;
  }

  publish(
    log: LogFeed,
    address: StreamAddress,
    options: Partial<PublishOptions> = {},
  ): Promise<PublishOutcome> {
    return publishFeed({
      dial: this.network.dial,
      clock: realClock,
      random,
      address,
      root: log.last,
      store: log.store,
      rootHashAt: log.rootHashAt,
      rootUpTo: log.rootUpTo,
      entriesOf: log.entriesOf,
      ...options,
    });
  }

  async close(): Promise<void> {
    for (const relay of this.#running.splice(0)) await relay.stop();
  }
}

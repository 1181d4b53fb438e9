import {
  type ByteStream,
  type Clock,
  defined,
  type Dial,
  equalBytes,
  FleetError,
  type Random,
  sleep,
  type StreamAddress,
} from "../../core/index.ts";
import { accept, connect, type Connection, type ConnectionOptions } from "./connection.ts";
import { type Feed, FeedTable, headOf, lastRootOf, type SignedRoot } from "./feed-table.ts";
import type { ObjectStore } from "./fill-root.ts";
import type { CxoMessage, SentRoot } from "./message.ts";
import {
  CONNECTIONS_MAX,
  FEEDS_MAX,
  FILL_TIMEOUT_MS,
  OPEN_ANSWERS_MAX,
  RESPONSE_TIMEOUT_MS,
  SEND_BACKLOG_MAX,
  SEND_STALL_MS,
} from "./node-limits.ts";
import { ObjectWaiters } from "./object-waiters.ts";
import { isBlank } from "./refs.ts";
import { proveRoot, type RootEvents, RootIntake } from "./root-intake.ts";
import { publicKeyOf } from "./signature.ts";

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

const BACKLOG_LOOK_MS = 10;

/** A CXO node: shares feeds, takes Roots and their objects from peers, and serves them to peers. */
export class CxoNode {
  readonly #options: CxoNodeOptions;
  readonly #connecting: ConnectionOptions;
  readonly #rules: NodeRules;
  readonly #feeds = new FeedTable();
  readonly #connections = new Set<Connection>();
  readonly #waiters: ObjectWaiters;
  readonly #intake: RootIntake;
  readonly #openAnswers = new WeakMap<Connection, number>();
  readonly #onAsked = new WeakMap<Connection, (key: Uint8Array) => void>();
  #opening = 0;
  #isClosed = false;

  constructor(options: CxoNodeOptions) {
    this.#options = options;
    this.#rules = options.rules ?? NODE_RULES;
    const { secret, clock, random, noiseTimeoutMs, responseTimeoutMs } = options;
    this.#connecting = {
      secret,
      nodeId: options.nodeId ?? publicKeyOf(secret),
      clock,
      random,
      ...defined({ noiseTimeoutMs, responseTimeoutMs }),
    };
    this.#waiters = new ObjectWaiters(clock);
    this.#intake = new RootIntake({
      storeFor: (signed) => this.#watched(options.storeFor?.(signed) ?? options.store),
      keep: options.keep,
      clock,
      fillTimeoutMs: options.fillTimeoutMs ?? FILL_TIMEOUT_MS,
      inFlight: options.inFlight ?? 1,
      events: options.events ?? {},
    });
  }

  /** Connections whose handshake is done. */
  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  /** Shares a feed from now on: peers may subscribe to it and bring its Roots. */
  share(feed: Uint8Array): void {
    this.#feeds.add(feed);
  }

  /**
   * Makes a Root the last one of its head, if it is newer: one of our own, or one kept from before.
   * Everything below it must be in the store. Subscribers are told nothing.
   * @throws FleetError cxo/signature, cxo/root, cxo/truncated, cxo/trailing
   */
  hold(sent: SentRoot): SignedRoot {
    const signed = proveRoot(sent);
    const head = headOf(this.#feeds.add(sent.feed), sent.nonce);
    if (head.last === undefined || head.last.root.seq < signed.root.seq) head.last = signed;
    return signed;
  }

  /** The last full Root of a feed's active head. */
  lastRoot(feed: Uint8Array): SignedRoot | undefined {
    const known = this.#feeds.get(feed);
    return known === undefined ? undefined : lastRootOf(known);
  }

  /**
   * Takes a stream that a peer dialed.
   * @param onClosed hears once why the connection ended, when it had been opened
   * @throws FleetError cxo/* when the handshake fails; the stream is closed then
   */
  accept(
    stream: ByteStream,
    onClosed?: (connection: Connection, reason: FleetError) => void,
  ): Promise<Connection> {
    return this.#open(
      stream,
      () => accept(stream, this.#connecting, (nodeId) => this.#refusal(nodeId)),
      onClosed,
    );
  }

  /**
   * Opens a connection on a stream we dialed.
   * @throws FleetError cxo/* when the handshake fails or the peer refuses; the stream is closed then
   */
  connect(stream: ByteStream): Promise<Connection> {
    return this.#open(stream, () => connect(stream, this.#connecting));
  }

  /**
   * Dials a node and opens a connection.
   * @throws FleetError net/*, cxo/*
   */
  async dial(dial: Dial, address: StreamAddress, timeoutMs: number): Promise<Connection> {
    return this.connect(await dial(address, { timeoutMs }));
  }

  /**
   * Subscribes a feed at a peer; both sides then send each other their last Root and every new one.
   * @throws FleetError cxo/refused with the peer's words; cxo/timeout, cxo/closed
   */
  async subscribe(connection: Connection, feed: Uint8Array): Promise<void> {
    const shared = this.#feeds.add(feed);
    // The peer's last Root may come in the same bytes as its Ok.
    shared.subscribers.add(connection);
    const answer = await connection.request({ type: "Sub", feed });
    if (answer.type !== "Ok") {
      shared.subscribers.delete(connection);
      const words = answer.type === "Err" ? answer.text : answer.type;
      throw new FleetError("cxo/refused", `the node refused the subscription: ${words}`);
    }
    this.#pushLast(shared, connection);
  }

  /** Hears of each object that the peer asks for on a connection, before it is answered. One hears at a time. */
  whenAsked(connection: Connection, hear: (key: Uint8Array) => void): void {
    this.#onAsked.set(connection, hear);
  }

  /** Ends a subscription on both sides; the peer does not answer. */
  unsubscribe(connection: Connection, feed: Uint8Array): void {
    this.#feeds.get(feed)?.subscribers.delete(connection);
    connection.send({ type: "Unsub", feed });
  }

  /** Closes every connection. */
  close(): void {
    this.#isClosed = true;
    this.#waiters.stop();
    for (const connection of this.#connections)
      connection.close(new FleetError("cxo/closed", "this node was closed"));
  }

  async #open(
    stream: ByteStream,
    open: () => Promise<Connection>,
    onClosed?: (connection: Connection, reason: FleetError) => void,
  ): Promise<Connection> {
    if (this.#isClosed || this.#opening + this.#connections.size >= CONNECTIONS_MAX) {
      stream.destroy();
      throw new FleetError("cxo/limit", "the node takes no more connections");
    }
    this.#opening += 1;
    try {
      const connection = await open();
      this.#connections.add(connection);
      connection.listen({
        message: (message, seq) => this.#message(connection, message, seq),
        closed: (reason) => {
          this.#connections.delete(connection);
          this.#feeds.forget(connection);
          onClosed?.(connection, reason);
        },
      });
      return connection;
    } finally {
      this.#opening -= 1;
    }
  }

  #refusal(nodeId: Uint8Array): string | undefined {
    const older = [...this.#connections].find(({ peerId }) => equalBytes(peerId, nodeId));
    if (older === undefined) return undefined;
    if (this.#rules.sameName === "refuse-newer") return "already have connection";
    older.close(new FleetError("cxo/replaced", "the peer opened another connection"));
    return undefined;
  }

  #message(connection: Connection, message: CxoMessage, seq: number): void {
    switch (message.type) {
      case "Sub":
        return this.#sub(connection, message.feed, seq);
      case "Unsub":
        if (isBlank(message.feed)) return fatal(connection, "a blank feed was unsubscribed");
        this.#feeds.get(message.feed)?.subscribers.delete(connection);
        return;
      case "Root": {
        const feed = this.#feeds.get(message.feed);
        if (feed !== undefined && this.#options.takesRoots !== false)
          this.#intake.take(message, feed, connection);
        return;
      }
      case "RqObject":
        return this.#serve(connection, message.key, seq);
      case "RqPreview":
        connection.reply(seq, this.#preview(message.feed));
        return;
      case "RqList":
        connection.reply(
          seq,
          this.#options.isPublic === true
            ? { type: "List", feeds: this.#feeds.keys() }
            : { type: "Err", text: "not a public server" },
        );
        return;
      case "RqPeers":
        connection.reply(seq, { type: "Err", text: "not in swarm" });
        return this.#odd(connection, "RqPeers");
      case "Ping":
        if (this.#rules.oddRequests === "answer") connection.reply(seq, { type: "Pong" });
        return this.#odd(connection, "Ping");
      case "Syn":
      case "Ack":
      case "Pong":
        return fatal(connection, `${message.type} is out of place`);
      default:
        // Late answers are nobody's.
        return;
    }
  }

  #odd(connection: Connection, type: string): void {
    if (this.#rules.oddRequests === "close") fatal(connection, `${type} is out of place`);
  }

  #sub(connection: Connection, key: Uint8Array, seq: number): void {
    if (isBlank(key)) return fatal(connection, "a blank feed was subscribed");
    const isShared =
      this.#feeds.get(key) !== undefined ||
      (this.#feeds.keys().length < FEEDS_MAX &&
        this.#options.acceptsFeed?.(key, connection) === true);
    if (!isShared) {
      connection.reply(seq, { type: "Err", text: "do not share the feed" });
      return;
    }
    const feed = this.#feeds.add(key);
    feed.subscribers.add(connection);
    connection.reply(seq, { type: "Ok" });
    this.#pushLast(feed, connection);
  }

  #pushLast(feed: Feed, connection: Connection): void {
    const last = lastRootOf(feed);
    if (last !== undefined) connection.send({ type: "Root", ...last.sent });
  }

  #preview(key: Uint8Array): CxoMessage {
    const feed = this.#feeds.get(key);
    if (feed === undefined) return { type: "Err", text: "no such feed" };
    const last = lastRootOf(feed);
    return last === undefined
      ? { type: "Err", text: "no such head" }
      : { type: "Root", ...last.sent };
  }

  #serve(connection: Connection, key: Uint8Array, seq: number): void {
    const open = (this.#openAnswers.get(connection) ?? 0) + 1;
    this.#openAnswers.set(connection, open);
    this.#onAsked.get(connection)?.(key);
    if (open === OPEN_ANSWERS_MAX) connection.pause();
    this.#answerObject(connection, key, seq)
      .catch((error: unknown) => {
        const cause = error instanceof Error ? { cause: error } : {};
        connection.close(new FleetError("cxo/store", "the store could not serve an object", cause));
      })
      .finally(() => {
        const left = (this.#openAnswers.get(connection) ?? 1) - 1;
        this.#openAnswers.set(connection, left);
        if (left === OPEN_ANSWERS_MAX - 1) connection.resume();
      })
      .catch(() => undefined);
  }

  async #answerObject(connection: Connection, key: Uint8Array, seq: number): Promise<void> {
    const timeoutMs = this.#options.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
    const value = (await this.#options.store.get(key)) ?? (await this.#awaited(key, timeoutMs));
    if (connection.reason !== undefined) return;
    if (connection.backlogBytes > SEND_BACKLOG_MAX) await this.#drained(connection);
    connection.reply(
      seq,
      value === undefined ? { type: "Err", text: "" } : { type: "Object", value },
    );
  }

  async #awaited(key: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    const waiting = this.#waiters.wait(key, timeoutMs);
    // It may have come between the look and the waiting.
    const late = await this.#options.store.get(key);
    if (late !== undefined) this.#waiters.arrived(key, late);
    return waiting;
  }

  async #drained(connection: Connection): Promise<void> {
    const { clock } = this.#options;
    let least = connection.backlogBytes;
    let sinceMs = clock.now();
    while (connection.reason === undefined && connection.backlogBytes > SEND_BACKLOG_MAX) {
      await sleep(clock, BACKLOG_LOOK_MS);
      if (connection.backlogBytes < least) {
        least = connection.backlogBytes;
        sinceMs = clock.now();
      } else if (clock.now() - sinceMs > SEND_STALL_MS) {
        return connection.close(
          new FleetError("cxo/slow", "the peer does not read what it asked for"),
        );
      }
    }
  }

  #watched(store: ObjectStore): ObjectStore {
    return {
      has: (hash) => store.has(hash),
      get: (hash) => store.get(hash),
      put: async (object) => {
        await store.put(object);
        this.#waiters.arrived(object.hash, object.bytes);
      },
    };
  }
}

/** What a peer showed last; one that is waited for shows the same Root again and again. */
const proved = new WeakMap<Connection, SignedRoot>();

/**
 * Asks a peer for its last full Root of a feed. Works without subscribing.
 * @returns `undefined` when the peer has none
 * @throws FleetError cxo/signature, cxo/root when what it shows is no Root of the feed; cxo/answer, cxo/timeout, cxo/closed
 */
export async function previewFeed(
  connection: Connection,
  feed: Uint8Array,
): Promise<SignedRoot | undefined> {
  const answer = await connection.request({ type: "RqPreview", feed });
  if (answer.type === "Err") return undefined;
  if (answer.type !== "Root")
    throw new FleetError("cxo/answer", `the peer answered RqPreview with ${answer.type}`);
  if (!equalBytes(answer.feed, feed))
    throw new FleetError("cxo/root", "the peer showed a Root of another feed");
  const known = proved.get(connection);
  if (known !== undefined && isSameMessage(known.sent, answer)) return known;
  const signed = proveRoot(answer);
  proved.set(connection, signed);
  return signed;
}

function isSameMessage(left: SentRoot, right: SentRoot): boolean {
  return (
    equalBytes(left.feed, right.feed) &&
    left.nonce === right.nonce &&
    left.seq === right.seq &&
    equalBytes(left.value, right.value) &&
    equalBytes(left.signature, right.signature)
  );
}

function fatal(connection: Connection, why: string): void {
  connection.close(new FleetError("cxo/message", why));
}

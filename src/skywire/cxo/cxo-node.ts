// A node: connections to others, feeds that it shares, and objects that it gives.
import {
  type ByteStream,
  defined,
  type Dial,
  equalBytes,
  FleetError,
  type StreamAddress,
} from "../../core/index.ts";
import type { Connection, ConnectionOptions } from "./connection.ts";
import { type Feed, FeedTable, headOf, lastRootOf, type SignedRoot } from "./feed-table.ts";
import { acceptPeer, connect } from "./greeting.ts";
import type { CxoMessage, SentRoot } from "./message.ts";
import { CONNECTIONS_MAX, FEEDS_MAX, FILL_TIMEOUT_MS, RESPONSE_TIMEOUT_MS } from "./node-limits.ts";
import { type CxoNodeOptions, NODE_RULES, type NodeRules } from "./node-options.ts";
import { ObjectAnswers } from "./object-answers.ts";
import { isBlank } from "./refs.ts";
import { proveRoot, RootIntake } from "./root-intake.ts";
import { publicKeyOf } from "./root.ts";

/** A CXO node: shares feeds, takes Roots and their objects from peers, and serves them to peers. */
export class CxoNode {
  readonly #options: CxoNodeOptions;
  readonly #connecting: ConnectionOptions;
  readonly #rules: NodeRules;
  readonly #feeds = new FeedTable();
  readonly #connections = new Set<Connection>();
  readonly #answers: ObjectAnswers;
  readonly #intake: RootIntake;
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
    const timeoutMs = responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
    this.#answers = new ObjectAnswers(options.store, clock, timeoutMs);
    this.#intake = new RootIntake({
      storeFor: (signed) => this.#answers.watched(options.storeFor?.(signed) ?? options.store),
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
      () => acceptPeer(stream, this.#connecting, (nodeId) => this.#refusal(nodeId)),
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
    this.#answers.whenAsked(connection, hear);
  }

  /** Ends a subscription on both sides; the peer does not answer. */
  unsubscribe(connection: Connection, feed: Uint8Array): void {
    this.#feeds.get(feed)?.subscribers.delete(connection);
    connection.send({ type: "Unsub", feed });
  }

  /** Closes every connection. */
  close(): void {
    this.#isClosed = true;
    this.#answers.stop();
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
        return this.#answers.serve(connection, message.key, seq);
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
}

function fatal(connection: Connection, why: string): void {
  connection.close(new FleetError("cxo/message", why));
}

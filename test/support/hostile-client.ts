import { concatBytes, FleetError, sha256, toHex } from "../../src/core/index.ts";
import {
  type Connection,
  type CxoMessage,
  CxoNode,
  encodeMessage,
  encodeRoot,
  type NodeRules,
  publicKeyOf,
  type Root,
  type SentRoot,
  signHash,
} from "../../src/skywire/cxo/index.ts";
import { realClock } from "./clocks.ts";
import { memoryPair } from "./memory-pair.ts";
import { MemoryObjects } from "./memory-objects.ts";
import { WirePeer } from "./wire-peer.ts";

const RESPONSE_TIMEOUT_MS = 1200;
const NOISE_TIMEOUT_MS = 1000;
const PATIENCE_MS = 8000;
const GO_RULES: NodeRules = { sameName: "close-older", oddRequests: "close" };

/** A node under attack, with what it says of it. */
export interface AttackedNode {
  readonly node: CxoNode;
  readonly store: MemoryObjects;
  readonly filled: string[];
  readonly refusals: FleetError[];
}

/** A node with the given keys that shares whatever it is asked for, and is quick to lose patience. */
export function attackedNode(
  secret: Uint8Array,
  ephemerals: Uint8Array[],
  responseTimeoutMs: number = RESPONSE_TIMEOUT_MS,
): AttackedNode {
  const store = new MemoryObjects();
  const filled: string[] = [];
  const refusals: FleetError[] = [];
  let spare = 1;
  const node = new CxoNode({
    secret,
    store,
    clock: realClock,
    random: () => ephemerals.shift() ?? new Uint8Array(32).fill((spare += 1)),
    acceptsFeed: () => true,
    rules: GO_RULES,
    responseTimeoutMs,
    noiseTimeoutMs: NOISE_TIMEOUT_MS,
    events: {
      filled: ({ root }) => filled.push(`${root.nonce}/${root.seq}`),
      refused: (error) => refusals.push(error),
    },
  });
  return { node, store, filled, refusals };
}

/** A client that can say anything to a node. */
export class HostileClient {
  readonly peer: WirePeer;
  /** What the node said after the handshake, as plain messages. */
  readonly heard: { readonly message: CxoMessage; readonly hex: string }[] = [];
  /** How the node ended the connection, once it has. */
  reason: FleetError | undefined;
  #connection: Connection | undefined;
  #answers = new Map<string, Uint8Array[]>();
  #seq = 0;

  constructor(node: CxoNode, secret: Uint8Array, ephemeral: Uint8Array) {
    const [near, far] = memoryPair();
    this.peer = new WirePeer(far, "initiator", {
      staticSecret: secret,
      ephemeralSecret: ephemeral,
    });
    node
      .accept(near)
      .then((connection) => {
        this.#connection = connection;
      })
      .catch((error: unknown) => {
        if (error instanceof FleetError) this.reason = error;
      });
  }

  /** Why the node closed, or `undefined`. */
  get end(): FleetError | undefined {
    return this.reason ?? this.#connection?.reason;
  }

  /** The Noise handshake; returns the bytes it wrote. */
  async handshake(): Promise<Uint8Array> {
    const m1 = this.peer.handshakeMessage();
    this.peer.write(m1);
    this.peer.readHandshake((await this.peer.next()) ?? new Uint8Array());
    const m3 = this.peer.handshakeMessage();
    this.peer.write(m3);
    return concatBytes(m1, m3);
  }

  serve(key: string, body: Uint8Array): void {
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), body]);
  }

  say(message: CxoMessage, rseq = 0): void {
    this.#seq += 1;
    this.peer.write(this.peer.seal({ seq: this.#seq, rseq, message }));
  }

  /** A packet as it is; its number counts. */
  sayRaw(packet: Uint8Array): void {
    this.#seq += 1;
    this.peer.write(this.peer.sealPacket(packet));
  }

  /** Reads what the node says and serves what it asks for, until `isDone` or the node closed. */
  async until(isDone: () => boolean): Promise<void> {
    const untilMs = Date.now() + PATIENCE_MS;
    while (!isDone() && Date.now() < untilMs) {
      if (this.peer.unread === 0) {
        if (this.peer.isClosed) return;
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      const { envelope, plain } = this.peer.open((await this.peer.next()) ?? new Uint8Array());
      const { message, seq } = envelope;
      this.heard.push({ message, hex: toHex(plain) });
      if (message.type !== "RqObject") continue;
      const answers = this.#answers.get(toHex(message.key));
      const body = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
      if (body === undefined) continue;
      this.#seq += 1;
      this.peer.write(this.peer.sealPacket(concatBytes(numbers(this.#seq, seq), body)));
    }
  }

  /** Reads for a while without expecting anything. */
  async quiet(ms: number): Promise<void> {
    const untilMs = Date.now() + ms;
    await this.until(() => Date.now() > untilMs);
  }

  /** True when the node still answers. */
  async isAnswered(): Promise<boolean> {
    const before = this.heard.length;
    this.say({ type: "RqList" });
    await this.until(() => this.heard.slice(before).some(({ message }) => message.type === "Err"));
    return !this.peer.isClosed;
  }
}

/** A client that greets and subscribes, as everyone should; true when the node takes it. */
export async function takesAnother(node: CxoNode, feed: Uint8Array): Promise<boolean> {
  const client = new HostileClient(node, new Uint8Array(32).fill(9), new Uint8Array(32).fill(10));
  await client.handshake();
  client.say({ type: "Syn", protocol: 3, nodeId: publicKeyOf(new Uint8Array(32).fill(9)) });
  client.say({ type: "Sub", feed });
  await client.until(() => client.heard.some(({ message }) => message.type === "Ok"));
  client.peer.hangUp();
  return client.heard.some(({ message }) => message.type === "Ok");
}

/** A signed Root over a registry, ready to be pushed. */
export function signedRoot(secret: Uint8Array, fields: Partial<Root>): SentRoot {
  const feed = publicKeyOf(secret);
  const blank = new Uint8Array(32);
  const root: Root = {
    refs: [],
    descriptor: new Uint8Array(),
    reg: blank,
    pub: feed,
    nonce: 1n,
    seq: 0n,
    time: 1_700_000_000_000_000_000n,
    prev: blank,
    ...fields,
  };
  const value = encodeRoot(root);
  const signature = signHash(sha256(value), secret);
  return { feed, nonce: root.nonce, seq: root.seq, value, signature };
}

/** The body of an Object message, its type included. */
export function objectBody(value: Uint8Array): Uint8Array {
  return encodeMessage({ seq: 0, rseq: 0, message: { type: "Object", value } }).subarray(8);
}

function numbers(seq: number, rseq: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, seq, true);
  view.setUint32(4, rseq, true);
  return bytes;
}

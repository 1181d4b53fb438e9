import { equalBytes, fromHex, toHex } from "../../src/core/index.ts";
import {
  type Connection,
  type CxoEnvelope,
  CxoNode,
  decodeMessage,
  decodeRoot,
  encodeMessage,
  type SentRoot,
} from "../../src/skywire/cxo/index.ts";
import { realClock } from "./clocks.ts";
import type { Dialogue, DialogueStep } from "./cxo-wire.ts";
import { memoryPair } from "./memory-pair.ts";
import { MemoryObjects } from "./memory-objects.ts";
import { WirePeer } from "./wire-peer.ts";

const RESPONSE_TIMEOUT_MS = 2500;
const QUIET_MS = 40;
const PATIENCE_MS = 8000;

interface Client {
  readonly name: string;
  readonly peer: WirePeer;
  /** What it answers to each key, in order. */
  readonly answers: Map<string, Uint8Array[]>;
  /** Keys our node asked for, by the number of its message. */
  readonly asked: Map<number, string>;
  connection: Connection | undefined;
}

/** How a replay ended: whole, or where our node must not follow the recorded one. */
export type ReplayEnd = "whole" | "foreign Root refused";

/**
 * Plays a dialogue against our node, which stands in the recorded node's place. Everything our node
 * sends must be what the recorded one sent, byte for byte, but for the order of its object requests.
 */
export async function replayAgainstNode(dialogue: Dialogue): Promise<ReplayEnd> {
  const replay = new NodeReplay(dialogue);
  try {
    return await replay.run();
  } finally {
    replay.node.close();
  }
}

class NodeReplay {
  readonly node: CxoNode;
  readonly #dialogue: Dialogue;
  readonly #store = new MemoryObjects();
  readonly #filled: string[] = [];
  readonly #clients = new Map<string, Client>();
  readonly #ephemerals: Uint8Array[];
  readonly #closed = new Set<string>();
  #isForeign = false;

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
    const handshakes = dialogue.steps.filter(({ kind }) => kind === "noise m1").length;
    this.#ephemerals = dialogue.node.ephemeralSks.slice(-handshakes).map(fromHex);
    const refusesFeeds = dialogue.steps.some(({ plainHex }) =>
      (plainHex ?? "").endsWith(toHex(new TextEncoder().encode("do not share the feed"))),
    );
    this.node = new CxoNode({
      secret: fromHex(dialogue.node.staticSk),
      nodeId: fromHex(dialogue.node.nodeId),
      store: this.#store,
      clock: realClock,
      random: () => this.#ephemerals.shift() ?? new Uint8Array(),
      acceptsFeed: () => !refusesFeeds,
      responseTimeoutMs: RESPONSE_TIMEOUT_MS,
      rules: {
        sameName: dialogue.name.includes("(original)") ? "refuse-newer" : "close-older",
        oddRequests: "close",
      },
      events: {
        filled: ({ root }) => this.#filled.push(`nonce ${root.nonce} seq ${root.seq}`),
      },
    });
  }

  async run(): Promise<ReplayEnd> {
    for (const segment of segmentsOf(this.#dialogue.steps)) {
      const [first] = segment;
      if (first?.event !== undefined) {
        await this.#event(first.event);
        continue;
      }
      await Promise.all(
        this.#dialogue.clients.map(async ({ name }) => {
          for (const step of segment) {
            if (this.#isForeign) return;
            if (step.dir === `${name}>node`) await this.#fromClient(this.#client(name), step);
            if (step.dir === `node>${name}`) await this.#fromNode(this.#client(name), step);
          }
        }),
      );
      if (this.#isForeign) return this.#expectForeignRefused();
    }
    return "whole";
  }

  async #fromClient(client: Client, step: DialogueStep): Promise<void> {
    if (step.kind?.startsWith("noise") === true) {
      expectHex(toHex(client.peer.handshakeMessage()), step.wireHex);
      client.peer.write(fromHex(step.wireHex ?? ""));
      return;
    }
    const recorded = decodeMessage(fromHex(step.plainHex ?? ""));
    const key = client.asked.get(recorded.rseq);
    const message =
      key === undefined ? fromHex(step.plainHex ?? "") : this.#answer(client, recorded, key);
    const wire = client.peer.sealPacket(message);
    if (toHex(message) === step.plainHex) expectHex(toHex(wire), step.wireHex);
    client.peer.write(wire);
    if (recorded.message.type === "Root") this.#isForeign ||= isForeign(recorded.message);
  }

  #answer(client: Client, recorded: CxoEnvelope, key: string): Uint8Array {
    const body = client.answers.get(key)?.shift();
    if (body === undefined) throw new Error(`${client.name} never served ${key}`);
    return encodeMessage({ ...recorded, message: decodeMessage(body).message });
  }

  async #fromNode(client: Client, step: DialogueStep): Promise<void> {
    if (step.kind?.startsWith("noise") === true) {
      const wire = await client.peer.next();
      expectHex(toHex(wire ?? new Uint8Array()), step.wireHex);
      client.peer.readHandshake(wire ?? new Uint8Array());
      return;
    }
    const recorded = decodeMessage(fromHex(step.plainHex ?? ""));
    await this.#order(client, recorded);
    const wire = await client.peer.next();
    if (wire === undefined)
      throw new Error(`our node closed on ${client.name} before ${recorded.message.type}`);
    const { envelope, plain } = client.peer.open(wire);
    if (recorded.message.type === "RqObject" && envelope.message.type === "RqObject") {
      client.asked.set(envelope.seq, toHex(envelope.message.key));
      expectHex(`${envelope.seq}/${envelope.rseq}`, `${recorded.seq}/${recorded.rseq}`);
      if (toHex(plain) !== step.plainHex) return;
    }
    expectHex(toHex(plain), step.plainHex);
    expectHex(toHex(wire), step.wireHex);
  }

  // What the recorded node did because its operator said so.
  async #order(client: Client, { message, rseq }: CxoEnvelope): Promise<void> {
    if (rseq !== 0 || !["Sub", "Unsub"].includes(message.type)) return;
    await until(() => client.connection !== undefined, "the connection opens");
    const { connection } = client;
    if (connection === undefined) return;
    if (message.type === "Sub")
      this.node.subscribe(connection, message.feed).catch(() => undefined);
    if (message.type === "Unsub") this.node.unsubscribe(connection, message.feed);
  }

  async #event(event: string): Promise<void> {
    const filled = /^node: filled (nonce \d+ seq \d+)/.exec(event)?.[1];
    if (filled !== undefined) return until(() => this.#filled.includes(filled), event);
    if (event.startsWith("before:")) return this.#preload();
    if (event.startsWith("node: Share")) return this.node.share(this.#firstFeed());
    if (event.startsWith("connection closed by the node")) {
      await until(() => this.#newlyClosed() !== undefined, event);
      this.#closed.add(this.#newlyClosed()?.name ?? "");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    if (!event.startsWith("nothing from the node")) return;
    for (const { name, peer } of this.#clients.values()) {
      if (peer.unread > 0 || (peer.isClosed && !this.#closed.has(name)))
        throw new Error(`${name}: ${event}`);
    }
  }

  #newlyClosed(): Client | undefined {
    return [...this.#clients.values()].find(
      ({ name, peer }) => peer.isClosed && !this.#closed.has(name),
    );
  }

  #preload(): void {
    for (const step of this.#dialogue.steps) {
      if (step.plainHex === undefined || step.dir?.startsWith("node>") !== true) continue;
      const { message } = decodeMessage(fromHex(step.plainHex));
      if (message.type === "Object") this.#store.add(message.value);
    }
    const last = this.#dialogue.steps
      .filter(({ dir, plainHex }) => dir?.startsWith("node>") === true && plainHex !== undefined)
      .map(({ plainHex }) => decodeMessage(fromHex(plainHex ?? "")).message)
      .find((message) => message.type === "Root");
    if (last?.type === "Root") this.node.hold(last);
  }

  #firstFeed(): Uint8Array {
    for (const { plainHex } of this.#dialogue.steps) {
      const message = plainHex === undefined ? undefined : decodeMessage(fromHex(plainHex)).message;
      if (message?.type === "Sub") return message.feed;
    }
    throw new Error("the dialogue has no Sub");
  }

  #client(name: string): Client {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const about = this.#dialogue.clients.find((client) => client.name === name);
    if (about === undefined) throw new Error(`no client ${name}`);
    const [near, far] = memoryPair();
    const isDialed = about.role.includes("dialed by the node");
    const client: Client = {
      name,
      peer: new WirePeer(far, isDialed ? "responder" : "initiator", {
        staticSecret: fromHex(about.staticSk),
        ephemeralSecret: fromHex(about.ephemeralSk),
      }),
      answers: answersOf(this.#dialogue, name),
      asked: new Map(),
      connection: undefined,
    };
    this.#clients.set(name, client);
    (isDialed ? this.node.connect(near) : this.node.accept(near))
      .then((connection) => {
        client.connection = connection;
      })
      .catch(() => undefined);
    return client;
  }

  async #expectForeignRefused(): Promise<ReplayEnd> {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    for (const { peer } of this.#clients.values()) {
      if (peer.unread > 0 || peer.isClosed) throw new Error("a foreign Root had an effect");
    }
    if (this.#filled.length > 0) throw new Error("a foreign Root was filled");
    return "foreign Root refused";
  }
}

function isForeign(sent: SentRoot): boolean {
  try {
    return !equalBytes(decodeRoot(sent.value).pub, sent.feed);
  } catch {
    return false;
  }
}

function answersOf(dialogue: Dialogue, name: string): Map<string, Uint8Array[]> {
  const answers = new Map<string, Uint8Array[]>();
  const keys = new Map<number, string>();
  for (const { dir, plainHex } of dialogue.steps) {
    if (plainHex === undefined) continue;
    const { seq, rseq, message } = decodeMessage(fromHex(plainHex));
    if (dir === `node>${name}` && message.type === "RqObject") keys.set(seq, toHex(message.key));
    const key = dir === `${name}>node` ? keys.get(rseq) : undefined;
    if (key !== undefined) answers.set(key, [...(answers.get(key) ?? []), fromHex(plainHex)]);
  }
  return answers;
}

// Between connections no order is fixed, but an event and a new connection come after what is before.
function segmentsOf(steps: readonly DialogueStep[]): readonly (readonly DialogueStep[])[] {
  const segments: DialogueStep[][] = [];
  for (const step of steps) {
    const last = segments.at(-1);
    const isBarrier =
      step.event !== undefined || step.kind === "noise m1" || last?.[0]?.event !== undefined;
    if (last === undefined || isBarrier) segments.push([step]);
    else last.push(step);
  }
  return segments;
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > untilMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function expectHex(found: string, wanted: string | undefined): void {
  if (found !== wanted) throw new Error(`sent ${found}\nrecorded ${wanted ?? "nothing"}`);
}

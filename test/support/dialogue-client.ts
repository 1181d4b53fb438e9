import { fromHex, toHex } from "../../src/core/index.ts";
import {
  accept,
  connect,
  type Connection,
  type CxoMessage,
  decodeMessage,
} from "../../src/skywire/cxo/index.ts";
import type { Dialogue } from "./cxo-wire.ts";
import { ManualClock } from "./manual-clock.ts";
import { type MemoryEnd, memoryPair } from "./memory-pair.ts";
import { settle } from "./raw-peer.ts";

const REQUESTS: readonly string[] = ["Sub", "RqList", "RqObject", "RqPreview", "RqPeers"];

/**
 * Plays one client of a dialogue with our connection, against the recorded bytes of the node. Every
 * byte our side sends must be the recorded one.
 * @returns how many packets went each way
 */
export async function replayAsClient(
  dialogue: Dialogue,
  name: string,
): Promise<{ sent: number; received: number }> {
  const about = dialogue.clients.find((client) => client.name === name);
  if (about === undefined) throw new Error(`no client ${name}`);
  const [near, far] = memoryPair();
  const arrived: Uint8Array[] = [];
  far.listen({
    data: (chunk) => arrived.push(chunk),
    end: () => undefined,
    closed: () => undefined,
  });
  const options = {
    secret: fromHex(about.staticSk),
    nodeId: greetedAs(dialogue, name),
    clock: new ManualClock(),
    random: () => fromHex(about.ephemeralSk),
  };
  const isDialed = about.role.includes("dialed by the node");
  const opening = isDialed ? accept(near, options, () => undefined) : connect(near, options);
  const replay = new ClientReplay(far, arrived, opening);
  await settle();
  for (const step of dialogue.steps) {
    if (step.dir === `node>${name}`) await replay.nodeSends(step.wireHex ?? "", step.plainHex);
    if (step.dir === `${name}>node`) await replay.expectSent(step.wireHex ?? "", step.plainHex);
  }
  replay.expectAllAnswered();
  return { sent: near.written.length, received: far.written.length };
}

// A client may greet under another name than its own.
function greetedAs(dialogue: Dialogue, name: string): Uint8Array {
  for (const { dir, plainHex } of dialogue.steps) {
    if (dir !== `${name}>node` || plainHex === undefined) continue;
    const { message } = decodeMessage(fromHex(plainHex));
    if (message.type === "Syn" || message.type === "Ack") return message.nodeId;
  }
  throw new Error(`${name} never greets`);
}

class ClientReplay {
  readonly #far: MemoryEnd;
  readonly #arrived: Uint8Array[];
  readonly #heard: string[] = [];
  readonly #answers = new Map<number, string>();
  readonly #expected = new Map<number, string>();
  #connection: Connection | undefined;
  #refusal: unknown;

  constructor(far: MemoryEnd, arrived: Uint8Array[], opening: Promise<Connection>) {
    this.#far = far;
    this.#arrived = arrived;
    opening
      .then((connection) => {
        this.#connection = connection;
        connection.listen({
          message: (message, seq) => this.#heard.push(`${seq} ${shown(message)}`),
          closed: () => undefined,
        });
      })
      .catch((error: unknown) => {
        this.#refusal = error;
      });
  }

  async nodeSends(wireHex: string, plainHex: string | undefined): Promise<void> {
    const heardBefore = this.#heard.length;
    this.#far.write(fromHex(wireHex));
    await settle();
    if (plainHex === undefined) return;
    const { seq, rseq, message } = decodeMessage(fromHex(plainHex));
    if (this.#connection === undefined && message.type !== "Syn") {
      if (message.type === "Err" && this.#refusal instanceof Error) return;
      throw new Error(`the greeting ended otherwise: ${String(this.#refusal)}`);
    }
    if (["Syn", "Ack"].includes(message.type)) return;
    if (rseq !== 0) this.#expected.set(rseq, shown(message));
    else if (this.#heard.slice(heardBefore).join() !== `${seq} ${shown(message)}`)
      throw new Error(`${message.type} was not heard`);
  }

  async expectSent(wireHex: string, plainHex: string | undefined): Promise<void> {
    if (plainHex !== undefined) this.#send(plainHex);
    await settle();
    const [wire] = this.#arrived.splice(0, 1);
    if (wire === undefined || toHex(wire) !== wireHex)
      throw new Error(`sent ${toHex(wire ?? new Uint8Array())}\nrecorded ${wireHex}`);
  }

  expectAllAnswered(): void {
    for (const [seq, message] of this.#expected) {
      if (this.#answers.get(seq) !== message) throw new Error(`request ${seq} was not answered`);
    }
    if (this.#arrived.length > 0) throw new Error("more was sent than recorded");
  }

  #send(plainHex: string): void {
    const { seq, rseq, message } = decodeMessage(fromHex(plainHex));
    if (message.type === "Syn" || message.type === "Ack") return;
    const connection = this.#connection;
    if (connection === undefined) throw new Error("there is no connection");
    if (rseq !== 0 || !REQUESTS.includes(message.type)) {
      connection.reply(rseq, message);
      return;
    }
    connection
      .request(message)
      .then((answer) => this.#answers.set(seq, shown(answer)))
      .catch(() => undefined);
  }
}

function shown(message: CxoMessage): string {
  return JSON.stringify(message, (_, value: unknown) => {
    if (value instanceof Uint8Array) return toHex(value);
    return typeof value === "bigint" ? String(value) : value;
  });
}

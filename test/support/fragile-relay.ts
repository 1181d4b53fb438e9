import {
  type ByteStream,
  equalBytes,
  FleetError,
  type Random,
  sha256,
  toHex,
} from "../../src/core/index.ts";
import {
  accept,
  checkPublishable,
  type Connection,
  type CxoMessage,
  decodeRegistry,
  decodeRoot,
  fetchFrom,
  itemsBelow,
  itemsOf,
  publicKeyOf,
  type Registry,
  type SentRoot,
  type TreeItem,
} from "../../src/skywire/cxo/index.ts";
import { realClock } from "./clocks.ts";
import { MemoryObjects } from "./memory-objects.ts";

const OBJECT_SIZE_MAX = 16 * 1024 * 1024;
const SECRET = new Uint8Array(32).fill(77);

/**
 * A relay that stops or dies of what the recorded runs of the real node stop or die of: a Root that
 * comes while another is filled, a new object reached twice, a registry it cannot read or is refused, an
 * object that is too large. Where the real one dies only now and then, this one always does.
 */
export class FragileRelay {
  readonly store = new MemoryObjects();
  /** Why it is dead or stands still for ever. */
  death: string | undefined;
  /** Numbers of the Roots that were filled, in order. */
  readonly filled: bigint[] = [];
  /** Keys it asked for, in order. */
  readonly asked: string[] = [];
  /** Answers it gives before it dies by itself, as real relays sometimes do. */
  crashAfterAsking: number | undefined;
  /** Takes Roots and does nothing with them. */
  ignoresRoots = false;
  /** Whether it dies of a registry that comes late. */
  diesOfLateRegistry = true;
  /** Which of the objects that wait it asks for next, by their hex keys. */
  choose: (waiting: readonly string[]) => number = () => 0;
  #last: SentRoot | undefined;
  #isFilling = false;
  readonly #connections = new Set<Connection>();
  readonly #random: Random = (size) => crypto.getRandomValues(new Uint8Array(size));

  /** Takes a stream; a dead relay drops it. */
  async accept(stream: ByteStream): Promise<void> {
    if (this.death !== undefined) {
      stream.destroy();
      return;
    }
    const options = {
      secret: SECRET,
      nodeId: publicKeyOf(SECRET),
      clock: realClock,
      random: this.#random,
    };
    const connection = await accept(stream, options, () => undefined);
    this.#connections.add(connection);
    connection.listen({
      message: (message, seq) => this.#message(connection, message, seq),
      closed: () => this.#connections.delete(connection),
    });
  }

  /** Makes a Root its last one, with objects that it did not have to ask for. */
  adopt(sent: SentRoot, objects: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, bytes] of objects) this.store.byHash.set(name, bytes);
    this.#last = sent;
  }

  /** A restart after a death: what was filled is still there. */
  restart(): void {
    this.death = undefined;
    this.crashAfterAsking = undefined;
    this.#isFilling = false;
  }

  /** The Root that it shows of a feed. */
  shown(feed: Uint8Array): SentRoot | undefined {
    const last = this.#last;
    return last !== undefined && equalBytes(last.feed, feed) ? last : undefined;
  }

  #message(connection: Connection, message: CxoMessage, seq: number): void {
    if (this.death !== undefined) return;
    if (message.type === "Sub") {
      connection.reply(seq, { type: "Ok" });
      if (this.#last !== undefined) connection.send({ type: "Root", ...this.#last });
    }
    if (message.type === "RqPreview") {
      connection.reply(
        seq,
        this.#last === undefined
          ? { type: "Err", text: "no such head" }
          : { type: "Root", ...this.#last },
      );
    }
    if (message.type === "RqObject") {
      this.#serve(connection, message.key, seq).catch(() => undefined);
      return;
    }
    if (message.type !== "Root" || this.ignoresRoots) return;
    if (this.#last !== undefined && this.#last.seq >= message.seq) return;
    if (this.#isFilling) {
      this.#die("a Root came while another was filled");
      return;
    }
    this.#fill(connection, message).catch((error: unknown) => this.#die(String(error)));
  }

  // As the real one it says nothing, for a long time, when it does not have the object.
  async #serve(connection: Connection, key: Uint8Array, seq: number): Promise<void> {
    const value = await this.store.get(key);
    if (value !== undefined) connection.reply(seq, { type: "Object", value });
  }

  async #fill(connection: Connection, sent: SentRoot): Promise<void> {
    this.#isFilling = true;
    const root = decodeRoot(sent.value);
    const registry = await this.#registry(connection, root.reg);
    if (registry === undefined) return;
    const stored = new Set(this.store.byHash.keys());
    // What an unfinished filling brought is gone after a death.
    const fresh = new Map<string, Uint8Array>();
    const visit = async (item: TreeItem): Promise<void> => {
      const name = toHex(item.hash);
      if (stored.has(name)) return;
      if (fresh.has(name)) throw new Error("Finc to negative");
      fresh.set(name, Uint8Array.of());
      const bytes = await this.#ask(connection, item.hash);
      if (bytes.length > OBJECT_SIZE_MAX) throw new Error("object is too large");
      fresh.set(name, bytes);
      for (const below of itemsBelow(item, bytes, registry)) await visit(below);
    };
    for (const item of itemsOf(root.refs, registry)) await visit(item);
    for (const bytes of fresh.values()) this.store.add(bytes);
    this.#last = sent;
    this.filled.push(sent.seq);
    this.#isFilling = false;
  }

  async #registry(connection: Connection, hash: Uint8Array): Promise<Registry | undefined> {
    const stored = await this.store.get(hash);
    const bytes = stored ?? (await this.#ask(connection, hash).catch(() => undefined));
    if (bytes === undefined) {
      // It waits for the registry for ever, and no feed is served any more.
      this.death ??= "the registry was not served";
      return undefined;
    }
    const registry = decodeRegistry(bytes);
    checkPublishable(registry);
    this.store.add(bytes);
    return registry;
  }

  async #ask(connection: Connection, hash: Uint8Array): Promise<Uint8Array> {
    this.asked.push(toHex(hash));
    if (this.asked.length === this.crashAfterAsking) throw new Error("nil list after success");
    const bytes = await fetchFrom(connection, hash);
    if (!equalBytes(sha256(bytes), hash)) throw new Error("invalid response");
    return bytes;
  }

  #die(reason: string): void {
    this.death ??= reason;
    for (const connection of this.#connections)
      connection.close(new FleetError("cxo/closed", "the relay died"));
  }
}

import {
  type ByteStream,
  type Clock,
  FleetError,
  type Random,
  toHex,
} from "../../src/core/index.ts";
import {
  accept,
  type Connection,
  type CxoMessage,
  decodeRoot,
  publicKeyOf,
  type SentRoot,
} from "../../src/skywire/cxo/index.ts";
import { realClock } from "./clocks.ts";
import { delayedStream } from "./delayed-stream.ts";
import { GoFilling, type GoFillingEnd } from "./go-filling.ts";
import { MemoryObjects } from "./memory-objects.ts";

const SECRET = new Uint8Array(32).fill(77);

/** What a relay is like beside the rules that every real one follows. */
export interface FragileRelayOptions {
  /** How long a message takes there and back; 0 when not given. */
  readonly roundTripMs?: number;
  /** The machine's own when not given. */
  readonly clock?: Clock;
}

/** A relay that has a Root and everything below it. */
export interface RelayState {
  readonly last: SentRoot;
  /** By hex keys. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

/** One sequence of a feed. */
interface Head {
  last: SentRoot | undefined;
  filling: GoFilling | undefined;
  /** The newest Root that came while another was filled. */
  waiting: { readonly sent: SentRoot; readonly connection: Connection } | undefined;
}

/**
 * A relay that behaves as the recorded real node: see {@link GoFilling} for how it fills a Root, and how a
 * publication that is cut leaves it hollow. It also stops or dies of what the recorded runs stop or die of: a Root that
 * comes while another is filled, a new object reached twice, a registry it cannot read, an object that is
 * too large. Where the real one dies only now and then, this one always does, unless it is told otherwise.
 */
export class FragileRelay {
  /** Every object that came, whether its Root was filled or not. */
  readonly store = new MemoryObjects();
  /** Why it is dead. */
  death: string | undefined;
  /** Hears of every Root that it calls full. */
  onFilled: () => void = () => undefined;
  /** Numbers of the Roots that it calls full, in order. */
  readonly filled: bigint[] = [];
  /** Keys it asked for, in order. */
  readonly asked: string[] = [];
  /** Answers it gives before it dies by itself, as real relays sometimes do. */
  crashAfterAsking: number | undefined;
  /** Takes Roots and does nothing with them. */
  ignoresRoots = false;
  /** Whether it dies of a registry that comes late, which real ones do four times in seven. */
  diesOfLateRegistry = true;
  /** Whether it dies as soon as it is left before it has the registry, which real ones do now and then. */
  diesOfLostRegistry = false;
  /** Which of the objects that wait it asks for next, by their hex keys. */
  choose: (waiting: readonly string[]) => number = () => 0;
  /** Objects of Roots that were full. */
  readonly #whole = new Set<string>();
  readonly #heads = new Map<string, Head>();
  readonly #connections = new Set<Connection>();
  readonly #roundTripMs: number;
  readonly #clock: Clock;
  readonly #random: Random = (size) => crypto.getRandomValues(new Uint8Array(size));

  constructor({ roundTripMs = 0, clock = realClock }: FragileRelayOptions = {}) {
    this.#roundTripMs = roundTripMs;
    this.#clock = clock;
  }

  /** True while a head waits, for ever, for a registry that a lost connection was asked for. */
  get isStuck(): boolean {
    return [...this.#heads.values()].some(({ filling }) => filling?.isStuck === true);
  }

  /** Takes a stream; a dead relay drops it. */
  async accept(stream: ByteStream): Promise<void> {
    if (this.death !== undefined) {
      stream.destroy();
      return;
    }
    const options = {
      secret: SECRET,
      nodeId: publicKeyOf(SECRET),
      clock: this.#clock,
      random: this.#random,
    };
    const far = delayedStream(stream, this.#clock, this.#roundTripMs);
    const connection = await accept(far, options, () => undefined);
    this.#connections.add(connection);
    connection.listen({
      message: (message, seq) => this.#message(connection, message, seq),
      closed: () => this.#connections.delete(connection),
    });
  }

  /** Makes a Root its last one, with objects that it did not have to ask for. */
  adopt(sent: SentRoot, objects: RelayState["objects"]): void {
    for (const [name, bytes] of objects) {
      this.store.byHash.set(name, bytes);
      this.#whole.add(name);
    }
    this.#head(sent).last = sent;
  }

  /** What it is now, to begin another relay with by {@link adopt}: only right after a Root was full. */
  get state(): RelayState | undefined {
    const last = [...this.#heads.values()].at(-1)?.last;
    return last && { last, objects: new Map(this.store.byHash) };
  }

  /** A restart after a death: what came is still there. */
  restart(): void {
    this.death = undefined;
    this.crashAfterAsking = undefined;
    for (const head of this.#heads.values()) {
      head.filling = undefined;
      head.waiting = undefined;
    }
  }

  /** The Root that it shows of a feed: the newest of those it calls full. */
  shown(feed: Uint8Array): SentRoot | undefined {
    const roots = [...this.#heads.values()].flatMap(({ last }) => last ?? []);
    return roots
      .filter((sent) => toHex(sent.feed) === toHex(feed))
      .toSorted((left, right) => Number(timeOf(right) - timeOf(left)))[0];
  }

  #head({ feed, nonce }: SentRoot): Head {
    const name = `${toHex(feed)} ${nonce}`;
    const known = this.#heads.get(name);
    if (known !== undefined) return known;
    const made: Head = { last: undefined, filling: undefined, waiting: undefined };
    this.#heads.set(name, made);
    return made;
  }

  #message(connection: Connection, message: CxoMessage, seq: number): void {
    if (this.death !== undefined) return;
    if (message.type === "Sub") {
      connection.reply(seq, { type: "Ok" });
      const last = this.shown(message.feed);
      if (last !== undefined) connection.send({ type: "Root", ...last });
    }
    if (message.type === "RqPreview") {
      const last = this.shown(message.feed);
      connection.reply(
        seq,
        last === undefined ? { type: "Err", text: "no such head" } : { type: "Root", ...last },
      );
    }
    if (message.type === "RqObject") {
      this.#serve(connection, message.key, seq).catch(() => undefined);
      return;
    }
    if (message.type !== "Root" || this.ignoresRoots) return;
    this.#take(message, connection);
  }

  #take(sent: SentRoot, connection: Connection): void {
    const head = this.#head(sent);
    const { filling, last } = head;
    if (last !== undefined && last.seq >= sent.seq) return;
    if (filling === undefined) {
      this.#fill(sent, head, connection);
    } else if (filling.sent.seq === sent.seq) {
      filling.join(connection);
    } else if (filling.sent.seq < sent.seq) {
      if (!filling.isStuck) return this.#die("a Root came while another was filled");
      head.waiting = { sent, connection };
    }
  }

  // As the real one it says nothing, for a long time, when it does not have the object.
  async #serve(connection: Connection, key: Uint8Array, seq: number): Promise<void> {
    const value = await this.store.get(key);
    if (value !== undefined) connection.reply(seq, { type: "Object", value });
  }

  #fill(sent: SentRoot, head: Head, connection: Connection): void {
    const filling = new GoFilling(sent, {
      store: this.store,
      whole: this.#whole,
      choose: (waiting) => this.choose(waiting),
      asking: (key) => {
        this.asked.push(key);
        if (this.asked.length === this.crashAfterAsking) throw new Error("nil list after success");
      },
      diesOfLateRegistry: () => this.diesOfLateRegistry,
      diesOfLostRegistry: () => this.diesOfLostRegistry,
    });
    head.filling = filling;
    this.store.add(sent.value);
    filling.run(connection).then(
      (end) => this.#ended(end, filling, head),
      (error: unknown) => this.#die(String(error)),
    );
  }

  #ended(end: GoFillingEnd, filling: GoFilling, head: Head): void {
    // A filling from before a restart is nobody's.
    if (head.filling !== filling || this.death !== undefined) return;
    if (typeof end === "object") return this.#die(end.dies);
    head.filling = undefined;
    if (end === "full") {
      for (const key of filling.seen) this.#whole.add(key);
      head.last = filling.sent;
      this.filled.push(filling.sent.seq);
      this.onFilled();
    }
    const next = head.waiting;
    head.waiting = undefined;
    if (next !== undefined) this.#fill(next.sent, head, next.connection);
  }

  #die(reason: string): void {
    this.death ??= reason;
    for (const connection of this.#connections)
      connection.close(new FleetError("cxo/closed", "the relay died"));
  }
}

function timeOf({ value }: SentRoot): bigint {
  return decodeRoot(value).time;
}

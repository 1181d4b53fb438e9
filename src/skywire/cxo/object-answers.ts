// Gives peers the objects they ask for: those that are there, and those that come while they wait.
import { type Clock, FleetError, sleep } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import type { ObjectStore } from "./fill-root.ts";
import { OPEN_ANSWERS_MAX, SEND_BACKLOG_MAX, SEND_STALL_MS } from "./node-limits.ts";
import { ObjectWaiters } from "./object-waiters.ts";

const BACKLOG_LOOK_MS = 10;

/** The answers of one node to requests for objects. */
export class ObjectAnswers {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #waiters: ObjectWaiters;
  readonly #openAnswers = new WeakMap<Connection, number>();
  readonly #onAsked = new WeakMap<Connection, (key: Uint8Array) => void>();

  /** @param timeoutMs how long a peer waits for an object that is not there yet */
  constructor(store: ObjectStore, clock: Clock, timeoutMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#waiters = new ObjectWaiters(clock);
  }

  /** Hears of each object that the peer asks for, before it is answered. One hears at a time. */
  whenAsked(connection: Connection, hear: (key: Uint8Array) => void): void {
    this.#onAsked.set(connection, hear);
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#waiters.stop();
  }

  /** Answers a request for an object, when it is there or comes in time; a peer that asks for too many is not read. */
  serve(connection: Connection, key: Uint8Array, seq: number): void {
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
    const value = (await this.#store.get(key)) ?? (await this.#awaited(key));
    if (connection.reason !== undefined) return;
    if (connection.backlogBytes > SEND_BACKLOG_MAX) await this.#drained(connection);
    connection.reply(
      seq,
      value === undefined ? { type: "Err", text: "" } : { type: "Object", value },
    );
  }

  async #awaited(key: Uint8Array): Promise<Uint8Array | undefined> {
    const waiting = this.#waiters.wait(key, this.#timeoutMs);
    // It may have come between the look and the waiting.
    const late = await this.#store.get(key);
    if (late !== undefined) this.#waiters.arrived(key, late);
    return waiting;
  }

  async #drained(connection: Connection): Promise<void> {
    const clock = this.#clock;
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

  /** A store whose new objects are told to those who wait for them. */
  watched(store: ObjectStore): ObjectStore {
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

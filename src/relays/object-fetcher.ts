// Getting objects from a relay, several at a time, each checked against its hash.
import { type Clock, equalBytes, FleetError, hasCode, sha256, toHex } from "../core/index.ts";
import { type Connection, fetchFrom, OBJECT_WRITE_MAX } from "../skywire/cxo/index.ts";
import { STALL_TIMEOUT_MS, WINDOW } from "./relay-limits.ts";

/** What an {@link ObjectFetcher} works with. */
export interface ObjectFetcherOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** How the relay is called in errors. */
  readonly relay: string;
  /** Requests at a time, 1 and up. */
  readonly window?: number;
  /** How long nothing may come while something is asked for. */
  readonly stallTimeoutMs?: number;
}

/**
 * Gets objects from a relay, several at a time, and checks every one against its hash. However slowly
 * a relay answers, it is not late while it answers: only its silence counts.
 */
export class ObjectFetcher {
  readonly #options: ObjectFetcherOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Set<(error: FleetError) => void>();
  #free: number;
  #cancelStall: () => void = () => undefined;
  #failure: FleetError | undefined;

  constructor(options: ObjectFetcherOptions) {
    this.#options = options;
    this.#free = options.window ?? WINDOW;
  }

  /**
   * One object, at most as large as anything that is published.
   * @throws FleetError relay/missing-object when the relay does not give it, relay/wrong-bytes when it gives
   * other bytes, relay/lost when the connection ends
   */
  async fetch(hash: Uint8Array): Promise<Uint8Array> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure !== undefined) {
      this.#waiting.shift()?.();
      throw this.#failure;
    }
    this.#free -= 1;
    try {
      return this.#checked(hash, await this.#request(hash));
    } catch (error) {
      const coded = this.#coded(hash, error);
      this.#failure ??= coded;
      throw coded;
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }

  #request(hash: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#open.add(reject);
      if (this.#open.size === 1) this.#restartStall();
      fetchFrom(this.#options.connection, hash)
        .then(resolve, reject)
        .finally(() => {
          this.#open.delete(reject);
          this.#restartStall();
        });
    });
  }

  #restartStall(): void {
    this.#cancelStall();
    if (this.#open.size === 0) return;
    const { clock, stallTimeoutMs = STALL_TIMEOUT_MS } = this.#options;
    this.#cancelStall = clock.after(stallTimeoutMs, () => {
      const silent = new FleetError("cxo/timeout", `nothing came for ${stallTimeoutMs} ms`);
      for (const reject of this.#open) reject(silent);
    });
  }

  #checked(hash: Uint8Array, bytes: Uint8Array): Uint8Array {
    const { relay } = this.#options;
    if (bytes.length > OBJECT_WRITE_MAX)
      throw new FleetError(
        "relay/malformed",
        `${relay} gives an object of ${bytes.length} bytes, over the limit of ${OBJECT_WRITE_MAX}`,
      );
    if (bytes.length === 0 || !equalBytes(sha256(bytes), hash))
      throw new FleetError(
        "relay/wrong-bytes",
        `${relay} gives other bytes for object ${toHex(hash)} than its hash says`,
        { next: "take the feed from another relay, and do not trust this one" },
      );
    return bytes;
  }

  #coded(hash: Uint8Array, cause: unknown): FleetError {
    const { relay, connection } = this.#options;
    if (hasCode(cause, "relay/")) return cause;
    if (hasCode(cause, "cxo/answer") || hasCode(cause, "cxo/timeout"))
      return new FleetError(
        "relay/missing-object",
        `${relay} does not give object ${toHex(hash)}`,
        {
          cause,
          next: "take the feed from another relay, or publish again from where it is whole",
        },
      );
    return new FleetError("relay/lost", `the connection to ${relay} ended`, {
      cause: connection.reason ?? cause,
      next: "look whether the relay runs, then try again",
    });
  }
}

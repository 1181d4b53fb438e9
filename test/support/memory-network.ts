import { type ByteStream, type Dial, FleetError, type Listen } from "../../src/core/index.ts";
import { memoryPair } from "./memory-pair.ts";

/** Addresses where streams in memory are taken. */
export class MemoryNetwork {
  readonly #takers = new Map<number, (stream: ByteStream) => unknown>();
  #nextPort = 1;

  readonly listen: Listen = (onStream, { host, port }) => {
    const own = port === 0 ? this.#nextPort++ : port;
    this.#takers.set(own, onStream);
    return Promise.resolve({
      address: { host, port: own },
      close: () => {
        this.#takers.delete(own);
        return Promise.resolve();
      },
    });
  };

  readonly dial: Dial = ({ port }) => {
    const taker = this.#takers.get(port);
    if (taker === undefined)
      return Promise.reject(new FleetError("net/refused", `nobody listens on ${port}`));
    const [near, far] = memoryPair();
    taker(far);
    return Promise.resolve(near);
  };
}

/** Any address here; the system, which is the network, chooses the port. */
export const ANYWHERE = { host: "127.0.0.1", port: 0 } as const;

/** Unpredictable bytes. */
export function random(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

import type { Dial } from "../core/index.ts";

/** A dial whose streams all end when the signal aborts. */
export function dialUntil(dial: Dial, signal: AbortSignal): Dial {
  return async (address, options) => {
    const stream = await dial(address, { ...options, signal });
    if (signal.aborted) stream.destroy();
    else signal.addEventListener("abort", () => stream.destroy(), { once: true });
    return stream;
  };
}

// A dial whose streams end with a signal.

import { onAbort } from "./on-abort.ts";
import type { ByteStream, Dial } from "./ports.ts";

/** A dial whose streams all end when the signal aborts. One that is closed before is forgotten. */
export function dialUntil(dial: Dial, signal: AbortSignal): Dial {
  return async (address, options) => {
    const stream = await dial(address, { ...options, signal });
    return endingStream(
      stream,
      onAbort(signal, () => stream.destroy()),
    );
  };
}

function endingStream(stream: ByteStream, forget: () => void): ByteStream {
  return {
    listen: (listener) =>
      stream.listen({
        data: (chunk) => listener.data(chunk),
        end: () => listener.end(),
        closed: (error) => {
          forget();
          listener.closed(error);
        },
      }),
    write: (chunk) => stream.write(chunk),
    end: () => stream.end(),
    destroy: () => {
      forget();
      stream.destroy();
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    get backlogBytes() {
      return stream.backlogBytes;
    },
  };
}

import type { ByteStream, Dial } from "../../core/index.ts";

/** A dial whose streams end when the signal aborts: what is only read need not be waited for. */
export function stoppableDial(dial: Dial, stop: AbortSignal): Dial {
  const open = new Set<ByteStream>();
  stop.addEventListener(
    "abort",
    () => {
      for (const stream of open) stream.destroy();
    },
    { once: true },
  );
  return async (address, options) => {
    const stream = await dial(address, options);
    open.add(stream);
    if (stop.aborted) stream.destroy();
    return {
      listen: (listener) =>
        stream.listen({
          data: (chunk) => listener.data(chunk),
          end: () => listener.end(),
          closed: (error) => {
            open.delete(stream);
            listener.closed(error);
          },
        }),
      write: (chunk) => stream.write(chunk),
      end: () => stream.end(),
      destroy: () => {
        open.delete(stream);
        stream.destroy();
      },
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      get backlogBytes() {
        return stream.backlogBytes;
      },
    };
  };
}

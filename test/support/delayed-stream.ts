import type { ByteStream, ByteStreamListener, Clock } from "../../src/core/index.ts";
import { DelayLine } from "../../src/skywire/embedded/delay-line.ts";

/** A stream over a long way: what is written on it and what comes from it takes half a round trip each. */
export function delayedStream(stream: ByteStream, clock: Clock, roundTripMs: number): ByteStream {
  if (roundTripMs === 0) return stream;
  const there = new DelayLine(clock, roundTripMs / 2);
  const back = new DelayLine(clock, roundTripMs / 2);
  return {
    listen: (listener: ByteStreamListener) =>
      stream.listen({
        data: (chunk) => back.schedule(() => listener.data(chunk)),
        end: () => back.schedule(() => listener.end()),
        closed: (error) => back.schedule(() => listener.closed(error)),
      }),
    write: (chunk) => {
      // The writer may use its bytes again before they leave.
      const copy = chunk.slice();
      there.schedule(() => stream.write(copy));
    },
    end: () => there.schedule(() => stream.end()),
    destroy: () => there.schedule(() => stream.destroy()),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    get backlogBytes() {
      return stream.backlogBytes;
    },
  };
}

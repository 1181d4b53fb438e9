import { describe, expect, it } from "vitest";
import type { ByteStream } from "../../../src/core/index.ts";
import { LocalPulse } from "../../../src/skywire/visor/connection.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { scriptedStream } from "../../support/scripted-stream.ts";

/** Longer than a pulse waits before it asks. */
const LONG_MS = 2_500;

async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("the pulse of the local visor", () => {
  it("leaves no connection open that comes when it has ended", async () => {
    const clock = new ManualClock();
    const stream = scriptedStream();
    let connect: ((stream: ByteStream) => void) | undefined;
    const pulse = new LocalPulse({
      access: {
        dial: () =>
          new Promise((resolve) => {
            connect = resolve;
          }),
        clock,
        rpcAddress: { host: "127.0.0.1", port: 3435 },
      },
      onShort: () => undefined,
    });
    pulse.begin();
    clock.advance(LONG_MS);
    expect(connect).toBeDefined();
    pulse.end();
    connect?.(stream);
    await settled();
    // The local visor would hold it open for five minutes, and the program would not end before.
    expect(stream.isDestroyed).toBe(true);
    expect(stream.written).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

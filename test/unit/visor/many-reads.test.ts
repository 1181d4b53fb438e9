import { describe, expect, it } from "vitest";
import { type ByteStream, type Clock, type Dial, FleetError } from "../../../src/core/index.ts";
import { defaultMix, type EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import {
  createVisorReader,
  type Pace,
  type VisorReading,
  RELEASES,
} from "../../../src/skywire/visor/index.ts";
import { onDrivenClock } from "../../support/driven-clock.ts";
import { type EmbeddedWorld, embeddedWorld } from "../../support/embedded-world.ts";

/** What the local visor waits for a far one. */
const LIMIT_MS = 15_000;
const SLACK_MS = 10_000;
const TEST_MS = 60_000;

/** A fleet in which every third visor behind the first two is in this state. */
function fleetOf(count: number, state: EmbeddedVisorSpec["state"]): readonly EmbeddedVisorSpec[] {
  return defaultMix(count).map((spec, index) =>
    index > 1 && index % 3 === 0 && state !== undefined ? { ...spec, state } : spec,
  );
}

/** Reads all visors of an embedded fleet at once, on a clock that moves when nothing else does. */
async function readAll(
  visors: readonly EmbeddedVisorSpec[],
  pace: Partial<Pace> = {},
  options: {
    readonly through?: (dial: Dial, clock: Clock) => Dial;
    readonly isLast?: (name: string) => boolean;
  } = {},
) {
  const seenAtMs = new Map<string, number>();
  const { result, tookMs } = await onDrivenClock(async (clock) => {
    const world = await embeddedWorld(visors, { clock, writeAtStart: false, timeScale: 1 });
    const [local] = world.fleet.addresses.values();
    if (local === undefined) throw new Error("nobody listens");
    const dial = options.through?.(world.fleet.dial, clock) ?? world.fleet.dial;
    const reader = createVisorReader({ dial, clock, rpcAddress: local }, pace);
    const readings = await Promise.all(
      far(world).map(async (name): Promise<VisorReading> => {
        const turn = { isLast: options.isLast?.(name) === true };
        const reading = await reader.read(world.target(name), { config: true }, turn);
        if (reading.kind === "seen") seenAtMs.set(name, clock.now());
        return reading;
      }),
    );
    const pending = clock.pending;
    await world.fleet.stop();
    return { readings, pending };
  });
  const count = (reason: string): number =>
    result.readings.filter((one) => (one.kind === "unreachable" ? one.reason : one.kind) === reason)
      .length;
  return { ...result, tookMs, count, lastSeenMs: Math.max(...seenAtMs.values()) };
}

function far(world: EmbeddedWorld): readonly string[] {
  return world.fleet.visors
    .filter(
      ({ name, profile }) =>
        !world.fleet.addresses.has(name) && RELEASES[profile].rpcPort.value > 0,
    )
    .map(({ name }) => name);
}

/** A local visor that closes at once, or lets wait, what is more than it carries. */
function carriesAtMost(most: number, over: "closes" | "lets wait") {
  return (dial: Dial): Dial => {
    let open = 0;
    const waiting: (() => void)[] = [];
    const onClosed = (): void => {
      open -= 1;
      waiting.shift()?.();
    };
    return async (address, options) => {
      const stream = await dial(address, options);
      if (open >= most && over === "closes") stream.destroy();
      const held = open >= most ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined;
      return carried(stream, held, () => {
        open += 1;
        return onClosed;
      });
    };
  };
}

/** A stream whose bytes leave once it is carried, until it is closed. */
function carried(
  stream: ByteStream,
  held: Promise<void> | undefined,
  begin: () => () => void,
): ByteStream {
  let onClosed: (() => void) | undefined;
  let isClosed = false;
  const chunks: Uint8Array[] = [];
  const start = (): void => {
    onClosed = begin();
    for (const chunk of chunks.splice(0)) stream.write(chunk);
    if (isClosed) onClosed();
  };
  if (held === undefined) start();
  else void held.then(start);
  return {
    listen: (listener) =>
      stream.listen({
        data: (chunk) => listener.data(chunk),
        end: () => listener.end(),
        closed: (error) => {
          isClosed = true;
          onClosed?.();
          listener.closed(error);
        },
      }),
    write: (chunk) => {
      if (onClosed === undefined) chunks.push(chunk);
      else stream.write(chunk);
    },
    end: () => stream.end(),
    destroy: () => stream.destroy(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    backlogBytes: 0,
  };
}

describe("9.5: reading many visors", () => {
  it(
    "9.5: all that are dead cost one limit together where their connections fit, and the others do not wait for them",
    async () => {
      const read = await readAll(fleetOf(200, "dead"));
      expect(read.count("dial-timeout")).toBeGreaterThan(60);
      expect(read.count("seen")).toBe(read.readings.length - read.count("dial-timeout"));
      expect(read.lastSeenMs).toBeLessThan(1_000);
      expect(read.tookMs).toBeLessThanOrEqual(LIMIT_MS + SLACK_MS);
      expect(read.pending).toBe(0);
    },
    TEST_MS,
  );

  it(
    "9.5: with fewer dials than are dead they cost as many limits as rounds",
    async () => {
      const read = await readAll(fleetOf(200, "dead"), { dials: 32 });
      const rounds = Math.ceil(read.count("dial-timeout") / 32);
      expect(rounds).toBe(3);
      expect(read.tookMs).toBeLessThanOrEqual(rounds * LIMIT_MS + SLACK_MS);
    },
    TEST_MS,
  );

  it(
    "9.5: visors that were away are asked after the others, which then wait for none of them",
    async () => {
      const visors = fleetOf(200, "dead");
      const dead = new Set(visors.filter(({ state }) => state === "dead").map(({ name }) => name));
      const isLast = (name: string): boolean => dead.has(name);
      const read = await readAll(visors, { dials: 32 }, { isLast });
      expect(read.lastSeenMs).toBeLessThan(1_000);
    },
    TEST_MS,
  );

  it(
    "9.5: a local visor that closes what is too much makes no visor unreachable, and is said to be short",
    async () => {
      let said = 0;
      const onShort = (): void => {
        said += 1;
      };
      const through = carriesAtMost(50, "closes");
      const read = await readAll(defaultMix(200), { onShort }, { through });
      expect(read.count("seen")).toBe(read.readings.length);
      expect(said).toBe(1);
    },
    TEST_MS,
  );

  it(
    "9.5: a local visor that answers late makes no visor unreachable, and is said to be short",
    async () => {
      let said = 0;
      const onShort = (): void => {
        said += 1;
      };
      const through = carriesAtMost(50, "lets wait");
      const visors = fleetOf(200, "dead");
      const read = await readAll(visors, { onShort }, { through });
      expect(read.count("seen")).toBe(
        read.readings.length - visors.filter(({ state }) => state === "dead").length,
      );
      expect(said).toBe(1);
    },
    TEST_MS,
  );

  it(
    "9.5: visors that let nobody in are said to, and nothing is said of the local one",
    async () => {
      let said = 0;
      const onShort = (): void => {
        said += 1;
      };
      const strangers = defaultMix(200).map((spec, index) =>
        index > 1 && index % 3 === 0 ? { ...spec, hypervisors: [], pty: [] } : spec,
      );
      const read = await readAll(strangers, { onShort });
      expect(read.count("refused-or-no-listener")).toBeGreaterThan(50);
      expect(read.count("seen") + read.count("refused-or-no-listener")).toBe(read.readings.length);
      expect(said).toBe(0);
    },
    TEST_MS,
  );

  it("13: a visor that answered and is not read yet keeps others from being dialled", async () => {
    let open = 0;
    let most = 0;
    const through =
      (dial: Dial): Dial =>
      async (address, options) => {
        const stream = await dial(address, options);
        open += 1;
        most = Math.max(most, open);
        return carried(stream, undefined, () => () => {
          open -= 1;
        });
      };
    const read = await readAll(defaultMix(120), { dials: 8, working: 2 }, { through });
    expect(read.count("seen")).toBe(read.readings.length);
    expect(most).toBeLessThanOrEqual(8 + 2);
  });

  it.each([
    { code: "net/timeout", reason: "local-visor-short" },
    { code: "net/files-open", reason: "local-visor-short" },
    { code: "net/refused", reason: "no-local-visor" },
  ] as const)(
    "9.5: $code after connections that were taken is $reason",
    async ({ code, reason }) => {
      const world = await embeddedWorld(defaultMix(4));
      const [local] = world.fleet.addresses.values();
      if (local === undefined) throw new Error("nobody listens");
      let isFull = false;
      const dial: Dial = async (address, options) => {
        if (isFull) throw new FleetError(code, "no connection");
        return await world.fleet.dial(address, options);
      };
      const reader = createVisorReader({ dial, clock: world.clock, rpcAddress: local });
      const [name = ""] = far(world);
      expect(await reader.read(world.target(name))).toMatchObject({ kind: "seen" });
      isFull = true;
      expect(await reader.read(world.target(name))).toMatchObject({ kind: "unreachable", reason });
      await world.fleet.stop();
    },
  );
});

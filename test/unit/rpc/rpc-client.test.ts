import { describe, expect, it } from "vitest";
import { concatBytes, type FleetError, fromHex, toHex, utf8 } from "../../../src/core/index.ts";
import { Encoder, type Schema, t } from "../../../src/skywire/gob/index.ts";
import { defineMethod, RpcClient, type RpcClientOptions } from "../../../src/skywire/rpc/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type ScriptedStream, scriptedStream } from "../../support/scripted-stream.ts";

const double = defineMethod("Svc.Double", t.int, t.int);
const point = t.struct("x.Point", { X: t.int });
const header = t.struct("rpc.Response", { ServiceMethod: t.string, Seq: t.uint, Error: t.string });

interface Setup {
  readonly stream: ScriptedStream;
  readonly clock: ManualClock;
  readonly client: RpcClient;
  readonly encoder: Encoder;
  readonly reply: <T>(seq: number, schema: Schema<T>, value: T, error?: string) => Uint8Array;
}

function setUp(options: Partial<RpcClientOptions> = {}): Setup {
  const stream = scriptedStream();
  const clock = new ManualClock();
  const encoder = new Encoder();
  return {
    stream,
    clock,
    encoder,
    client: new RpcClient(stream, { clock, ...options }),
    reply: (seq, schema, value, error = "") =>
      concatBytes(
        encoder.encode(header, { ServiceMethod: "Svc.Double", Seq: seq, Error: error }),
        encoder.encode(schema, value),
      ),
  };
}

async function failure(call: Promise<unknown>): Promise<FleetError> {
  try {
    await call;
  } catch (error) {
    return error as FleetError;
  }
  throw new Error("the call was answered");
}

/** Lets promises of this turn settle. */
async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("sending", () => {
  it("puts all calls of a turn, and the preamble before them, into one write", async () => {
    const preamble = utf8("SKYBRI");
    const { stream, client } = setUp({ preamble });
    const calls = [client.call(double, 1), client.call(double, 2), client.call(double, 3)];
    expect(stream.written).toHaveLength(0);
    await turn();
    expect(stream.written).toHaveLength(1);
    expect(toHex(stream.written[0] ?? new Uint8Array(0)).startsWith(toHex(preamble))).toBe(true);
    calls.push(client.call(double, 4));
    await turn();
    expect(stream.written).toHaveLength(2);
    client.close();
    await Promise.allSettled(calls);
  });

  it("sends at once on flush, and half-closes after what waits", async () => {
    const { stream, client } = setUp();
    const call = client.call(double, 1);
    client.flush();
    expect(stream.written).toHaveLength(1);
    client.endSending();
    expect(stream.isEnded).toBe(true);
    client.close();
    await failure(call);
  });

  it("sends nothing of an argument that cannot be encoded, and goes on", async () => {
    const { stream, client, reply } = setUp();
    expect((await failure(client.call(double, 0.5))).code).toBe("gob/value");
    const call = client.call(double, 3);
    await turn();
    expect(stream.written).toHaveLength(1);
    // The failed call took no number and left no definition behind.
    stream.arrive(reply(0, t.int, 6));
    expect(await call).toBe(6);
  });
});

describe("replies", () => {
  it("are matched by number in any order, in any pieces", async () => {
    const { stream, client, reply } = setUp();
    const calls = [0, 1, 2].map((value) => client.call(double, value));
    const bytes = concatBytes(reply(2, t.int, 4), reply(0, t.int, 0), reply(1, t.int, 2));
    for (const byte of bytes) stream.arrive(Uint8Array.of(byte));
    expect(await Promise.all(calls)).toEqual([0, 2, 4]);
  });

  it("with an error text fail that call only, whatever the body is", async () => {
    const { stream, client, reply } = setUp();
    const calls = [client.call(double, 0), client.call(double, 1), client.call(double, 2)];
    stream.arrive(reply(0, t.empty, {}, "app not found"));
    stream.arrive(reply(1, t.list(point), [{ X: 1 }], "odd"));
    stream.arrive(reply(2, t.int, 4));
    const error = await failure(calls[0] ?? Promise.resolve());
    expect([error.code, error.message]).toEqual(["rpc/remote", "app not found"]);
    expect((await failure(calls[1] ?? Promise.resolve())).message).toBe("odd");
    expect(await calls[2]).toBe(4);
    expect(client.isOpen).toBe(true);
  });

  it("of an unknown number are dropped with their bodies", async () => {
    const { stream, client, reply } = setUp();
    const call = client.call(double, 0);
    stream.arrive(reply(77, point, { X: 1 }));
    stream.arrive(reply(0, t.int, 9));
    expect(await call).toBe(9);
  });

  it("of another shape fail that call only", async () => {
    const { stream, client, reply } = setUp();
    const calls = [client.call(double, 0), client.call(double, 1)];
    stream.arrive(reply(0, point, { X: 1 }));
    stream.arrive(reply(1, t.int, 2));
    expect((await failure(calls[0] ?? Promise.resolve())).code).toBe("gob/mismatch");
    expect(await calls[1]).toBe(2);
  });

  it("of any shape can be had without a schema", async () => {
    const { stream, client, reply } = setUp();
    const call = client.callGeneric("Svc.Any", { schema: t.string, value: "x" });
    stream.arrive(reply(0, point, { X: 1 }));
    expect((await call) as { X: number }).toMatchObject({ X: 1 });
  });
});

describe("time", () => {
  it("limits a call, which is then forgotten; its late reply is dropped", async () => {
    const { stream, client, clock, reply } = setUp();
    const slow = client.call(double, 0, { timeoutMs: 100 });
    const patient = client.call(double, 1);
    clock.advance(100);
    expect((await failure(slow)).code).toBe("rpc/timeout");
    expect(client.pendingCalls).toBe(1);
    stream.arrive(reply(0, t.int, 0));
    stream.arrive(reply(1, t.int, 2));
    expect(await patient).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("tells half a reply and silence from no reply", async () => {
    const { stream, client, clock, reply } = setUp();
    const call = client.call(double, 0, { timeoutMs: 50 });
    stream.arrive(reply(0, t.int, 0).slice(0, 20));
    clock.advance(50);
    expect((await failure(call)).code).toBe("rpc/stalled");
  });

  it("uses the client's own limit, or none for 0", async () => {
    const { client, clock } = setUp({ timeoutMs: 10 });
    const limited = client.call(double, 0);
    const endless = client.call(double, 1, { timeoutMs: 0 });
    clock.advance(1_000_000);
    expect((await failure(limited)).code).toBe("rpc/timeout");
    expect(client.pendingCalls).toBe(1);
    client.close();
    await failure(endless);
  });

  it("ends early when the caller gives up", async () => {
    const { client } = setUp();
    const stop = new AbortController();
    const call = client.call(double, 0, { signal: stop.signal });
    stop.abort(new Error("enough"));
    expect((await failure(call)).code).toBe("rpc/aborted");
    expect((await failure(client.call(double, 0, { signal: stop.signal }))).code).toBe(
      "rpc/aborted",
    );
    expect(client.pendingCalls).toBe(0);
  });
});

describe("the end of a connection", () => {
  it.each<readonly [string, string, (setup: Setup) => void]>([
    ["before any byte", "rpc/closed-silent", ({ stream }) => stream.hangUp()],
    [
      "between messages",
      "rpc/closed",
      ({ stream, reply }) => {
        stream.arrive(reply(50, t.int, 1));
        stream.hangUp();
      },
    ],
    [
      "inside the header",
      "rpc/closed-mid-message",
      ({ stream, reply }) => {
        stream.arrive(reply(0, t.int, 1).slice(0, 12));
        stream.hangUp();
      },
    ],
    [
      "between header and body",
      "rpc/closed-mid-message",
      ({ stream, encoder }) => {
        stream.arrive(encoder.encode(header, { ServiceMethod: "", Seq: 0, Error: "" }));
        stream.hangUp();
      },
    ],
    [
      "inside the body",
      "rpc/closed-mid-message",
      ({ stream, reply }) => {
        stream.arrive(reply(0, t.int, 1).slice(0, -1));
        stream.hangUp();
      },
    ],
    ["by garbage", "rpc/undecodable", ({ stream }) => stream.arrive(fromHex("0000000000"))],
    [
      "by a header of another type",
      "rpc/undecodable",
      ({ stream }) => stream.arrive(new Encoder().encode(t.int, 1)),
    ],
    ["by us", "rpc/closed-here", ({ client }) => client.close()],
  ])("%s: %s", async (_, code, end) => {
    const setup = setUp();
    const calls = [setup.client.call(double, 0), setup.client.call(double, 1)];
    end(setup);
    for (const call of calls) expect((await failure(call)).code).toBe(code);
    expect((await setup.client.whenClosed).code).toBe(code);
    expect(setup.client.isOpen).toBe(false);
    expect(setup.stream.isDestroyed).toBe(true);
    expect(setup.clock.pending).toBe(0);
    expect((await failure(setup.client.call(double, 2))).code).toBe(code);
  });
});

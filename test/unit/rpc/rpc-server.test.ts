import { describe, expect, it } from "vitest";
import { concatBytes, toHex } from "../../../src/core/index.ts";
import { Decoder, Encoder, type Schema, t } from "../../../src/skywire/gob/index.ts";
import {
  defineMethod,
  type Handler,
  partialReply,
  type RequestEvent,
  RpcServer,
  type RpcServerOptions,
  served,
  type ServerConnection,
} from "../../../src/skywire/rpc/index.ts";
import { scriptedStream, type ScriptedStream } from "../../support/scripted-stream.ts";

const request = t.struct("rpc.Request", { ServiceMethod: t.string, Seq: t.uint });
const response = t.struct("rpc.Response", {
  ServiceMethod: t.string,
  Seq: t.uint,
  Error: t.string,
});
const double = defineMethod("app-visor.Double", t.int, t.int);
const startIn = t.struct("visor.StartAppIn", { AppName: t.string });
const start = defineMethod("app-visor.StartApp", startIn, t.empty);
const hops = defineMethod("app-visor.SetMinHops", t.uint16, t.empty);

interface Setup {
  readonly stream: ScriptedStream;
  readonly connection: ServerConnection;
  readonly events: RequestEvent[];
  readonly encoder: Encoder;
  ask<T>(seq: number, method: string, schema: Schema<T>, value: T): void;
  /** Headers of all replies so far, bodies passed over. */
  replies(): Promise<readonly { readonly Seq: number; readonly Error: string }[]>;
}

function setUp(handler: Handler<number, number>, options: Partial<RpcServerOptions> = {}): Setup {
  const stream = scriptedStream();
  const events: RequestEvent[] = [];
  const encoder = new Encoder();
  const methods = [
    served(double, handler),
    served(start, () => ({})),
    served(hops, () => {
      throw new Error("");
    }),
  ];
  const server = new RpcServer({ methods, observe: (event) => events.push(event), ...options });
  return {
    stream,
    events,
    encoder,
    connection: server.serve(stream),
    ask: (seq, method, schema, value) =>
      stream.arrive(
        concatBytes(
          encoder.encode(request, { ServiceMethod: method, Seq: seq }),
          encoder.encode(schema, value),
        ),
      ),
    replies: async () => {
      await turn();
      const decoder = new Decoder();
      decoder.push(concatBytes(...stream.written));
      const headers: { Seq: number; Error: string }[] = [];
      for (let next = decoder.next(response); next !== undefined; next = decoder.next(response)) {
        headers.push({ Seq: next.value.Seq, Error: next.value.Error });
        if (!decoder.skip()) break;
      }
      return headers;
    },
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("error texts are Go's", () => {
  it.each<readonly [string, string, Schema<unknown>, unknown, string]>([
    [
      "no such method",
      "app-visor.Nope",
      t.list(t.string),
      ["x"],
      "rpc: can't find method app-visor.Nope",
    ],
    ["no such service", "Other.Double", t.int, 1, "rpc: can't find service Other.Double"],
    ["no dot", "NoDot", t.int, 1, "rpc: service/method request ill-formed: NoDot"],
    [
      "int for uint16",
      "app-visor.SetMinHops",
      t.int,
      1,
      "gob: decoding into local type *uint16, received remote type int",
    ],
    ["out of range", "app-visor.SetMinHops", t.uint32, 70_000, 'value for "*uint16" out of range'],
    [
      "int for a struct",
      "app-visor.StartApp",
      t.int,
      1,
      "gob: type mismatch in decoder: want struct type visor.StartAppIn; got non-struct",
    ],
    [
      "no field in common",
      "app-visor.StartApp",
      t.struct("", { Zed: t.int }),
      { Zed: 1 },
      "gob: type mismatch: no fields matched compiling decoder for StartAppIn",
    ],
    [
      "a field of another kind",
      "app-visor.StartApp",
      t.struct("x.In", { AppName: t.int }),
      { AppName: 1 },
      "gob: wrong type (string) for received field In.AppName",
    ],
    ["a handler's empty text", "app-visor.SetMinHops", t.uint16, 1, "error without a text"],
  ])("%s", async (_, method, schema, value, text) => {
    const setup = setUp((n) => 2 * n);
    setup.ask(4, method, schema, value);
    setup.ask(5, "app-visor.Double", t.int, 4);
    expect(await setup.replies()).toEqual([
      { Seq: 4, Error: text },
      { Seq: 5, Error: "" },
    ]);
  });

  it("the body of an error is an empty struct", async () => {
    const setup = setUp((n) => n, { firstId: 64 });
    setup.ask(0, "app-visor.Nope", t.int, 1);
    await turn();
    expect(
      toHex(concatBytes(...setup.stream.written)).endsWith("0aff81030102ff8200000003ff8200"),
    ).toBe(true);
  });

  it("any struct does for an empty one, a subset and extra fields for another", async () => {
    const setup = setUp((n) => n);
    setup.ask(1, "app-visor.StartApp", t.empty, {});
    setup.ask(2, "app-visor.StartApp", t.struct("", { AppName: t.string, More: t.int }), {
      AppName: "a",
      More: 1,
    });
    expect((await setup.replies()).map((reply) => reply.Error)).toEqual(["", ""]);
  });
});

describe("what an observer sees", () => {
  it("is every request, with what came, and handlers run only for arguments that fit", async () => {
    let runs = 0;
    const setup = setUp((n) => {
      runs += 1;
      return n;
    });
    setup.ask(0, "app-visor.Double", t.int, 7);
    setup.ask(1, "app-visor.Double", t.string, "seven");
    setup.ask(2, "app-visor.Nope", t.struct("", { A: t.int }), { A: 1 });
    await turn();
    expect(setup.events.map((event) => [event.seq, event.outcome])).toEqual([
      [0, "called"],
      [1, "refused"],
      [2, "unknown"],
    ]);
    expect(setup.events[0]?.args).toBe(7);
    expect(setup.events[1]?.args).toBe("seven");
    expect(setup.events[2]?.args).toMatchObject({ A: 1 });
    expect(runs).toBe(1);
  });
});

describe("handlers", () => {
  it("answer late and out of order, or never", async () => {
    const waiting = new Map<number, (value: number) => void>();
    const setup = setUp((n) => new Promise((resolve) => waiting.set(n, resolve)));
    for (const seq of [0, 1, 2]) setup.ask(seq, "app-visor.Double", t.int, seq);
    waiting.get(2)?.(4);
    await turn();
    waiting.get(0)?.(0);
    expect((await setup.replies()).map((reply) => reply.Seq)).toEqual([2, 0]);
    expect(setup.connection.inFlight).toBe(1);
  });

  it("put the replies of a turn into one write", async () => {
    const setup = setUp((n) => 2 * n);
    for (const seq of [0, 1, 2]) setup.ask(seq, "app-visor.Double", t.int, seq);
    await turn();
    expect(setup.stream.written).toHaveLength(1);
  });

  it("can die in the middle of a reply, or cut the connection", async () => {
    const dying = setUp((n) => partialReply(n, { bytes: 70, then: "destroy" }));
    dying.ask(0, "app-visor.Double", t.int, 1);
    expect(concatBytes(...dying.stream.written)).toHaveLength(70);
    expect(dying.stream.isDestroyed).toBe(true);
    await dying.connection.closed;

    const silent = setUp((n) => partialReply(n, { bytes: 5, then: "silence" }));
    silent.ask(0, "app-visor.Double", t.int, 1);
    silent.ask(1, "app-visor.StartApp", startIn, { AppName: "a" });
    await turn();
    expect(concatBytes(...silent.stream.written)).toHaveLength(5);
    expect(silent.connection.isOpen).toBe(true);

    const cut = setUp((n, call) => {
      call.connection.destroy();
      return n;
    });
    cut.ask(0, "app-visor.Double", t.int, 1);
    await turn();
    expect([cut.stream.written.length, cut.stream.isDestroyed]).toEqual([0, true]);
  });

  it("that return what cannot be encoded cost the connection, after the header, as in Go", async () => {
    const setup = setUp(() => 0.5);
    setup.ask(0, "app-visor.Double", t.int, 1);
    await turn();
    expect(setup.stream.isEnded).toBe(true);
    expect(concatBytes(...setup.stream.written).length).toBeGreaterThan(0);
  });

  it("are at most 256 at a time: then reading pauses until one is done", async () => {
    const waiting: ((value: number) => void)[] = [];
    const setup = setUp((n) => new Promise((resolve) => waiting.push(() => resolve(n))));
    for (let seq = 0; seq < 300; seq += 1) setup.ask(seq, "app-visor.Double", t.int, seq);
    expect(setup.connection.inFlight).toBe(256);
    expect(setup.stream.isPaused).toBe(true);
    for (const answer of waiting.splice(0)) answer(0);
    await turn();
    for (const answer of waiting.splice(0)) answer(0);
    expect(await setup.replies()).toHaveLength(300);
    expect(setup.stream.isPaused).toBe(false);
  });
});

describe("the end of requests", () => {
  it("waits for running calls, answers them, then closes", async () => {
    let answer: (value: number) => void = () => undefined;
    const setup = setUp((n) => new Promise((resolve) => (answer = () => resolve(n))));
    setup.ask(0, "app-visor.Double", t.int, 3);
    setup.stream.hangUp();
    await turn();
    expect(setup.stream.isEnded).toBe(false);
    answer(3);
    expect(await setup.replies()).toEqual([{ Seq: 0, Error: "" }]);
    expect(setup.stream.isEnded).toBe(true);
  });

  it.each<readonly [string, number, readonly string[]]>([
    ["a header without its body", 0, ["EOF"]],
    ["a header with half a body", 2, ["unexpected EOF"]],
  ])("after %s gives Go's error", async (_, bodyBytes, errors) => {
    const setup = setUp((n) => n);
    setup.stream.arrive(
      setup.encoder.encode(request, { ServiceMethod: "app-visor.Double", Seq: 0 }),
    );
    setup.stream.arrive(setup.encoder.encode(t.int, 5).slice(0, bodyBytes));
    setup.stream.hangUp();
    expect((await setup.replies()).map((reply) => reply.Error)).toEqual(errors);
    expect(setup.stream.isEnded).toBe(true);
  });

  it.each<readonly [string, readonly number[]]>([
    ["nothing", []],
    ["half a header", [0x2e, 0x7f, 0x03]],
  ])("after %s closes without a word", async (_, bytes) => {
    const setup = setUp((n) => n);
    setup.stream.arrive(Uint8Array.from(bytes));
    setup.stream.hangUp();
    expect(await setup.replies()).toEqual([]);
    expect(setup.stream.isEnded).toBe(true);
  });

  it("comes with garbage, after the good calls before it", async () => {
    const setup = setUp((n) => n);
    setup.ask(0, "app-visor.Double", t.int, 3);
    setup.stream.arrive(new Uint8Array(64));
    expect(await setup.replies()).toEqual([{ Seq: 0, Error: "" }]);
    expect(setup.stream.isEnded).toBe(true);
  });

  it("leaves a long announced message open and silent", async () => {
    const setup = setUp((n) => n);
    setup.stream.arrive(Uint8Array.from([0x53, 0x4b, 0x59]));
    expect(await setup.replies()).toEqual([]);
    expect(setup.connection.isOpen).toBe(true);
  });
});

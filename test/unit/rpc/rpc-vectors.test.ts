import { describe, expect, it } from "vitest";
import { concatBytes, FleetError, fromHex, toHex } from "../../../src/core/index.ts";
import { Decoder, t } from "../../../src/skywire/gob/index.ts";
import {
  defineMethod,
  type Handler,
  RpcClient,
  RpcServer,
  served,
  type ServedMethod,
} from "../../../src/skywire/rpc/index.ts";
import { decodeAll } from "../../support/feed.ts";
import { GoShapes } from "../../support/go-shapes.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { rawPeer, settle } from "../../support/raw-peer.ts";
import { differenceOf } from "../../support/same-json.ts";
import {
  gobVectors,
  type Json,
  type RpcCallVector,
  type RpcSessionVector,
  type ValueVector,
} from "../../support/vectors.ts";

const vectors = gobVectors();
const shapes = new GoShapes(vectors.meta);
const FIRST_ID = 64;

/** True when the error is the method's own, not one of net/rpc or gob. */
function isOwnError(call: RpcCallVector): boolean {
  return call.error !== undefined && !/^(?:rpc|gob): /.test(call.error);
}

/** Reads a session once for what only its bytes tell: interface names, and marshalers' zero values. */
function learn(session: RpcSessionVector): void {
  const requests = new Decoder();
  const replies = new Decoder();
  for (const call of session.calls) {
    requests.push(fromHex(call.c2s));
    requests.next(t.generic);
    learnFrom(requests, call.argsGoType, call.args);
    replies.push(fromHex(call.s2c));
    if (call.error !== undefined) {
      replies.skip();
      replies.skip();
    } else if (replies.skip()) learnFrom(replies, call.replyGoType, call.reply ?? null);
  }
}

function learnFrom(decoder: Decoder, goType: string, expected: Json): void {
  const shape = shapes.of(goType);
  const next = decoder.next(shape.schema);
  if (next === undefined) return;
  differenceOf(shape.toJson(next.value), expected, (name, payload) =>
    shapes.learnZero(name, payload),
  );
}

/** The values of the file show more of them. */
function learnFromValues({ hex, goType, value }: ValueVector): void {
  const decoder = new Decoder();
  decoder.push(fromHex(hex));
  const goTypes = Array.isArray(goType) ? (goType as readonly string[]) : [goType as string];
  const expected = Array.isArray(goType) ? (value as readonly Json[]) : [value];
  try {
    goTypes.forEach((text, index) => learnFrom(decoder, text, expected[index] ?? null));
  } catch {
    // The tests of the values say what is wrong with one.
  }
}

vectors.values.forEach(learnFromValues);
vectors.rpc.forEach(learn);

/** What a call came to, in the words of the vector file. */
async function outcomeOf(
  client: RpcClient,
  call: RpcCallVector,
): Promise<{ reply?: Json; error?: FleetError }> {
  const args = shapes.of(call.argsGoType);
  const reply = shapes.of(call.replyGoType);
  try {
    const method = defineMethod(call.method, args.schema, reply.schema);
    return {
      reply: reply.toJson(await client.call(method, args.fromJson(call.args), { timeoutMs: 0 })),
    };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { error };
  }
}

function checkOutcome(call: RpcCallVector, outcome: { reply?: Json; error?: FleetError }): void {
  if (call.error === undefined) {
    expect(outcome.error).toBeUndefined();
    const learnZero = shapes.learnZero.bind(shapes);
    expect(differenceOf(outcome.reply ?? null, call.reply ?? null, learnZero)).toBeUndefined();
  } else if (call.isServerError === false) {
    // A reply of another shape ends Go's connection; ours goes on.
    const isMisfit = call.error.startsWith("reading body gob: ");
    expect(outcome.error?.code).toMatch(isMisfit ? /^gob\// : /^rpc\/closed/);
  } else {
    expect(outcome.error?.code).toBe("rpc/remote");
    expect(outcome.error?.message).toBe(call.error);
  }
}

/**
 * Go numbers types a process at a time and writes maps in random order, so where the bytes differ
 * what they say must still be the same.
 */
function expectSameBytes(ours: Uint8Array, theirs: string): void {
  if (toHex(ours) === theirs) return;
  expect(decodeAll(ours, [t.generic])).toEqual(decodeAll(fromHex(theirs), [t.generic]));
}

async function replayToClient(
  session: RpcSessionVector,
  cut: (bytes: Uint8Array) => readonly Uint8Array[],
): Promise<void> {
  const peer = rawPeer();
  const client = new RpcClient(peer.near, { clock: new ManualClock(), firstId: FIRST_ID });
  let sent = "";
  for (const call of session.calls) {
    // Go's connection had ended, so nothing was sent.
    if (call.c2s === "") break;
    const outcome = outcomeOf(client, call);
    await settle(3);
    sent += call.c2s;
    expectSameBytes(peer.received(), sent);
    for (const piece of cut(fromHex(call.s2c))) peer.far.write(piece);
    if (call.isServerError === false) peer.far.end();
    checkOutcome(call, await outcome);
  }
  client.close();
}

const recordedCalls = vectors.rpc.flatMap((session) => session.calls);

/** The call that shows a method's own types best: of those accepted, one with the commonest argument type. */
function exampleOf(method: string): RpcCallVector | undefined {
  const ofMethod = recordedCalls.filter((call) => call.method === method);
  const accepted = ofMethod.filter((call) => call.error === undefined || isOwnError(call));
  const named = ofMethod
    .map((call) => /want struct type (.*); got non-struct/.exec(call.error ?? "")?.[1])
    .find((name) => name !== undefined);
  const weightOf = ({ argsGoType }: RpcCallVector): number => {
    const text = argsGoType.replace(/^\*/, "");
    const uses = accepted.filter((call) => call.argsGoType.replace(/^\*/, "") === text).length;
    return (
      (text === named ? recordedCalls.length : 0) + uses - (text.includes("struct {") ? 0.5 : 0)
    );
  };
  return [...accepted].sort((a, b) => weightOf(b) - weightOf(a))[0];
}

/** A method nobody calls, for each service that is known only by the calls it has no method for. */
function bareServices(): readonly ServedMethod[] {
  const services = recordedCalls.flatMap(({ error }) => {
    const service = /^rpc: can't find method (.+)\.[^.]*$/.exec(error ?? "")?.[1];
    return service === undefined ? [] : [service];
  });
  return [...new Set(services)].map((service) =>
    served(defineMethod(`${service}.NeverCalled`, t.empty, t.empty), () => ({})),
  );
}

function methodsOf(session: RpcSessionVector): readonly ServedMethod[] {
  const names = new Set(session.calls.map((call) => call.method));
  return [...names].flatMap((name) => {
    const example = exampleOf(name);
    if (example === undefined) return [];
    const args = shapes.of(example.argsGoType.replace(/^\*/, ""));
    const reply = shapes.of(example.replyGoType);
    const handler: Handler<unknown, unknown> = (_, { seq, connection }) => {
      const recorded = session.calls[seq];
      if (recorded === undefined) throw new Error("no such call was recorded");
      if (recorded.isServerError === false) {
        if (recorded.s2c === "") connection.destroy();
        // As the recorded server: a reply that cannot be encoded.
        return Symbol("unencodable");
      }
      if (recorded.error !== undefined) throw new Error(recorded.error);
      return reply.fromJson(recorded.reply ?? null);
    };
    return [served(defineMethod(name, args.schema, reply.schema), handler)];
  });
}

/** Go names the sender's type by a table of its process; what it says after these words is not repeatable. */
const UNRELIABLE = /received (?:remote|concrete) type/;

/** True when the file does not tell what the server needs to know for an error text. */
function isUnrepeatable(call: RpcCallVector, error: string): boolean {
  // JSON has no bytes for text that is not UTF-8.
  if (UNRELIABLE.test(error) || error.includes("\uFFFD")) return true;
  // Of a method that never took an argument the right type is not known.
  return !error.startsWith("rpc: ") && exampleOf(call.method) === undefined;
}

async function replayToServer(
  session: RpcSessionVector,
  cut: (bytes: Uint8Array) => readonly Uint8Array[],
): Promise<void> {
  const peer = rawPeer();
  new RpcServer({ methods: [...methodsOf(session), ...bareServices()], firstId: FIRST_ID }).serve(
    peer.near,
  );
  let expected = "";
  for (const call of session.calls) {
    for (const piece of cut(fromHex(call.c2s))) peer.far.write(piece);
    await settle(3);
    if (call.error !== undefined && isUnrepeatable(call, call.error)) return;
    expected += call.s2c;
    expectSameBytes(peer.received(), expected);
    if (call.isServerError === false) expect(peer.hasEnded || peer.isClosed).toBe(true);
  }
}

const whole = (bytes: Uint8Array): readonly Uint8Array[] => [bytes];
const single = (bytes: Uint8Array): readonly Uint8Array[] =>
  [...bytes].map((byte) => Uint8Array.of(byte));

it("knows the types of every recorded call", () => {
  for (const { argsGoType, replyGoType } of vectors.rpc.flatMap((session) => session.calls)) {
    expect(shapes.of(argsGoType).schema.node).toBeDefined();
    expect(shapes.of(replyGoType).schema.node).toBeDefined();
  }
});

describe.each(vectors.rpc)("recorded net/rpc session $name", (session) => {
  it("replays into the client", () => replayToClient(session, whole));
  it("replays into the client byte by byte", () => replayToClient(session, single));
  it("replays into the server", () => replayToServer(session, whole));
  it("replays into the server byte by byte", () => replayToServer(session, single));

  it("replays into the client split at every offset of each reply", async () => {
    const longest = Math.max(...session.calls.map((call) => call.s2c.length / 2));
    const step = Math.max(1, Math.floor(longest / 150));
    for (let offset = 1; offset < longest; offset += step) {
      await replayToClient(session, (bytes) => [bytes.slice(0, offset), bytes.slice(offset)]);
    }
  });

  it("gives the same replies when all bytes come at once", async () => {
    if (session.calls.some((call) => call.isServerError === false)) return;
    const peer = rawPeer();
    const client = new RpcClient(peer.near, { clock: new ManualClock(), firstId: FIRST_ID });
    const outcomes = session.calls.map((call) => outcomeOf(client, call));
    peer.far.write(concatBytes(...session.calls.map((call) => fromHex(call.s2c))));
    const settled = await Promise.all(outcomes);
    settled.forEach((outcome, index) => {
      const call = session.calls[index];
      if (call !== undefined) checkOutcome(call, outcome);
    });
    expect(peer.near.written).toHaveLength(Math.min(1, session.calls.length));
    client.close();
  });
});

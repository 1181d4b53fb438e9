import { describe, expect, it } from "vitest";
import { FleetError, fromHex, toHex } from "../../../src/core/index.ts";
import { Decoder, type Schema, t } from "../../../src/skywire/gob/index.ts";
import { defineMethod, RpcClient } from "../../../src/skywire/rpc/index.ts";
import { decodeAll, everyOffset } from "../../support/feed.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { rawPeer, type RawPeer, settle } from "../../support/raw-peer.ts";
import {
  type Json,
  type VisorCallVector,
  type VisorSessionVector,
  visorVectors,
} from "../../support/vectors.ts";
import { visorJson, visorSchema, visorValue } from "../../support/visor-shapes.ts";

const { sessions } = visorVectors();
const FIRST_ID = 64;

const requestHeader = t.struct("", { ServiceMethod: t.string, Seq: t.uint });

function bytesOf(session: VisorSessionVector, dir: "c2s" | "s2c"): string {
  return session.exchanges
    .filter((exchange) => exchange.dir === dir)
    .map((exchange) => exchange.hex)
    .join("");
}

/** A reply as the recorder wrote it down; `undefined` when the call failed. */
interface Answer {
  readonly json: Json | undefined;
  readonly error: FleetError | undefined;
}

async function ask(client: RpcClient, call: VisorCallVector): Promise<Answer> {
  const args = call.argsType === undefined ? undefined : visorSchema(call.argsType);
  const reply = visorSchema(call.replyType ?? "struct {}");
  const isKnown = args !== undefined && call.args !== null;
  const schema: Schema<unknown> = isKnown ? args : t.empty;
  const value = isKnown ? visorValue(call.argsType ?? "", call.args) : {};
  try {
    const method = defineMethod(call.method, schema, reply ?? t.generic);
    const answer = await client.call(method, value, { timeoutMs: 0 });
    return {
      json: reply === undefined ? undefined : visorJson(call.replyType ?? "struct {}", answer),
      error: undefined,
    };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { json: undefined, error };
  }
}

function check(call: VisorCallVector, answer: Answer): void {
  if (call.noReply === true) expect(answer.error?.code).toMatch(/^rpc\/closed/);
  else if (call.error !== undefined) {
    expect(answer.error?.code).toBe("rpc/remote");
    expect(answer.error?.message).toBe(call.error);
  } else {
    expect(answer.error).toBeUndefined();
    if (visorSchema(call.replyType ?? "") !== undefined) expect(answer.json).toEqual(call.reply);
  }
}

async function replay(
  session: VisorSessionVector,
  feed: (peer: RawPeer, bytes: Uint8Array) => void,
): Promise<void> {
  const peer = rawPeer();
  const client = new RpcClient(peer.near, { clock: new ManualClock(), firstId: FIRST_ID });
  const calls = session.calls ?? [];
  const answers = calls.map((call) => ask(client, call));
  client.flush();
  feed(peer, fromHex(bytesOf(session, "s2c")));
  await settle(2);
  peer.far.end();
  await settle(2);
  client.close();
  const settled = await Promise.all(answers);
  calls.forEach((call, index) => {
    const answer = settled[index];
    if (answer !== undefined) check(call, answer);
  });
}

describe.each(sessions)("recorded visor session $name", (session) => {
  it("gives the recorded replies", () => replay(session, (peer, bytes) => peer.far.write(bytes)));

  it("gives the recorded replies byte by byte", () =>
    replay(session, (peer, bytes) => {
      for (const byte of bytes) peer.far.write(Uint8Array.of(byte));
    }));

  it("gives the recorded replies split anywhere", async () => {
    const offsets = everyOffset(fromHex(bytesOf(session, "s2c")));
    const step = Math.max(1, Math.floor(offsets.length / 12));
    for (let index = 0; index < offsets.length; index += step) {
      const offset = offsets[index] ?? 0;
      await replay(session, (peer, bytes) => {
        peer.far.write(bytes.slice(0, offset));
        peer.far.write(bytes.slice(offset));
      });
    }
  });

  it("has requests that decode to the recorded arguments", () => {
    const decoder = new Decoder();
    const isClean = !session.name.startsWith("raw-");
    decoder.push(fromHex(bytesOf(session, "c2s")));
    for (const call of isClean ? (session.calls ?? []) : []) {
      expect(decoder.next(requestHeader)?.value).toEqual({
        ServiceMethod: call.method,
        Seq: call.seq,
      });
      const schema = call.argsType === undefined ? undefined : visorSchema(call.argsType);
      if (schema === undefined || call.note !== undefined) decoder.skip();
      else expect(visorJson(call.argsType ?? "", decoder.next(schema)?.value)).toEqual(call.args);
    }
    if (isClean) decoder.end();
  });
});

const complete = sessions.filter((session) => {
  const calls = session.calls ?? [];
  const isTyped = calls.every(
    (call) => call.note === undefined && visorSchema(call.argsType ?? "") !== undefined,
  );
  return !session.name.startsWith("raw-") && calls.length > 0 && isTyped;
});

// Which id a type gets depends on what else the recording process had met, so bytes may differ in ids only.
it("writes the requests of the official client", async () => {
  for (const session of complete) {
    const calls = session.calls ?? [];
    const peer = rawPeer();
    const client = new RpcClient(peer.near, { clock: new ManualClock(), firstId: FIRST_ID });
    const answers = calls.map((call) => ask(client, call));
    await settle(3);
    const ours = peer.received();
    const theirs = bytesOf(session, "c2s");
    if (toHex(ours) !== theirs) {
      const said = decodeAll(fromHex(theirs), [t.generic]);
      expect(decodeAll(ours, [t.generic]), session.name).toEqual(said);
    }
    client.close();
    await Promise.all(answers);
  }
});

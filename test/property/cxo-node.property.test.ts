import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, hasCode, toHex } from "../../src/core/index.ts";
import {
  type CxoMessage,
  decodeMessage,
  encodeMessage,
  openChannel,
} from "../../src/skywire/cxo/index.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { memoryPair } from "../support/memory-pair.ts";
import { settle } from "../support/raw-peer.ts";
import { scriptedStream } from "../support/scripted-stream.ts";

const FIXED = { seed: 20_261_122 };

const bytesOf = (size: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: size, maxLength: size });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const key = bytesOf(33);
const value = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "grapheme" });

const message: fc.Arbitrary<CxoMessage> = fc.oneof(
  fc.constantFrom<CxoMessage>(
    { type: "Ping" },
    { type: "Pong" },
    { type: "Ok" },
    { type: "RqList" },
  ),
  fc.record({
    type: fc.constant("Syn" as const),
    protocol: fc.integer({ min: 0, max: 0xffff }),
    nodeId: key,
  }),
  fc.record({ type: fc.constant("Ack" as const), nodeId: key }),
  fc.record({ type: fc.constant("Err" as const), text }),
  fc.record({
    type: fc.constantFrom(
      "Sub" as const,
      "Unsub" as const,
      "RqPreview" as const,
      "RqPeers" as const,
    ),
    feed: key,
  }),
  fc.record({ type: fc.constant("List" as const), feeds: fc.array(key, { maxLength: 5 }) }),
  fc.record({
    type: fc.constant("Root" as const),
    feed: key,
    nonce: u64,
    seq: u64,
    value,
    signature: bytesOf(65),
  }),
  fc.record({ type: fc.constant("RqObject" as const), key: bytesOf(32) }),
  fc.record({ type: fc.constant("Object" as const), value }),
  fc.record({
    type: fc.constant("Peers" as const),
    feed: key,
    peers: fc.array(fc.record({ key, metadata: value, tcp: text, udp: text }), { maxLength: 4 }),
  }),
);

describe("messages", () => {
  it("decode to what was encoded, and refuse one byte more or less", () => {
    fc.assert(
      fc.property(fc.record({ seq: u32, rseq: u32, message }), (envelope) => {
        const bytes = encodeMessage(envelope);
        expect(decodeMessage(bytes)).toEqual(envelope);
        expect(isRefused(bytes.subarray(0, -1))).toBe(true);
        expect(isRefused(concatBytes(bytes, Uint8Array.of(0)))).toBe(true);
      }),
      FIXED,
    );
  });

  it("of any bytes are read in their one form or refused by code", () => {
    fc.assert(
      fc.property(bytesOf(8), fc.integer({ min: 0, max: 20 }), value, (numbers, type, body) => {
        const bytes = concatBytes(numbers, Uint8Array.of(type), body);
        if (isRefused(bytes)) return;
        const decoded = decodeMessage(bytes);
        // A text that is not UTF-8 is shown with marks, so only its length may change.
        if (decoded.message.type !== "Err" && decoded.message.type !== "Peers")
          expect(toHex(encodeMessage(decoded))).toBe(toHex(bytes));
      }),
      { ...FIXED, numRuns: 500 },
    );
  });
});

describe("a channel", () => {
  it("carries packets whole, however the bytes are cut on the way", async () => {
    const packets = fc.array(fc.uint8Array({ minLength: 9, maxLength: 9000 }), {
      minLength: 1,
      maxLength: 4,
    });
    const cuts = fc.integer({ min: 1, max: 5000 });
    await fc.assert(
      fc.asyncProperty(packets, cuts, fc.boolean(), async (sent, cut, areJoined) => {
        expect((await carried(sent, cut, areJoined)).map(toHex)).toEqual(sent.map(toHex));
      }),
      { ...FIXED, numRuns: 50 },
    );
  });
});

/** What an initiator writes before its first record, two frames: at most this. */
const HANDSHAKE_SIZE = 200;

function isRefused(bytes: Uint8Array): boolean {
  try {
    decodeMessage(bytes);
    return false;
  } catch (error) {
    expect(hasCode(error, "cxo/")).toBe(true);
    return true;
  }
}

// The same keys give the same bytes: what the first run wrote is read in pieces by the second.
async function carried(
  packets: readonly Uint8Array[],
  cut: number,
  areJoined: boolean,
): Promise<Uint8Array[]> {
  const clock = new ManualClock();
  const secrets = (fill: number): { staticSecret: Uint8Array; ephemeralSecret: Uint8Array } => ({
    staticSecret: new Uint8Array(32).fill(fill),
    ephemeralSecret: new Uint8Array(32).fill(fill + 1),
  });
  const [near, far] = memoryPair();
  const [writer] = await Promise.all([
    openChannel(near, { role: "initiator", clock, ...secrets(1) }),
    openChannel(far, { role: "responder", clock, ...secrets(3) }),
  ]);
  if (areJoined) writer.joinWrites();
  for (const packet of packets) writer.send(packet);
  await settle();
  const stream = scriptedStream();
  const received: Uint8Array[] = [];
  const opening = openChannel(stream, { role: "responder", clock, ...secrets(3) });
  const bytes = concatBytes(...near.written);
  const arrive = (from: number, to: number): void => {
    for (let at = from; at < to; at += cut) stream.arrive(bytes.slice(at, Math.min(at + cut, to)));
  };
  // Some of it comes before there is a listener, the rest after.
  const middle = Math.floor((bytes.length + HANDSHAKE_SIZE) / 2);
  arrive(0, middle);
  const reader = await opening;
  reader.listen({ packet: (packet) => received.push(packet.slice()), closed: () => undefined });
  arrive(middle, bytes.length);
  return received;
}

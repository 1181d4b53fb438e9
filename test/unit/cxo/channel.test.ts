import { describe, expect, it } from "vitest";
import { concatBytes, FleetError, toHex } from "../../../src/core/index.ts";
import { type Channel, FRAME_SIZE_MAX, openChannel } from "../../../src/skywire/cxo/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type MemoryEnd, memoryPair } from "../../support/memory-pair.ts";
import { settle } from "../../support/raw-peer.ts";

/** The 8 bytes of counter and 16 of tag that a record has beside its content. */
const PLAIN_SIZE_MAX: number = FRAME_SIZE_MAX - 24;
const END = new FleetError("cxo/closed", "the test is over");

describe("the packets of one turn", () => {
  it("go to a Go node as two records each, in a write of its own", async () => {
    const { near, channel } = await opened();
    for (const packet of PACKETS) channel.send(packet);
    expect(near.written.length).toBe(PACKETS.length);
    const [first = new Uint8Array()] = near.written;
    expect(frames(first)).toEqual([4 + 8 + 24, 92 + 24]);
  });

  it("go to a node of ours in full records and one write, with the last words too", async () => {
    const { near, channel, received } = await opened();
    channel.joinWrites();
    for (const packet of PACKETS) channel.send(packet);
    expect(channel.backlogBytes).toBe(PACKETS.length * 104);
    await settle();
    expect(channel.backlogBytes).toBe(0);
    expect(near.written.length).toBe(1);
    const all = PACKETS.length * 104;
    expect(frames(concatBytes(...near.written))).toEqual([
      ...Array.from({ length: Math.floor(all / PLAIN_SIZE_MAX) }, () => FRAME_SIZE_MAX),
      (all % PLAIN_SIZE_MAX) + 24,
    ]);
    channel.send(LAST);
    channel.close(END);
    await settle();
    expect(received.map(toHex)).toEqual([...PACKETS, LAST].map(toHex));
  });

  it("do not gather without end", async () => {
    const { near, channel } = await opened();
    channel.joinWrites();
    for (let sent = 0; sent < 3; sent += 1) channel.send(new Uint8Array(60_000));
    expect(near.written.length).toBe(1);
    expect(channel.backlogBytes).toBe(60_004);
  });
});

const PACKETS: readonly Uint8Array[] = Array.from({ length: 100 }, (_, at) =>
  new Uint8Array(100).fill(at),
);
const LAST: Uint8Array = new Uint8Array(9).fill(255);

/** Two joined channels, from the moment when the handshake is done. */
async function opened(): Promise<{
  readonly near: { readonly written: readonly Uint8Array[] };
  readonly channel: Channel;
  readonly received: readonly Uint8Array[];
}> {
  const clock = new ManualClock();
  const keys = (fill: number): { staticSecret: Uint8Array; ephemeralSecret: Uint8Array } => ({
    staticSecret: new Uint8Array(32).fill(fill),
    ephemeralSecret: new Uint8Array(32).fill(fill + 1),
  });
  const [near, far] = memoryPair();
  const [channel, other] = await Promise.all([
    openChannel(near, { role: "initiator", clock, ...keys(1) }),
    openChannel(far, { role: "responder", clock, ...keys(3) }),
  ]);
  const received: Uint8Array[] = [];
  other.listen({ packet: (packet) => received.push(packet.slice()), closed: () => undefined });
  channel.listen({ packet: () => undefined, closed: () => undefined });
  return { near: since(near), channel, received };
}

/** What is written on an end from now on. */
function since(end: MemoryEnd): { readonly written: readonly Uint8Array[] } {
  const before = end.written.length;
  return {
    get written() {
      return end.written.slice(before);
    },
  };
}

/** The sizes of the frames that lie in some bytes, without their own two bytes. */
function frames(bytes: Uint8Array): readonly number[] {
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    sizes.push(size);
    at += 2 + size;
  }
  return sizes;
}

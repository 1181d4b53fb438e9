import { concatBytes, fromHex } from "../../src/core/index.ts";
import { dialTcp } from "../../src/platform/index.ts";
import { Decoder, t } from "../../src/skywire/gob/index.ts";
import { defineMethod, RpcClient } from "../../src/skywire/rpc/index.ts";
import { realClock } from "../support/clocks.ts";
import { buildGoPeer, goFault, type GoProcess, startGoPeer } from "../support/go-peer.ts";
import { summary } from "../support/go-peer-types.ts";

/** One row of the benchmark table. A ratio of 1 or more is as good as the peer, whatever the unit. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly unit: string;
}

const ROUNDS = 7;
/** Transports in a Summary of about 48 KB. */
const TRANSPORTS = 370;
const DECODES = 300;
const CALLS = 30_000;
const IN_FLIGHT = 128;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Microseconds for each decoded Summary: one stream, definitions first, as on a connection. */
function timeDecode(first: Uint8Array, next: Uint8Array, count: number): number {
  const decoder = new Decoder();
  decoder.push(first);
  decoder.next(summary);
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    decoder.push(next);
    decoder.next(summary);
  }
  return ((performance.now() - start) * 1000) / count;
}

/** Calls a second with a fixed number of calls under way. */
async function timeCalls(address: string, count: number, inFlight: number): Promise<number> {
  const [host = "", port = ""] = address.split(":");
  const stream = await dialTcp({ host, port: Number(port) }, { timeoutMs: 5_000 });
  const client = new RpcClient(stream, { clock: realClock });
  const double = defineMethod("app-visor.Double", t.int, t.int);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const mine = next;
      next += 1;
      const reply = await client.call(double, mine);
      if (reply !== 2 * mine) throw new Error("a reply of another call");
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const rate = count / ((performance.now() - start) / 1000);
  client.close();
  return rate;
}

/** The stream's first value with its definitions, and the second one alone. */
function cut(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  for (let at = 0, messages: number[] = []; ;) {
    const head = bytes[at] ?? 0;
    const size = head < 0x80 ? 0 : 256 - head;
    const length =
      head < 0x80
        ? head
        : bytes.slice(at + 1, at + 1 + size).reduce((sum, byte) => sum * 256 + byte, 0);
    messages.push(at);
    at += 1 + size + length;
    if (at >= bytes.length) {
      const last = messages.at(-1) ?? 0;
      return [bytes.slice(0, last), bytes.slice(last)];
    }
  }
}

async function measure(go: GoProcess): Promise<readonly BenchRow[]> {
  const [first, next] = cut(fromHex(await go.ask(`bytes ${TRANSPORTS}`)));
  const address = await go.ask("address");
  const ours: number[] = [];
  const theirs: number[] = [];
  const ourCalls: number[] = [];
  const theirCalls: number[] = [];
  timeDecode(concatBytes(first), next, DECODES);
  await timeCalls(address, CALLS, IN_FLIGHT);
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(timeDecode(first, next, DECODES));
    theirs.push(Number(await go.ask(`decode ${TRANSPORTS} ${DECODES}`)) / 1000);
    ourCalls.push(await timeCalls(address, CALLS, IN_FLIGHT));
    theirCalls.push(Number(await go.ask(`calls ${CALLS} ${IN_FLIGHT}`)));
  }
  const decode = { ours: median(ours), peer: median(theirs) };
  const calls = { ours: median(ourCalls), peer: median(theirCalls) };
  const kilobytes = (next.length / 1000).toFixed(0);
  return [
    {
      name: `gob: decode a Summary of ${kilobytes} KB`,
      ...decode,
      ratio: decode.peer / decode.ours,
      unit: "us",
    },
    {
      name: `rpc: small calls, ${IN_FLIGHT} in flight`,
      ...calls,
      ratio: calls.ours / calls.peer,
      unit: "calls/s",
    },
  ];
}

/**
 * Codec and client beside Go's own, in turns: median of seven. Empty, with a line that says so, when there
 * is no Go on the machine.
 */
export async function benchGob(): Promise<readonly BenchRow[]> {
  const fault = goFault();
  if (fault !== undefined) {
    console.log(`SKIPPED: gob and rpc benchmarks: ${fault}`);
    return [];
  }
  const peer = buildGoPeer();
  const go = startGoPeer(peer, "bench");
  try {
    return await measure(go);
  } finally {
    await go.stop();
    peer.remove();
  }
}

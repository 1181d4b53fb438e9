import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialTcp, listenTcp, nodeFiles } from "../../src/platform/index.ts";
import {
  DiskRelayStore,
  publishFeed,
  type RelayServer,
  startRelay,
} from "../../src/relays/index.ts";
import { decodeRoot, newObjects } from "../../src/skywire/cxo/index.ts";
import { realClock } from "../support/clocks.ts";
import { LogFeed } from "../support/log-feed.ts";
import { ANYWHERE, random } from "../support/memory-network.ts";
import type { TableRow } from "./table.ts";

const ENTRIES = 10_000;
const RUNS = 3;
const RATE_MIN = 5_000;
const UNBOUNDED = { feedBytesMax: 2 ** 40, totalBytesMax: 2 ** 40 };

/** Objects a second from a publisher of ours to an empty relay of ours, which asks `inFlight` at a time. */
async function timeReplication(log: LogFeed, objects: number, inFlight: number): Promise<number> {
  const abort = new AbortController();
  let heldMs = 0;
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-relay-"));
  const relay: RelayServer = await startRelay({
    listen: listenTcp,
    address: ANYWHERE,
    store: await DiskRelayStore.open({ files: nodeFiles, folder }),
    clock: realClock,
    random,
    feeds: [log.feed],
    quota: UNBOUNDED,
    inFlight,
    signal: abort.signal,
    onEvent: ({ kind }) => {
      if (kind === "held") heldMs = performance.now();
    },
  });
  const startMs = performance.now();
  const outcome = await publishFeed({
    dial: dialTcp,
    clock: realClock,
    random,
    address: relay.address,
    root: log.last,
    store: log.store,
    rootHashAt: log.rootHashAt,
  });
  if (outcome.kind !== "held" || outcome.sent < objects)
    throw new Error(`the log was not replicated: ${outcome.reason}`);
  abort.abort(new Error("measured"));
  await relay.stopped;
  await rm(folder, { recursive: true, force: true });
  return objects / ((heldMs - startMs) / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Replicates 10,000 entries over loopback to an empty relay, from the dial to the Root that is held, kept
 * in files, both ends in this process; beside it the same with one request at a time, as every Go relay asks. In turns.
 */
export async function benchRelays(): Promise<readonly TableRow[]> {
  const log = new LogFeed();
  const root = decodeRoot(log.append(ENTRIES).value);
  const objects = (await newObjects(root, undefined, log.store)).length;
  const many: number[] = [];
  const single: number[] = [];
  await timeReplication(log, objects, 64);
  for (let run = 0; run < RUNS; run += 1) {
    many.push(await timeReplication(log, objects, 64));
    single.push(await timeReplication(log, objects, 1));
  }
  const ours = median(many);
  const peer = median(single);
  return [
    {
      name: `cxo: replicate ${ENTRIES.toLocaleString("en")} entries to an empty relay`,
      ours,
      unit: "objects/s",
      peerName: "one request at a time",
      peer,
      ratio: ours / peer,
      goals: [{ text: `>= ${RATE_MIN.toLocaleString("en")} objects/s`, isMet: ours >= RATE_MIN }],
    },
  ];
}

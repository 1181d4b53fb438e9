import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialTcp } from "../../src/platform/index.ts";
import { publishFeed } from "../../src/relays/index.ts";
import { decodeRoot, newObjects } from "../../src/skywire/cxo/index.ts";
import { realClock } from "../support/clocks.ts";
import { LogFeed } from "../support/log-feed.ts";
import { random } from "../support/memory-network.ts";
import { startBuiltRelay } from "./built-relay.ts";
import type { TableRow } from "./table.ts";
import { median } from "./timed-run.ts";

const ENTRIES = 10_000;
const RUNS = 3;
const RATE_MIN = 5_000;

/** Objects a second from a publisher of ours to an empty relay of ours, which is known to take many or not. */
async function timeReplication(
  program: string,
  log: LogFeed,
  objects: number,
  isOne: boolean,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-relay-"));
  const relay = await startBuiltRelay(program, folder, log.feed);
  const startMs = performance.now();
  const outcome = await publishFeed({
    dial: dialTcp,
    clock: realClock,
    random,
    address: { host: "127.0.0.1", port: relay.port },
    root: log.last,
    store: log.store,
    rootHashAt: () => Promise.resolve(undefined),
    ...(isOne ? { answersMany: false } : {}),
  });
  const tookMs = performance.now() - startMs;
  if (outcome.kind !== "held" || outcome.sent < objects)
    throw new Error(`the log was not replicated: ${outcome.reason}`);
  await relay.stop();
  await rm(folder, { recursive: true, force: true });
  return objects / (tookMs / 1000);
}

/**
 * Replicates 10,000 entries over loopback to an empty relay, from the dial to the Root that is held and given
 * back: the built program's relay in a process of its own, kept in files. Beside it the same with one request
 * at a time, as relays ask of publishers they do not know. In turns.
 */
export async function benchRelays(program: string): Promise<readonly TableRow[]> {
  const log = new LogFeed();
  const root = decodeRoot(log.append(ENTRIES).value);
  const objects = (await newObjects(root, undefined, log.store)).length;
  const many: number[] = [];
  const single: number[] = [];
  await timeReplication(program, log, objects, false);
  for (let run = 0; run < RUNS; run += 1) {
    many.push(await timeReplication(program, log, objects, false));
    single.push(await timeReplication(program, log, objects, true));
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

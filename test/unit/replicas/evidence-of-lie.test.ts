import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assert, sha256, toHex } from "../../../src/core/index.ts";
import {
  checkEvidence,
  createLedger,
  type EntryDraft,
  type EvidenceDocument,
  formatEvidence,
  ledgerObjects,
  openLedger,
  parseEvidence,
  readLedger,
} from "../../../src/ledger/index.ts";
import { publishFeed } from "../../../src/relays/index.ts";
import {
  evidenceOfLie,
  pullFeed,
  type PullOutcome,
  type RelayLie,
} from "../../../src/replicas/index.ts";
import {
  decodeRoot,
  encodeRoot,
  type Root,
  type SentRoot,
} from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import {
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { random } from "../../support/memory-network.ts";
import { MemoryRelayStore } from "../../support/memory-relay-store.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";

const { feed } = testKeys("owner");
const COPY = "/state/copy";

let world: RelayTestWorld;
/** Where the copy is. */
let files: MemoryFiles;

beforeEach(() => {
  world = new RelayTestWorld();
  files = new MemoryFiles();
});
afterEach(async () => {
  await world.close();
});

/** A ledger of these commits, each of some intents about one visor. */
async function historyOf(...commits: readonly string[]): Promise<MemoryFiles> {
  const made = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(made));
  await ledger.append([plainKeyset("home")]);
  for (const commit of commits) await ledger.append(intents(commit));
  await ledger.close();
  return made;
}

function intents(visor: string): readonly EntryDraft[] {
  return Array.from({ length: 5 }, () => testIntent("home", visor));
}

async function newestOf(history: MemoryFiles): Promise<SentRoot> {
  return (await readLedger({ files: history, folder: FOLDER, feed })).headRoot;
}

/** The newest Root of a history with other contents, signed again by the feed's key. */
async function resigned(history: MemoryFiles, changes: Partial<Root>): Promise<SentRoot> {
  const root = { ...decodeRoot((await newestOf(history)).value), ...changes };
  const value = encodeRoot(root);
  const signature = testKeys("owner").signFeed(sha256(value));
  return { ...(await newestOf(history)), nonce: root.nonce, seq: root.seq, value, signature };
}

/** A relay that shows this Root of a history. */
async function relayWith(
  history: MemoryFiles,
  root?: SentRoot,
  store = new MemoryRelayStore(),
): Promise<number> {
  const { address } = await world.relay({ store });
  const objects = ledgerObjects({ files: history, folder: FOLDER, feed });
  const outcome = await publishFeed({
    dial: world.network.dial,
    clock: realClock,
    random,
    address,
    root: root ?? (await newestOf(history)),
    store: objects,
    rootHashAt: (seq) => objects.rootHashAt(seq),
  });
  await objects.close();
  expect(outcome).toMatchObject({ kind: "held" });
  return address.port;
}

async function pull(port: number): Promise<PullOutcome | undefined> {
  const { keys: _, ...options } = ledgerOptions(files);
  const { outcomes } = await pullFeed({
    ...options,
    clock: realClock,
    dial: world.network.dial,
    stallTimeoutMs: 300,
    folder: COPY,
    feed,
    relays: [{ text: `127.0.0.1:${port}`, host: "127.0.0.1", port }],
  });
  return outcomes[0];
}

/** Pulls what was told first, then what is told now, and gives the lie. */
async function lieOf(first: number, second: number): Promise<RelayLie> {
  expect(await pull(first)).toMatchObject({ kind: "new" });
  const outcome = await pull(second);
  assert(outcome?.kind === "lie", `${outcome?.kind} is a lie`);
  return outcome.lie;
}

interface Row {
  readonly name: string;
  readonly first: () => Promise<number>;
  readonly second: () => Promise<number>;
  readonly lie: RelayLie["what"];
  readonly kind: EvidenceDocument["kind"];
  readonly what: string;
  readonly index?: number;
}

const told = await historyOf("a", "b", "c");

describe("what a relay shows against a feed", () => {
  it.each<Row>([
    {
      name: "a second Root of one number",
      first: () => relayWith(told),
      second: async () => relayWith(await historyOf("a", "b", "x")),
      lie: "second-root",
      kind: "same-sequence",
      what: "two different states as number 4",
    },
    {
      name: "a longer history with another entry in the last commit",
      first: () => relayWith(told),
      second: async () => relayWith(await historyOf("a", "b", "x", "d", "e")),
      lie: "rewritten",
      kind: "rewritten",
      what: "two different entries at index 12",
      index: 12,
    },
    {
      name: "a longer history with another entry far back",
      first: () => relayWith(told),
      second: async () => relayWith(await historyOf("x", "b", "c", "d", "e")),
      lie: "rewritten",
      kind: "rewritten",
      what: "two different entries at index 2",
      index: 2,
    },
    {
      name: "the next Root behind another one",
      first: () => relayWith(told),
      second: async () => relayWith(await historyOf("a", "b", "x", "d")),
      lie: "rewritten",
      kind: "self-contradiction",
      what: "another one was before it",
    },
    {
      name: "a later Root over fewer entries",
      first: () => relayWith(told),
      second: async () => {
        const short = await historyOf("a");
        return relayWith(short, await resigned(short, { seq: 9n, time: 2n ** 62n }));
      },
      lie: "shorter-log",
      kind: "shrunk",
      what: "17 entries in state 4, and only 7 in the later state 9",
    },
    {
      name: "another sequence",
      first: () => relayWith(told),
      second: async () => relayWith(told, await resigned(told, { nonce: 2n })),
      lie: "other-nonce",
      kind: "other-nonce",
      what: "states of two sequences, 1 and 2",
    },
  ])("is evidence: $name", async ({ first, second, lie: expected, kind, what, index }) => {
    const lie = await lieOf(await first(), await second());
    expect(lie.what).toBe(expected);
    const document = evidenceOfLie(feed, lie);
    assert(document !== undefined, "it is evidence");
    expect(document.kind).toBe(kind);
    expect(document.index).toBe(index);
    const verdict = checkEvidence(parseEvidence(formatEvidence(document)));
    expect(verdict).toMatchObject({ proved: true, feed });
    expect(verdict.what).toContain(what);
    expect(await pull(await relayWith(told))).toMatchObject({ kind: "current" });
  });

  it("is none where only the relay is behind", async () => {
    const lie = await lieOf(await relayWith(told), await relayWith(await historyOf("a")));
    expect(lie.what).toBe("older-root");
    expect(evidenceOfLie(feed, lie)).toBeUndefined();
  });

  it("is none where the relay keeps back what would prove it, or of another feed", async () => {
    const history = await historyOf("x", "b", "c", "d", "e");
    const store = new MemoryRelayStore();
    const port = await relayWith(history, undefined, store);
    const lie = await lieOf(await relayWith(told), port);
    expect(evidenceOfLie(feed, lie)?.kind).toBe("rewritten");
    expect(evidenceOfLie(testKeys("other").feed, lie)).toBeUndefined();

    const ledger = await readLedger({ files: history, folder: FOLDER, feed });
    store.objects.byHash.delete(toHex(sha256((await ledger.object(2)) ?? new Uint8Array())));
    const outcome = await pull(port);
    assert(outcome?.kind === "lie", "it is named all the same");
    expect(outcome.lie).toMatchObject({ what: "rewritten" });
    expect(outcome.lie.difference).toBeUndefined();
    expect(evidenceOfLie(feed, outcome.lie)).toBeUndefined();
  });

  it("is none where the history only went on", async () => {
    expect(await pull(await relayWith(told))).toMatchObject({ kind: "new" });
    const longer = told.copy();
    const ledger = await openLedger(ledgerOptions(longer));
    await ledger.append([{ kind: "heartbeat", payload: { fleet: "home" } }]);
    await ledger.close();
    expect(await pull(await relayWith(longer))).toMatchObject({ kind: "new", from: 17, to: 18 });
  });
});

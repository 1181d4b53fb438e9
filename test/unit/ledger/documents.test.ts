import { describe, expect, it, test } from "vitest";
import {
  createLedger,
  entryDocument,
  type Ledger,
  logDocument,
  type LogFilter,
} from "../../../src/ledger/index.ts";
import {
  ledgerOptions,
  plainKeyset,
  testDigest,
  testIntent,
  testKeys,
  testReceipt,
  testVisor,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

async function sampleLedger(): Promise<Ledger> {
  const ledger = await createLedger(ledgerOptions(new MemoryFiles()));
  await ledger.append([
    plainKeyset("home"),
    testIntent("home", "a", "apps.vpn-server.whitelist"),
    testIntent("home", "b"),
  ]);
  await ledger.append([testReceipt("home", "a", 2), plainKeyset("work")]);
  return ledger;
}

describe("the log as a document", () => {
  it("lists every record in short", async () => {
    const document = await logDocument(await sampleLedger());
    expect(document.entries.map(({ entry, kind, fleet }) => [entry, kind, fleet])).toEqual([
      [0, "genesis", undefined],
      [1, "keyset", "home"],
      [2, "intent", "home"],
      [3, "intent", "home"],
      [4, "receipt", "home"],
      [5, "keyset", "work"],
    ]);
    expect(document.entries[4]).toEqual({
      entry: 4,
      time: "2026-09-21T14:13:20.000Z",
      kind: "receipt",
      operator: testKeys("owner").operator,
      sealed: false,
      readable: true,
      fleet: "home",
      visor: testVisor("a"),
      plan: testDigest("plan"),
      step: "a",
      intent: 2,
      paths: ["settings.log_level"],
      outcomes: { done: 1 },
    });
    expect(document.head).toMatchObject({ seq: 2, size: 6, time: "2026-09-21T14:13:20.000Z" });
  });

  test.each<{ name: string; filter: LogFilter; want: readonly number[] }>([
    { name: "a fleet", filter: { fleet: "work" }, want: [5] },
    { name: "a kind", filter: { kind: "intent" }, want: [2, 3] },
    { name: "a visor", filter: { visor: testVisor("a") }, want: [2, 4] },
    { name: "a path", filter: { path: "apps.vpn-server.whitelist" }, want: [2] },
    { name: "the beginning of a path", filter: { path: "apps" }, want: [2] },
    { name: "no part of a segment", filter: { path: "app" }, want: [] },
    { name: "a time", filter: { sinceMs: 1_790_000_000_001 }, want: [] },
    { name: "the newest", filter: { limit: 2 }, want: [4, 5] },
  ])("filters by $name", async ({ filter, want }) => {
    const { entries, filteredOut } = await logDocument(await sampleLedger(), filter);
    expect(entries.map(({ entry }) => entry)).toEqual(want);
    expect(filteredOut).toBe(6 - want.length);
  });

  it("shows one record with all it says", async () => {
    const ledger = await sampleLedger();
    expect(await entryDocument(ledger, 2)).toMatchObject({
      entry: 2,
      parts: 1,
      answeredBy: 4,
      payload: (await ledger.record(2))?.payload,
    });
    expect(await entryDocument(ledger, 3)).not.toHaveProperty("answeredBy");
    expect(await entryDocument(ledger, 9)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { PAYLOAD_SIZE_MAX } from "../../../src/ledger/log/commit.ts";
import { LEDGER_REGISTRY } from "../../../src/ledger/log/entries/objects.ts";
import { sha256, toHex, utf8 } from "../../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  intentsWithoutReceipt,
  openLedger,
  readLedger,
} from "../../../src/ledger/index.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testDigest,
  testIntent,
  testKeys,
  testReceipt,
  testVisor,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

/** Pinned: changing it makes a new ledger format. */
const REGISTRY_HASH = "f9653984e6b6fda2cc22528b7d89efab6f52d70c9673be3e2f0608e078fb7134";
const feed = testKeys("owner").feed;

describe("a ledger", () => {
  it("uses the pinned registry", () => {
    expect(toHex(LEDGER_REGISTRY.ref)).toBe(REGISTRY_HASH);
  });

  it("keeps what was appended, over closing and opening", async () => {
    const options = ledgerOptions(new MemoryFiles());
    const first = await createLedger(options);
    expect((await allRecords(first)).map(({ kind }) => kind)).toEqual(["genesis"]);
    await first.append([plainKeyset("home"), testIntent("home", "shop-1")]);
    await first.close();
    const second = await openLedger(options);
    expect(await allRecords(second)).toEqual(await allRecords(first));
    const [receipt] = await second.append([testReceipt("home", "shop-1", 2)]);
    expect(receipt?.index).toBe(3);
    expect(second.head).toMatchObject({ seq: 2n, size: 4 });
    await second.close();
    const read = await readLedger({ files: options.files, folder: FOLDER, feed });
    expect((await allRecords(read)).map(({ kind, index }) => `${index} ${kind}`)).toEqual([
      "0 genesis",
      "1 keyset",
      "2 intent",
      "3 receipt",
    ]);
    expect(read.head).toEqual(second.head);
    expect(await read.record(3)).toEqual(receipt);
    expect(await read.record(4)).toBeUndefined();
  });

  it("gives entries times that only go forward", async () => {
    const ledger = await createLedger(ledgerOptions(new MemoryFiles()));
    await ledger.append([plainKeyset("home"), testIntent("home", "a"), testIntent("home", "b")]);
    const times = (await allRecords(ledger)).map(({ timeNs }) => timeNs);
    expect(times).toEqual([...new Set(times)].toSorted((left, right) => Number(left - right)));
  });

  it("splits a long payload over entries and reads it as one record", async () => {
    const options = ledgerOptions(new MemoryFiles());
    const ledger = await createLedger(options);
    const element = "x".repeat(PAYLOAD_SIZE_MAX);
    await ledger.append([
      plainKeyset("home"),
      testIntent("home", "a", `${element}ü${element}`),
      testIntent("home", "b"),
    ]);
    await ledger.close();
    const read = await readLedger({ files: options.files, folder: FOLDER, feed });
    expect((await allRecords(read)).map(({ index, parts }) => [index, parts])).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
      [5, 1],
    ]);
    expect(await allRecords(read)).toEqual(await allRecords(ledger));
  });

  it.each<{ name: string; code: string; draft: EntryDraft }>([
    {
      name: "an entry of a fleet without keyset",
      code: "ledger/no-keyset",
      draft: testIntent("other", "a"),
    },
    {
      name: "a payload of another shape",
      code: "ledger/payload",
      draft: { kind: "freeze", payload: {} } as never,
    },
  ])("refuses $name and goes on", async ({ code, draft }) => {
    const ledger = await createLedger(ledgerOptions(new MemoryFiles()));
    await ledger.append([plainKeyset("home")]);
    await expect(ledger.append([draft])).rejects.toMatchObject({ code });
    expect((await ledger.append([testIntent("home", "a")])).map(({ index }) => index)).toEqual([2]);
  });

  it("is created once and opened only where it is", async () => {
    const options = ledgerOptions(new MemoryFiles());
    await expect(openLedger(options)).rejects.toMatchObject({ code: "ledger/missing", exit: 4 });
    await expect(readLedger({ files: options.files, folder: FOLDER, feed })).rejects.toMatchObject({
      code: "ledger/missing",
    });
    const ledger = await createLedger(options);
    await ledger.close();
    await expect(createLedger(options)).rejects.toMatchObject({ code: "ledger/exists", exit: 4 });
    await expect(openLedger({ ...options, keys: testKeys("other") })).rejects.toMatchObject({
      code: "ledger/other-key",
      exit: 4,
    });
  });

  it("does not start again where its segments were removed", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    await ledger.append([plainKeyset("home")]);
    await ledger.close();
    for (const name of await files.list(FOLDER))
      if (name.startsWith("segment")) await files.remove(`${FOLDER}/${name}`);
    await expect(createLedger(ledgerOptions(files))).rejects.toMatchObject({
      code: "ledger/missing",
      exit: 4,
    });
  });
});

describe("secrets", () => {
  it("leave nothing in the ledger but their reference and digest", async () => {
    const files = new MemoryFiles();
    const options = ledgerOptions(files);
    const ledger = await createLedger(options);
    const value = "correct horse battery staple";
    const hmac = options.keys.secretHmac(value);
    await ledger.append([plainKeyset("home"), testIntent("home", "a")]);
    const receipt = testReceipt("home", "a", 2);
    if (receipt.kind !== "receipt") throw new Error("a receipt is a receipt");
    const outcomes = [
      { path: "apps.x.env", outcome: "done", secret: { ref: "env:X", hmac } },
    ] as const;
    await ledger.append([{ kind: "receipt", payload: { ...receipt.payload, outcomes } }]);
    await ledger.close();
    const text = [...files.files.values()].map(({ bytes }) => toHex(bytes)).join();
    expect(text).toContain(toHex(utf8(hmac)));
    for (const secret of [utf8(value), sha256(utf8("operator owner"))])
      expect(text).not.toContain(toHex(secret));
    expect(testKeys("other").secretHmac(value)).not.toBe(hmac);
  });
});

describe("questions", () => {
  it("answers from the records", async () => {
    const ledger = await createLedger(ledgerOptions(new MemoryFiles()));
    const part = (fleet: string, visor: string, owned: readonly string[]): EntryDraft => ({
      kind: "plan-part",
      payload: { fleet, plan: testDigest("plan"), visor: testVisor(visor), owned, changes: [] },
    });
    const receipt: EntryDraft = {
      kind: "receipt",
      payload: {
        ...(testReceipt("home", "a", 2).payload as never as Extract<
          EntryDraft,
          { kind: "receipt" }
        >["payload"]),
        outcomes: [
          { path: "apps.x.env", outcome: "done", secret: { ref: "env:X", hmac: "hmac-sha256:00" } },
        ],
      },
    };
    await ledger.append([
      plainKeyset("home"),
      testIntent("home", "a"),
      testIntent("home", "b"),
      plainKeyset("work"),
    ]);
    await ledger.append([
      receipt,
      part("home", "a", ["one"]),
      part("home", "a", ["two"]),
      part("work", "a", ["three"]),
    ]);
    const records = await allRecords(ledger);
    expect((await intentsWithoutReceipt(records)).map(({ index }) => index)).toEqual([3]);
    expect(await intentsWithoutReceipt(records, "work")).toEqual([]);
  });
});

describe("segments", () => {
  it("follow each other, and every one of them is needed", async () => {
    const files = new MemoryFiles();
    const options = ledgerOptions(files, { segmentSizeBytes: 1 });
    const first = await createLedger(options);
    await first.append([plainKeyset("home")]);
    await first.close();
    const second = await openLedger(options);
    await second.append([testIntent("home", "a")]);
    await second.close();
    const names = (await files.list(FOLDER)).filter((name) => name.startsWith("segment"));
    expect(names).toEqual(["segment-000001.log", "segment-000002.log", "segment-000003.log"]);
    expect(await allRecords(await readLedger({ files, folder: FOLDER, feed }))).toEqual(
      await allRecords(second),
    );
    for (const name of names) {
      const without = files.copy();
      await without.remove(`${FOLDER}/${name}`);
      await expect(readLedger({ files: without, folder: FOLDER, feed })).rejects.toMatchObject({
        code: "ledger/damaged",
      });
    }
  });
});

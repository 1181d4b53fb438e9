import { describe, expect, it } from "vitest";
import { hasCode } from "../../../src/core/index.ts";
import {
  createLedger,
  type Ledger,
  type LedgerOptions,
  openLedger,
  readLedger,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import {
  APPENDS,
  bytesOf,
  changed,
  faultsOf,
  feed,
  flipped,
  outcome,
  PIN,
  sameBytes,
  SEGMENT,
  smallStore,
} from "../../support/damaged-store.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
} from "../../support/ledger-world.ts";
import { type FileFaults, MemoryFiles, SimulatedCrash } from "../../support/memory-files.ts";

const MINUTE_MS = 60_000;

describe("a store that something changed", () => {
  it(
    "loses nothing to any bit flipped in or cut off the pins",
    { timeout: MINUTE_MS },
    async () => {
      const { files, records } = await smallStore();
      const size = files.files.get(PIN)?.bytes.length ?? 0;
      const lastPin = Math.floor((size / 3) * 2);
      for (let at = 0; at < size; at += 1) {
        const whole = at >= lastPin ? records : "ledger/damaged";
        expect(await outcome(changed(files, PIN, flipped(at))), `byte ${at}`).toEqual(whole);
        const isOnePinLeft = at >= size / 3;
        expect(
          await outcome(changed(files, PIN, (bytes) => bytes.slice(0, at))),
          `${at} bytes`,
        ).toEqual(isOnePinLeft ? records : "ledger/damaged");
      }
    },
  );

  it("says that the end cannot be checked without a pin", async () => {
    const { files, records } = await smallStore();
    await files.remove(PIN);
    const whole = await verifyLedger({ files, folder: FOLDER, feed });
    expect(whole.faults).toEqual([]);
    expect(whole.notChecked.join()).toContain("completeness of the tail not checked");
    expect(await outcome(files)).toEqual(records);
  });

  it("does not take bytes at the end for a torn write without a pin", async () => {
    const { files } = await smallStore();
    const bad = changed(files, SEGMENT, (bytes) => new Uint8Array([...bytes, 1, 2, 3]));
    await bad.remove(PIN);
    expect(await outcome(bad)).toBe("ledger/damaged");
    expect(await faultsOf(bad)).toEqual(["ledger/damaged"]);
  });

  it("cuts a torn write behind the pinned commit, and only when it opens for writing", async () => {
    const { files, records } = await smallStore();
    const torn = changed(
      files,
      SEGMENT,
      (bytes) => new Uint8Array([...bytes, ...bytes.slice(100, 200)]),
    );
    const report = await verifyLedger({ files: torn, folder: FOLDER, feed });
    expect(report.faults).toEqual([]);
    expect(report.notChecked.join()).toContain("100 bytes at the end");
    const before = bytesOf(torn);
    expect(await allRecords(await readLedger({ files: torn, folder: FOLDER, feed }))).toEqual(
      records,
    );
    expect(sameBytes(torn, before)).toBe(true);
    expect(await outcome(torn)).toEqual(records);
    expect(torn.files.get(SEGMENT)?.bytes).toEqual(files.files.get(SEGMENT)?.bytes);
  });

  it("does not cut bad bytes with a whole record behind them", async () => {
    const { files } = await smallStore();
    const header = 4 + 1 + 4 + 41 + 32;
    const bad = changed(
      files,
      SEGMENT,
      (bytes) => new Uint8Array([...bytes, 9, 9, 9, ...bytes.slice(header)]),
    );
    expect(await outcome(bad)).toBe("ledger/damaged");
  });

  it("names an older ledger that was put back", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    const old = files.copy();
    for (const drafts of APPENDS) await ledger.append(drafts);
    const rolled = files.copy();
    rolled.files.set(
      SEGMENT,
      old.files.get(SEGMENT) ?? { bytes: new Uint8Array(), durable: 0, mode: 0, modifiedMs: 0 },
    );
    const { faults } = await verifyLedger({ files: rolled, folder: FOLDER, feed });
    expect(faults).toEqual([
      expect.objectContaining({
        code: "ledger/rolled-back",
        commit: 2,
        message: expect.stringContaining("up to entry 3") as string,
      }),
    ]);
    const expected = { seq: ledger.head.seq, root: ledger.head.root };
    expect(
      (await verifyLedger({ files: old, folder: FOLDER, feed, expected })).faults.map(
        ({ code }) => code,
      ),
    ).toEqual(["ledger/rolled-back"]);
  });

  it("names another history under the same key", async () => {
    const { files } = await smallStore();
    const other = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(other));
    await ledger.append([plainKeyset("work")]);
    await ledger.append([testIntent("work", "b")]);
    const mixed = files.copy();
    mixed.files.set(
      SEGMENT,
      other.files.get(SEGMENT) ?? { bytes: new Uint8Array(), durable: 0, mode: 0, modifiedMs: 0 },
    );
    expect(await faultsOf(mixed)).toEqual(["ledger/diverged"]);
    await ledger.close();
    expect(await outcome(mixed)).toBe("ledger/damaged");
  });
});

/** Makes or opens the ledger and appends what is left; notes what was reported durable. */
async function runAll(options: LedgerOptions, reported: string[]): Promise<void> {
  const ledger: Ledger = await createLedger(options);
  reported.push(...(await allRecords(ledger)).map(({ hash }) => hash));
  for (const drafts of APPENDS)
    reported.push(...(await ledger.append(drafts)).map(({ hash }) => hash));
  await ledger.close();
}

/** The store after a fault must hold everything reported, verify, and take more. */
async function checkAfter(
  files: MemoryFiles,
  reported: readonly string[],
  what: string,
): Promise<void> {
  const options = ledgerOptions(files, {
    process: { pid: 2, host: "here", owner: "next", isAlive: () => false },
    lockTimeoutMs: 1000,
  });
  const isThere = (await files.list(FOLDER)).some((name) => name.startsWith("segment"));
  if (!isThere) expect(reported, what).toEqual([]);
  const ledger = isThere ? await openLedger(options) : await createLedger(options);
  expect(
    (await allRecords(ledger)).slice(0, reported.length).map(({ hash }) => hash),
    what,
  ).toEqual(reported);
  await ledger.append([plainKeyset("later")]);
  await ledger.close();
  const { faults } = await verifyLedger({ files, folder: FOLDER, feed });
  expect(faults, what).toEqual([]);
}

describe("crashes and full disks", () => {
  const variants: readonly { name: string; segmentSizeBytes?: number; faults: FileFaults }[] = [
    { name: "one segment", faults: {} },
    { name: "a segment for each commit", segmentSizeBytes: 1, faults: {} },
    { name: "files that appear in steps", segmentSizeBytes: 1, faults: { isCreateInSteps: true } },
  ];

  it.each(variants)(
    "loses nothing reported to a loss of power at any effect ($name)",
    { timeout: MINUTE_MS },
    async ({ segmentSizeBytes, faults }) => {
      const change = segmentSizeBytes === undefined ? {} : { segmentSizeBytes };
      const dry = new MemoryFiles();
      dry.faults = faults;
      await runAll(ledgerOptions(dry, change), []);
      for (let crashAt = 0; crashAt <= dry.effects; crashAt += 1) {
        for (const kept of [0, 1, 700, Number.MAX_SAFE_INTEGER]) {
          const files = new MemoryFiles();
          files.faults = { ...faults, crashAt };
          const reported: string[] = [];
          await runAll(ledgerOptions(files, change), reported).catch((error: unknown) => {
            if (!(error instanceof SimulatedCrash) && !hasCode(error, "ledger/")) throw error;
          });
          const what = `crash at effect ${crashAt}, ${kept} bytes kept`;
          await checkAfter(files.afterPowerLoss(kept), reported, what);
        }
      }
    },
  );

  it.each(variants)(
    "loses nothing reported to a disk that gets full at any size ($name)",
    { timeout: MINUTE_MS },
    async ({ segmentSizeBytes, faults }) => {
      const change = segmentSizeBytes === undefined ? {} : { segmentSizeBytes };
      const dry = new MemoryFiles();
      await runAll(ledgerOptions(dry, change), []);
      const whole = [...dry.files.values()].reduce((size, { bytes }) => size + bytes.length, 0);
      for (let roomBytes = 0; roomBytes < whole + 200; roomBytes += 97) {
        const files = new MemoryFiles();
        files.faults = { ...faults, roomBytes };
        const reported: string[] = [];
        const run = runAll(ledgerOptions(files, change), reported);
        const failure = await run.catch((error: unknown) => error);
        const isCoded = hasCode(failure, "ledger/") || hasCode(failure, "files/full");
        expect(failure === undefined || isCoded, `room for ${roomBytes} bytes`).toBe(true);
        await checkAfter(files.copy(), reported, `room for ${roomBytes} bytes`);
      }
    },
  );

  it("takes no more entries after a failed write", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    files.faults = { roomBytes: 0 };
    await expect(ledger.append([plainKeyset("home")])).rejects.toMatchObject({
      code: "ledger/not-recorded",
      exit: 4,
    });
    files.faults = {};
    await expect(ledger.append([plainKeyset("home")])).rejects.toMatchObject({
      code: "ledger/stopped",
      exit: 4,
    });
  });

  it("reads and verifies what it may not write", async () => {
    const { files, records } = await smallStore();
    files.faults = { isReadOnly: true };
    await expect(openLedger(ledgerOptions(files))).rejects.toMatchObject({
      code: "ledger/not-writable",
      exit: 4,
    });
    expect(await allRecords(await readLedger({ files, folder: FOLDER, feed }))).toEqual(records);
    expect((await verifyLedger({ files, folder: FOLDER, feed })).ok).toBe(true);
  });
});

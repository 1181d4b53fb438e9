import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FleetError, fromUtf8, utf8 } from "../../../src/core/index.ts";
import {
  createLedger,
  type LedgerOptions,
  openLedger,
  readLedger,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import { nodeClock, nodeFiles, nodeProcess, nodeRandom } from "../../../src/platform/index.ts";
import { FOLDER, ledgerOptions, plainKeyset, testKeys } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const REGISTER = fileURLToPath(new URL("../../../.ci/typescript.mjs", import.meta.url));
const WRITER = fileURLToPath(new URL("../../support/ledger-writer.ts", import.meta.url));
const keys = testKeys("owner");
const LOCK = `${FOLDER}/lock`;

describe("writers in processes of their own", () => {
  let folder = "";
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fleet-ledger-"));
    const ledger = await createLedger(realOptions());
    await ledger.append([plainKeyset("home")]);
    await ledger.close();
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  function realOptions(): LedgerOptions {
    return {
      files: nodeFiles,
      clock: nodeClock,
      random: nodeRandom,
      process: nodeProcess(),
      folder,
      keys,
      lockTimeoutMs: 30_000,
    };
  }

  function startWriter(name: string, count: number): { child: ChildProcess; output: () => string } {
    const child = spawn(
      process.execPath,
      ["--import", REGISTER, WRITER, folder, name, String(count)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    children.push(child);
    let text = "";
    child.stdout?.on("data", (chunk: Uint8Array) => (text += new TextDecoder().decode(chunk)));
    return { child, output: () => text };
  }

  it("take turns, and lose nothing", { timeout: 180_000 }, async () => {
    const writers = ["one", "two"].map((name) => startWriter(name, 8));
    const exits = await Promise.all(writers.map(({ child }) => once(child, "close")));
    expect(exits).toEqual([
      [0, null],
      [0, null],
    ]);
    const indexes = writers.flatMap(({ output }) => output().trim().split("\n").map(Number));
    expect(indexes.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 2),
    );
    const read = await readLedger({ files: nodeFiles, folder, feed: keys.feed });
    expect(read.head.size).toBe(18);
    expect((await verifyLedger({ files: nodeFiles, folder, feed: keys.feed })).faults).toEqual([]);
  });

  it(
    "that were killed leave a lock that the next one takes over",
    { timeout: 180_000 },
    async () => {
      const { child, output } = startWriter("doomed", 10_000);
      const closed = once(child, "close");
      while (output().split("\n").length < 5) await once(child.stdout ?? child, "data");
      child.kill("SIGKILL");
      await closed;
      const reported = output().trim().split("\n").map(Number);
      const ledger = await openLedger(realOptions());
      expect(ledger.head.size).toBeGreaterThan(reported.at(-1) ?? 0);
      for (const index of reported) expect((await ledger.record(index))?.kind).toBe("intent");
      await ledger.close();
      expect((await verifyLedger({ files: nodeFiles, folder, feed: keys.feed })).faults).toEqual(
        [],
      );
    },
  );
});

describe("a folder in the place of a file of the ledger", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fleet-folders-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("9.8: is called one, or does no harm, whichever file it is", async () => {
    const home = path.join(folder, "ledger");
    const options = ledgerOptions(new MemoryFiles(), { files: nodeFiles, folder: home });
    const ledger = await createLedger(options);
    await ledger.append([plainKeyset("home")]);
    const names = await nodeFiles.list(home);
    await ledger.close();
    expect(names).toEqual(expect.arrayContaining(["lock", "pin.log", "segment-000001.log"]));
    for (const name of names) {
      const file = path.join(home, name);
      const bytes = await nodeFiles.read(file);
      await rm(file, { force: true });
      await nodeFiles.makeFolder(file);
      const said = await openLedger(options).then(
        async (opened) => {
          await opened.close();
          return "";
        },
        (error: unknown) => (error instanceof FleetError ? error.message : String(error)),
      );
      if (said !== "") expect(said).toBe(`${file} is a folder, and a file belongs there`);
      expect(said === "", name).toBe(false);
      await rm(file, { recursive: true });
      if (bytes !== undefined) await nodeFiles.create(file, bytes);
    }
    await (await openLedger(options)).close();
  });
});

describe("a clock that no entry can say", () => {
  const at = (nowMs: number): LedgerOptions["clock"] => ({
    now: () => nowMs,
    after: () => () => undefined,
  });
  const refused = { code: "ledger/clock", exit: 4 };

  it("9.8: is refused before anything is written, in words", async () => {
    const files = new MemoryFiles();
    for (const nowMs of [Date.UTC(2262, 3, 12), Date.UTC(9999, 0), -1, Number.NaN])
      await expect(
        createLedger(ledgerOptions(files, { clock: at(nowMs) })),
        String(nowMs),
      ).rejects.toMatchObject(refused);
    expect([...files.files.keys()]).toEqual([]);
    await (await createLedger(ledgerOptions(files))).close();
    const ledger = await openLedger(ledgerOptions(files, { clock: at(Date.UTC(2263, 0)) }));
    const before = ledger.head.size;
    await expect(ledger.append([plainKeyset("home")])).rejects.toMatchObject(refused);
    expect(ledger.head.size).toBe(before);
    await ledger.close();
  });
});

describe("the lock", () => {
  const holder = { owner: "kim", pid: 77, host: "here", sinceMs: 0, nonce: "abc" };
  const options = (files: MemoryFiles, isAlive: boolean, host = "here"): LedgerOptions =>
    ledgerOptions(files, {
      process: { pid: 1, host, owner: "me", isAlive: () => isAlive },
      lockTimeoutMs: 200,
    });

  async function lockedStore(text: string): Promise<MemoryFiles> {
    const files = new MemoryFiles();
    await (await createLedger(ledgerOptions(files))).close();
    await files.create(LOCK, utf8(text));
    return files;
  }

  it("names its holder when the wait is over", async () => {
    const files = await lockedStore(JSON.stringify(holder));
    await expect(openLedger(options(files, true))).rejects.toMatchObject({
      code: "ledger/locked",
      exit: 4,
      message: "the ledger is being written by kim, process 77 on here",
      next: expect.stringContaining(LOCK) as string,
    });
  });

  it("of a process that is gone is taken over, on this host only", async () => {
    const files = await lockedStore(JSON.stringify(holder));
    await expect(openLedger(options(files, false, "elsewhere"))).rejects.toMatchObject({
      code: "ledger/locked",
    });
    await (await openLedger(options(files, false))).close();
    expect(await files.list(FOLDER)).not.toContain("lock");
  });

  it("with our own process number, left by somebody before us, is taken over", async () => {
    const files = await lockedStore(JSON.stringify({ ...holder, pid: 1 }));
    const ledger = await openLedger(options(files, true));
    await expect(openLedger(options(files, true))).rejects.toMatchObject({ code: "ledger/locked" });
    await ledger.close();
  });

  it("F06: of a number that another process has by now is taken over", async () => {
    const files = await lockedStore(JSON.stringify({ ...holder, started: "boot-1 100" }));
    const at = (start: string | undefined): LedgerOptions =>
      ledgerOptions(files, {
        process: { pid: 1, host: "here", owner: "me", isAlive: () => true, startOf: () => start },
        lockTimeoutMs: 200,
      });
    for (const same of ["boot-1 100", undefined])
      await expect(openLedger(at(same))).rejects.toMatchObject({ code: "ledger/locked" });
    await (await openLedger(at("boot-2 100"))).close();
  });

  it("F06: tells later processes when its own began", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(
      ledgerOptions(files, {
        process: {
          pid: 1,
          host: "here",
          owner: "me",
          isAlive: () => true,
          startOf: (pid) => `boot ${pid}`,
        },
      }),
    );
    const text = fromUtf8((await files.read(LOCK)) ?? new Uint8Array());
    await ledger.close();
    expect(JSON.parse(text)).toMatchObject({ pid: 1, started: "boot 1" });
  });

  it("F06: that a crash left half taken over is taken over", async () => {
    const files = await lockedStore(JSON.stringify(holder));
    await files.create(
      `${LOCK}.${holder.nonce}`,
      utf8(JSON.stringify({ ...holder, pid: 78, nonce: "def" })),
    );
    await (await openLedger(options(files, false))).close();
    expect((await files.list(FOLDER)).filter((name) => name.startsWith("lock"))).toEqual([]);
  });

  it("without readable text is taken over once it is old", async () => {
    const files = await lockedStore("");
    const fresh = files.files.get(LOCK);
    if (fresh !== undefined) fresh.modifiedMs = ledgerOptions(files).clock.now();
    await expect(openLedger(options(files, true))).rejects.toMatchObject({ code: "ledger/locked" });
    if (fresh !== undefined) fresh.modifiedMs = 0;
    await (await openLedger(options(files, true))).close();
  });

  it("that is stale is removed by one of many that see it", async () => {
    const files = await lockedStore(JSON.stringify(holder));
    const waiting = Array.from({ length: 8 }, (_, index) =>
      openLedger(
        ledgerOptions(files, {
          process: {
            pid: 100 + index,
            host: "here",
            owner: "me",
            isAlive: (pid) => pid !== holder.pid,
          },
          random: (size) => new Uint8Array(size).fill(index + 1),
          lockTimeoutMs: 100_000,
        }),
      ).then(async (ledger) => {
        const [record] = await ledger.append([plainKeyset(`fleet-${index}`)]);
        await ledger.close();
        return record?.index;
      }),
    );
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it("that somebody removed stops the writer", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    await files.remove(LOCK);
    await expect(ledger.append([plainKeyset("home")])).rejects.toMatchObject({
      code: "ledger/lock-lost",
      exit: 4,
    });
  });

  it("is given back when opening fails", async () => {
    const files = new MemoryFiles();
    await (await createLedger(ledgerOptions(files))).close();
    await expect(
      openLedger({ ...ledgerOptions(files), keys: testKeys("other") }),
    ).rejects.toMatchObject({ code: "ledger/other-key" });
    expect(await files.list(FOLDER)).not.toContain("lock");
  });

  it("does not hide that another program wrote to the store", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    const segment = files.files.get(`${FOLDER}/segment-000001.log`);
    if (segment !== undefined) segment.bytes = new Uint8Array([...segment.bytes, 1]);
    await expect(ledger.append([plainKeyset("home")])).rejects.toMatchObject({
      code: "ledger/lock-lost",
    });
  });
});

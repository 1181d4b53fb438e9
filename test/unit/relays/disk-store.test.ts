import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Files, sha256, toHex } from "../../../src/core/index.ts";
import { nodeFiles } from "../../../src/platform/index.ts";
import { DiskRelayStore, type StoreDamage } from "../../../src/relays/index.ts";
import { decodeRoot, fillRoot, proveRoot, type SentRoot } from "../../../src/skywire/cxo/index.ts";
import { LogFeed } from "../../support/log-feed.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";

const FOLDER = "/relay";

describe("a relay's store on disk", () => {
  it("gives back what was put, before and after it is opened again", async () => {
    const { files, log, roots } = await filled([5, 1, 20]);
    const store = await open(files);
    for (const [name, bytes] of log.store.byHash) {
      expect(toHex(sha256((await store.get(sha256(bytes))) ?? new Uint8Array()))).toBe(name);
      expect(await store.has(sha256(bytes))).toBe(true);
    }
    expect(await store.lastRoots()).toEqual([{ sent: roots.at(-1), isProven: true }]);
    expect(await store.get(new Uint8Array(32))).toBeUndefined();
    expect(store.objectCount).toBe(log.store.byHash.size);
    await store.close();
  });

  it("goes over to a new segment when one is full, and finds everything in all", async () => {
    const files = new MemoryFiles();
    const { log } = await filled([30, 30, 30], files, 4096);
    expect((await files.list(FOLDER)).length).toBeGreaterThan(2);
    const store = await open(files);
    for (const bytes of log.store.byHash.values())
      expect(await store.get(sha256(bytes))).toEqual(bytes);
    await store.close();
  });

  it("keeps accounts for each feed, the same after it is opened again", async () => {
    const { files, store, log } = await filled([5]);
    const other = new LogFeed(new Uint8Array(32).fill(9));
    other.append(2, "y");
    await fill(store, other);
    const used = [store.usedBytes(log.feed), store.usedBytes(other.feed), store.usedBytes()];
    expect(used[2]).toBe((used[0] ?? 0) + (used[1] ?? 0));
    expect(used[1]).toBeGreaterThan(600);
    await store.close();
    const again = await open(files);
    expect([again.usedBytes(log.feed), again.usedBytes(other.feed), again.usedBytes()]).toEqual(
      used,
    );
    await again.close();
  });

  it("works on the machine's own files", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "fleet-relay-"));
    try {
      const log = new LogFeed();
      log.append(40);
      const options = { files: nodeFiles, folder: path.join(folder, "store") };
      const store = await DiskRelayStore.open(options);
      await fill(store, log);
      await store.close();
      const again = await DiskRelayStore.open(options);
      for (const bytes of log.store.byHash.values())
        expect(await again.get(sha256(bytes))).toEqual(bytes);
      await again.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("a relay's store that is closed", () => {
  it("has made everything durable and let every file go, and takes and gives nothing more", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "fleet-relay-"));
    const open: string[] = [];
    const files: Files = {
      ...nodeFiles,
      openRead: async (file) => {
        const opened = await nodeFiles.openRead(file);
        return opened === undefined ? undefined : counted(file, opened, open);
      },
      openAppend: async (file) => counted(file, await nodeFiles.openAppend(file), open),
    };
    const options = { files, folder: path.join(folder, "store"), segmentBytesMax: 4096 };
    try {
      const log = new LogFeed();
      log.append(30);
      const store = await DiskRelayStore.open(options);
      const filling = store.fill(log.feed);
      await fill(store, log);
      for (const bytes of log.store.byHash.values()) await store.get(sha256(bytes));
      expect(open.length).toBeGreaterThan(1);
      const late = { hash: sha256(Uint8Array.of(1)), bytes: Uint8Array.of(1) };
      await filling.put(late);
      await store.close();
      await store.close();
      expect(open).toEqual([]);

      await expect(filling.put(late)).rejects.toMatchObject({ code: "relay/store" });
      await expect(store.keepRoot(log.last)).rejects.toMatchObject({ code: "relay/store" });
      expect(await store.has(sha256(log.last.value))).toBe(false);
      expect(await store.get(sha256(log.last.value))).toBeUndefined();
      expect(open).toEqual([]);
      const again = await DiskRelayStore.open(options);
      expect(await again.get(late.hash)).toEqual(late.bytes);
      await again.close();
      expect(open).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("a relay's store after a crash", () => {
  it("has every kept Root whole, wherever the power went and whatever of the rest remained", async () => {
    const sizes = [3, 1, 2];
    const { files: whole } = await filled(sizes, new MemoryFiles(), 1500);
    const effects = whole.effects;
    expect(effects).toBeGreaterThan(10);
    for (let crashAt = 0; crashAt < effects; crashAt += 1) {
      const files = new MemoryFiles();
      files.faults.crashAt = crashAt;
      const kept: bigint[] = [];
      await filled(sizes, files, 1500, (root) => kept.push(root.seq)).catch(() => undefined);
      for (const left of [0, 1, 50, 700]) {
        const damage: StoreDamage[] = [];
        const after = files.afterPowerLoss(left);
        const store = await open(after, damage);
        const roots = await store.lastRoots();
        const reported = kept.at(-1);
        if (reported !== undefined)
          expect(roots[0]?.sent.seq, `crash at ${crashAt}`).toBeGreaterThanOrEqual(reported);
        for (const { sent, isProven } of roots) {
          expect(isProven).toBe(true);
          expect(await missing(store, sent), `crash at ${crashAt}, ${left} left`).toBe(0);
        }
        expect(damage).toEqual([]);
        await store.close();
        await expectGrows(after);
      }
    }
  }, 180_000);

  it("does not go on with a filling after a failed write, and takes the next one", async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const log = new LogFeed();
    log.append(3);
    files.faults.roomBytes = 500;
    await expect(fill(store, log)).rejects.toMatchObject({ code: "files/full" });
    const early = store.fill(log.feed);
    expect(store.usedBytes()).toBe(0);
    files.faults.roomBytes = 1_000_000;
    await fill(store, log);
    expect(await missing(store, log.last)).toBe(0);
    await early.put({ hash: sha256(Uint8Array.of(1)), bytes: Uint8Array.of(1) });
    await store.close();
    const again = await open(files);
    expect(await missing(again, log.last)).toBe(0);
    await again.close();
  });

  it("keeps no Root whose objects a failed write has taken", async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const [first, second] = [new LogFeed(), new LogFeed(new Uint8Array(32).fill(9))];
    first.append(3);
    second.append(3);
    const filling = store.fill(first.feed);
    await putAll(filling, first);
    files.faults.roomBytes = 100;
    await expect(fill(store, second)).rejects.toMatchObject({ code: "files/full" });
    files.faults.roomBytes = 1_000_000;
    await expect(store.keepRoot(first.last)).rejects.toMatchObject({ code: "relay/store" });
    const late = { hash: sha256(Uint8Array.of(1)), bytes: Uint8Array.of(1) };
    await expect(filling.put(late)).rejects.toMatchObject({ code: "relay/store" });
    expect(await store.lastRoots()).toEqual([]);
    await store.close();
  });
});

describe("a damaged store", () => {
  // Every byte is one store that is opened and read through.
  it("cut at any byte serves what is whole, and nothing else", async () => {
    const { files, log } = await filled([2, 1]);
    const [name = ""] = await files.list(FOLDER);
    const size = files.files.get(`${FOLDER}/${name}`)?.bytes.length ?? 0;
    for (let cut = 0; cut < size; cut += 1) {
      const copy = files.copy();
      await copy.truncate(`${FOLDER}/${name}`, cut);
      const store = await open(copy);
      await expectHonest(store, log);
      await store.close();
    }
  }, 180_000);

  it("with a bit flipped anywhere serves no damaged object, loses nothing else, and heals", async () => {
    const { files, log } = await filled([2, 1]);
    const [name = ""] = await files.list(FOLDER);
    const bytes = files.files.get(`${FOLDER}/${name}`)?.bytes ?? new Uint8Array();
    let found = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const copy = files.copy();
      const file = copy.files.get(`${FOLDER}/${name}`);
      if (file !== undefined) file.bytes[at] = (file.bytes[at] ?? 0) ^ (1 << (at % 8));
      const damage: StoreDamage[] = [];
      const store = await open(copy, damage);
      found += damage.length;
      const lost = await expectHonest(store, log);
      expect(lost, `bit at ${at}`).toBeLessThanOrEqual(1);
      if (at % 50 === 0) {
        await fill(store, log);
        expect(await missing(store, log.last)).toBe(0);
        expect(await store.has(sha256(log.last.value))).toBe(true);
      }
      await store.close();
    }
    expect(found).toBeGreaterThan(bytes.length / 2);
  }, 180_000);

  it("whose damage hit nothing of the last Root is shown again by a relay; else it is not", async () => {
    const { files, log } = await filled([2, 1]);
    const [name = ""] = await files.list(FOLDER);
    const oldRoot = log.roots[0]?.value ?? new Uint8Array();
    for (const [object, kind] of [
      [oldRoot, "restored"],
      [log.store.byHash.get(toHex(log.entries[0] ?? oldRoot)) ?? oldRoot, "damaged"],
    ] as const) {
      const copy = files.copy();
      const file = copy.files.get(`${FOLDER}/${name}`);
      const at = Buffer.from(file?.bytes ?? oldRoot).indexOf(object);
      if (file !== undefined) file.bytes[at] = (file.bytes[at] ?? 0) ^ 1;
      const world = new RelayTestWorld();
      const relay = await world.relay({ store: await open(copy) });
      expect(relay.events.map((event) => event.kind)).toEqual([kind, "listening"]);
      expect(await world.publish(log, relay.address)).toMatchObject({
        kind: kind === "restored" ? "already" : "held",
      });
      await world.close();
    }
  });
});

/** A file whose name is in the list while it is open. */
function counted<File extends { readonly close: () => Promise<void> }>(
  name: string,
  file: File,
  open: string[],
): File {
  open.push(name);
  const close = async (): Promise<void> => {
    open.splice(open.indexOf(name), 1);
    await file.close();
  };
  return { ...file, close };
}

/** Fills a store with a growing log, one Root after the other. */
async function filled(
  sizes: readonly number[],
  files: MemoryFiles = new MemoryFiles(),
  segmentBytesMax?: number,
  onKept: (root: SentRoot) => void = () => undefined,
) {
  const log = new LogFeed(undefined, 8);
  const roots: SentRoot[] = [];
  const store = await open(files, [], segmentBytesMax);
  for (const size of sizes) {
    roots.push(log.append(size));
    await fill(store, log);
    onKept(log.last);
  }
  return { files, store, log, roots };
}

function open(
  files: MemoryFiles,
  damage: StoreDamage[] = [],
  segmentBytesMax?: number,
): Promise<DiskRelayStore> {
  return DiskRelayStore.open({
    files,
    folder: FOLDER,
    onDamage: (found) => damage.push(found),
    ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }),
  });
}

/** What a node does with a Root that is pushed: fills it from the log's own store and keeps it. */
async function fill(store: DiskRelayStore, log: LogFeed): Promise<void> {
  const { root, sent } = proveRoot(log.last);
  const filling = store.fill(log.feed);
  await fillRoot(root, {
    store: filling,
    request: async (hash) => (await log.store.get(hash)) ?? Promise.reject(new Error("missing")),
  });
  await filling.put({ hash: root.hash, bytes: sent.value });
  await store.keepRoot(sent);
}

async function putAll(
  filling: ReturnType<DiskRelayStore["fill"]>,
  { store }: LogFeed,
): Promise<void> {
  for (const bytes of store.byHash.values()) await filling.put({ hash: sha256(bytes), bytes });
}

/** Objects below a Root that the store does not give. */
async function missing(store: DiskRelayStore, sent: SentRoot): Promise<number> {
  let count = 0;
  await fillRoot(decodeRoot(sent.value), {
    store: {
      has: () => Promise.resolve(false),
      get: (hash) => store.get(hash),
      put: async () => {},
    },
    request: () => {
      count += 1;
      return Promise.reject(new Error("missing"));
    },
  }).catch(() => undefined);
  return count;
}

/** Every object the store gives is the right one, what it calls complete is, and proven Roots are whole. */
async function expectHonest(store: DiskRelayStore, log: LogFeed): Promise<number> {
  let lost = 0;
  for (const bytes of log.store.byHash.values()) {
    const given = await store.get(sha256(bytes));
    if (given === undefined) lost += 1;
    else expect(given).toEqual(bytes);
  }
  for (const { sent, isProven } of await store.lastRoots()) {
    if (isProven) expect(await missing(store, sent)).toBe(0);
    if (await store.has(sha256(sent.value))) expect(await missing(store, sent)).toBe(0);
  }
  return lost;
}

async function expectGrows(files: MemoryFiles): Promise<void> {
  const store = await open(files);
  const log = new LogFeed();
  for (const size of [3, 1, 2, 1]) log.append(size);
  await fill(store, log);
  await store.close();
  const again = await open(files);
  expect(await missing(again, log.last)).toBe(0);
  expect((await again.lastRoots())[0]?.sent.seq).toBe(3n);
  await again.close();
}

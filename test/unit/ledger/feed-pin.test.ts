import { describe, expect, it, test } from "vitest";
import { feedPinPath } from "../../../src/ledger/copy/feed-pin.ts";
import { fromUtf8, utf8 } from "../../../src/core/index.ts";
import { type FeedPin, readFeedPin, writeFeedPin } from "../../../src/ledger/index.ts";
import { testKeys } from "../../support/ledger-world.ts";
import { MemoryFiles, SimulatedCrash } from "../../support/memory-files.ts";

const FOLDER = "/state/pins";
const { feed } = testKeys("ben");
const PIN: FeedPin = {
  feed,
  seq: 18_446_744_073_709_551_615n,
  rootHash: "ab".repeat(32),
  size: 12,
  tree: "cd".repeat(32),
  seenAtMs: 1_790_000_000_000,
};
const EARLY: FeedPin = { ...PIN, seq: 7n };
const path = feedPinPath(FOLDER, feed);
const refused = { code: "ledger/feed-pin", exit: 4 };

async function written(pin: FeedPin): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  await writeFeedPin(files, FOLDER, pin);
  return files;
}

describe("the pin of a feed", () => {
  it("is kept, for its own feed, readable only by us", async () => {
    const files = await written(PIN);
    expect(await readFeedPin(files, FOLDER, feed)).toEqual(PIN);
    expect(await readFeedPin(files, FOLDER, testKeys("cid").feed)).toBeUndefined();
    expect(files.files.get(path)?.mode).toBe(0o600);
  });

  it("has one recorded form", async () => {
    const files = await written(EARLY);
    expect(fromUtf8((await files.read(path)) ?? utf8(""))).toBe(
      `{"checksum":"sha256:300f611f318d6bbef3c686f1547eb5b3e8f2115e6ad166260eee0587dbb5146b","feed":"${feed}","format":"fleet.skywire/feed-pin/v1","rootHash":"${"ab".repeat(32)}","seenAtMs":1790000000000,"seq":"7","size":12,"tree":"${"cd".repeat(32)}"}\n`,
    );
  });

  it("goes forward, and stays where it was after a crash", async () => {
    const files = await written(EARLY);
    const next = { ...EARLY, seq: 8n, size: 13, rootHash: "ef".repeat(32), tree: "01".repeat(32) };
    files.faults.crashAt = files.effects;
    await expect(writeFeedPin(files, FOLDER, next)).rejects.toThrow(SimulatedCrash);
    files.faults = {};
    expect(await readFeedPin(files, FOLDER, feed)).toEqual(EARLY);
    await writeFeedPin(files, FOLDER, next);
    expect(await readFeedPin(files, FOLDER, feed)).toEqual(next);
    await writeFeedPin(files, FOLDER, { ...next, seenAtMs: 1_790_000_000_001 });
  });

  test.each<{ name: string; change: Partial<FeedPin> }>([
    { name: "an earlier state", change: { seq: 6n } },
    { name: "fewer entries", change: { seq: 8n, size: 11 } },
    { name: "another Root at its place", change: { rootHash: "ef".repeat(32) } },
    { name: "another tree over as many entries", change: { seq: 8n, tree: "ef".repeat(32) } },
  ])("does not go back: $name", async ({ change }) => {
    const files = await written(EARLY);
    await expect(writeFeedPin(files, FOLDER, { ...EARLY, ...change })).rejects.toMatchObject(
      refused,
    );
    expect(await readFeedPin(files, FOLDER, feed)).toEqual(EARLY);
  });

  it("is refused with any byte changed, cut at any place, or another's", async () => {
    const files = await written(EARLY);
    const whole = (await files.read(path)) ?? utf8("");
    const bad = [...whole].flatMap((_, place) => [
      whole.map((byte, at) => (at === place ? byte ^ 1 : byte)),
      whole.subarray(0, place),
    ]);
    const others = await written({ ...EARLY, feed: testKeys("cid").feed });
    bad.push((await others.read(feedPinPath(FOLDER, testKeys("cid").feed))) ?? utf8(""));
    for (const bytes of bad) {
      await files.replace(path, bytes);
      await expect(readFeedPin(files, FOLDER, feed)).rejects.toMatchObject(refused);
      await expect(writeFeedPin(files, FOLDER, PIN)).rejects.toMatchObject(refused);
    }
  });

  test.each(["[]", "null", `{"seq":"1"}`, "{"])("is refused when it is %s", async (text) => {
    const files = new MemoryFiles();
    await files.create(path, utf8(text));
    await expect(readFeedPin(files, FOLDER, feed)).rejects.toMatchObject({
      ...refused,
      next: expect.stringContaining("witness") as unknown,
    });
  });
});

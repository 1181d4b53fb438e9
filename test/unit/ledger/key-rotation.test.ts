import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../../src/core/index.ts";
import {
  OperatorKeys,
  prepareRotation,
  readKeyFile,
  settleRotation,
  writeKeyFile,
} from "../../../src/ledger/index.ts";
import { EpochKey } from "../../../src/ledger/log/entries/sealing.ts";
import { countersAfter } from "../../../src/ledger/keys/keys.ts";
import { countingRandom, testKeys } from "../../support/ledger-world.ts";
import { testSecret } from "../../support/memory-feed.ts";
import { MemoryFiles, SimulatedCrash } from "../../support/memory-files.ts";

const path = "/config/operator.key";
const random = countingRandom("rotation");
const owner = testKeys("owner");
const friend = testKeys("friend");

async function keyFile(passphrase?: string): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const words = passphrase === undefined ? {} : { passphrase };
  await writeKeyFile({ files, path, secret: testSecret("owner"), random, ...words });
  return files;
}

describe("next keys", () => {
  it("differ in what was rotated, and in nothing else", () => {
    const next = owner.nextKeys(["ed25519"]);
    expect(next.counters).toEqual({ ed25519: 1, "cxo-feed": 0, seal: 0, "secret-digest": 0 });
    expect(next.operator).not.toBe(owner.operator);
    expect([next.seal, next.feed, next.secretHmac("v")]).toEqual([
      owner.seal,
      owner.feed,
      owner.secretHmac("v"),
    ]);
    expect(next.operator).toBe(OperatorKeys.derive(testSecret("owner"), next.counters).operator);
  });

  it("open what was sealed to any seal key before them, and the old ones nothing later", () => {
    const twice = owner.nextKeys(["seal"]).nextKeys(["seal"]);
    const key = new EpochKey(1, new Uint8Array(32).fill(7));
    for (const keys of [owner, owner.nextKeys(["seal"]), twice])
      expect(EpochKey.unwrap(key.wrapFor(keys.seal, random), twice).id).toBe(key.id);
    for (const recipient of [twice.seal, friend.seal])
      expect(() => EpochKey.unwrap(key.wrapFor(recipient, random), owner)).toThrow(
        expect.objectContaining({ code: "ledger/seal" }),
      );
  });
});

describe("counters after a rotation", () => {
  const once = owner.nextKeys(["ed25519", "seal"]);
  it.each([
    { name: "those we have", writer: owner, want: owner.counters },
    {
      name: "one signing key further",
      writer: owner.nextKeys(["ed25519"]),
      want: { ...owner.counters, ed25519: 1 },
    },
    {
      name: "one seal key further",
      writer: owner.nextKeys(["seal"]),
      want: { ...owner.counters, seal: 1 },
    },
    { name: "both further", writer: once, want: once.counters },
    { name: "two further", writer: owner.nextKeys(["seal"]).nextKeys(["seal"]), want: undefined },
    { name: "another's", writer: friend, want: undefined },
  ])("are $name", ({ writer, want }) => {
    expect(countersAfter(writer, owner)).toEqual(want);
  });
});

describe("rotating a key file", () => {
  it("raises its counters, once the entry is written", async () => {
    const files = await keyFile();
    const rotation = await prepareRotation({ files, path, random }, ["ed25519", "seal"]);
    expect(rotation.keys.operator).toBe(owner.operator);
    expect((await readKeyFile({ files, path })).counters).toEqual(owner.counters);
    await rotation.write();
    expect((await readKeyFile({ files, path })).operator).toBe(rotation.next.operator);
    expect(files.files.get(path)?.mode).toBe(0o600);
  });

  it("keeps the passphrase", async () => {
    const files = await keyFile("words");
    const passphrase = async (): Promise<string> => "words";
    const rotation = await prepareRotation({ files, path, random, passphrase }, ["seal"]);
    const { next } = rotation;
    await rotation.write();
    const text = new TextDecoder().decode(files.files.get(path)?.bytes);
    expect(text).not.toContain(toHex(testSecret("owner")));
    expect((await readKeyFile({ files, path, passphrase })).seal).toBe(next.seal);
    await expect(readKeyFile({ files, path })).rejects.toMatchObject({ code: "key/passphrase" });
  });

  it("leaves the old or the new file after a crash, and settles it at the next opening", async () => {
    const files = await keyFile();
    const rotation = await prepareRotation({ files, path, random }, ["ed25519"]);
    const { next } = rotation;
    files.faults.crashAt = files.effects;
    await expect(rotation.write()).rejects.toThrow(SimulatedCrash);
    files.faults = {};
    expect((await readKeyFile({ files, path })).operator).toBe(owner.operator);
    expect((await settleRotation({ files, path, random }, next)).operator).toBe(next.operator);
    expect((await readKeyFile({ files, path })).operator).toBe(next.operator);
    const before = files.effects;
    expect((await settleRotation({ files, path, random }, next)).operator).toBe(next.operator);
    expect(files.effects).toBe(before);
  });

  it("refuses a ledger that another copy of the key rotated further", async () => {
    const files = await keyFile();
    const writer = owner.nextKeys(["seal"]).nextKeys(["seal"]);
    await expect(settleRotation({ files, path, random }, writer)).rejects.toMatchObject({
      code: "key/rotated",
      exit: 4,
    });
  });

  it("refuses a robot's bare secret, before anything is recorded", async () => {
    const files = new MemoryFiles();
    await files.create("/run/secret", utf8(toHex(testSecret("owner"))));
    const options = { files, path: "/run/secret", random };
    await expect(
      prepareRotation({ ...options, isModeChecked: false }, ["seal"]),
    ).rejects.toMatchObject({ code: "key/bare", exit: 4 });
    await (await prepareRotation(options, ["seal"])).write();
    expect((await readKeyFile(options)).counters.seal).toBe(1);
  });
});

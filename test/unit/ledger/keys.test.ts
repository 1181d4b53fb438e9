import { readFileSync } from "node:fs";
import { makeGenesis, verifyGenesis } from "../../../src/ledger/log/entries/genesis.ts";
import { inspect } from "node:util";
import { describe, expect, it, test } from "vitest";
import { fromHex, sha256, toHex, utf8 } from "../../../src/core/index.ts";
import {
  generateSecret,
  type KeyCounters,
  OperatorKeys,
  readKeyFile,
  writeKeyFile,
} from "../../../src/ledger/index.ts";
import { countingRandom, testKeys } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

interface KeyVector {
  readonly secret: string;
  readonly counters: KeyCounters;
  readonly operator: string;
  readonly seal: string;
  readonly feed: string;
  readonly hmacOfValue: string;
}

const GOLDEN = new URL("../../golden/ledger/key-derivation.json", import.meta.url);
const { keys: vectors } = JSON.parse(readFileSync(GOLDEN, "utf8")) as {
  keys: readonly KeyVector[];
};

describe("key derivation", () => {
  test.each(vectors)(
    "$secret, counters $counters",
    ({ secret, counters, operator, seal, feed, hmacOfValue }) => {
      const keys = OperatorKeys.derive(fromHex(secret), counters);
      expect([keys.operator, keys.seal, keys.feed]).toEqual([operator, seal, feed]);
      expect(keys.secretHmac("value")).toBe(hmacOfValue);
    },
  );

  it("rotates each key by itself", () => {
    const secret = sha256(utf8("s"));
    const first = OperatorKeys.derive(secret);
    const second = OperatorKeys.derive(secret, { ...first.counters, seal: 1 });
    expect(second.seal).not.toBe(first.seal);
    expect([second.operator, second.feed, second.secretHmac("v")]).toEqual([
      first.operator,
      first.feed,
      first.secretHmac("v"),
    ]);
  });

  it("refuses a secret of another length", () => {
    expect(() => OperatorKeys.derive(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: "key/secret" }),
    );
  });

  it("never shows the secrets", () => {
    const keys = testKeys("owner");
    const shown = [inspect(keys, { depth: 9, showHidden: true }), JSON.stringify(keys)].join("\n");
    expect(Object.keys(keys).toSorted()).toEqual(["counters", "feed", "operator", "seal"]);
    for (const text of [toHex(sha256(utf8("operator owner"))), "Secret", "Seed"])
      expect(shown).not.toContain(text);
  });

  it("draws 32 bytes", () => {
    expect(generateSecret(countingRandom("x"))).toHaveLength(32);
  });
});

describe("genesis", () => {
  const keys = testKeys("owner");
  const genesis = makeGenesis(keys);
  const other = testKeys("other");

  it("vouches for its keys", () => {
    expect(verifyGenesis(genesis, keys.feed)).toEqual(genesis);
  });

  test.each([
    { name: "another feed", bad: { ...genesis, feed: other.feed } },
    { name: "another seal key", bad: { ...genesis, x25519: other.seal } },
    { name: "another operator's key", bad: { ...genesis, ed25519: other.operator } },
    {
      name: "a claim by the operator only",
      bad: { ...genesis, proofs: { ...genesis.proofs, feed: "00".repeat(65) } },
    },
    {
      name: "a claim by the feed only",
      bad: { ...genesis, proofs: { ...genesis.proofs, ed25519: "00".repeat(64) } },
    },
    { name: "proofs that are no hex", bad: { ...genesis, proofs: { ed25519: "x", feed: "y" } } },
  ])("refuses $name", ({ bad }) => {
    expect(() => verifyGenesis(bad, keys.feed)).toThrow(
      expect.objectContaining({ code: "ledger/genesis" }),
    );
  });
});

describe("key files", () => {
  const secret = sha256(utf8("kept"));
  const keys = OperatorKeys.derive(secret);
  const path = "/config/operator.key";
  const random = countingRandom("files");

  it("come back as they were written, readable by the owner only", async () => {
    const files = new MemoryFiles();
    expect((await writeKeyFile({ files, path, secret, random })).feed).toBe(keys.feed);
    expect((await readKeyFile({ files, path })).feed).toBe(keys.feed);
    expect(files.files.get(path)?.mode).toBe(0o600);
  });

  it("keep their counters", async () => {
    const files = new MemoryFiles();
    const counters = { ed25519: 1, "cxo-feed": 2, seal: 3, "secret-digest": 4 };
    await writeKeyFile({ files, path, secret, counters, random });
    expect((await readKeyFile({ files, path })).counters).toEqual(counters);
  });

  it("open with their passphrase only, and hold no secret without it", async () => {
    const files = new MemoryFiles();
    await writeKeyFile({ files, path, secret, random, passphrase: "ångström" });
    expect(new TextDecoder().decode(files.files.get(path)?.bytes)).not.toContain(toHex(secret));
    const read = (words: string | undefined) =>
      readKeyFile({ files, path, passphrase: async () => words });
    expect((await read("a\u030Angstro\u0308m")).feed).toBe(keys.feed);
    await expect(read("angstrom")).rejects.toMatchObject({ code: "key/passphrase", exit: 4 });
    await expect(read(undefined)).rejects.toMatchObject({ code: "key/passphrase", exit: 4 });
  });

  it("are never replaced", async () => {
    const files = new MemoryFiles();
    await writeKeyFile({ files, path, secret, random });
    await expect(writeKeyFile({ files, path, secret, random })).rejects.toMatchObject({
      code: "key/exists",
      exit: 4,
    });
  });

  it("are not written below the manifest's folder, also not through a link", async () => {
    const files = new MemoryFiles();
    const write = (place: string, manifestFolder: string) =>
      writeKeyFile({ files, path: place, secret, random, manifestFolder });
    for (const place of ["/repo/operator.key", "/repo/a/b/operator.key"]) {
      await expect(write(place, "/repo")).rejects.toMatchObject({
        code: "key/below-manifest",
        exit: 4,
      });
    }
    files.realPath = async (link) =>
      link === "/link" ? "/repo/inside" : link === "/repo" ? link : undefined;
    await expect(write("/link/operator.key", "/repo")).rejects.toMatchObject({
      code: "key/below-manifest",
    });
    expect(files.files.size).toBe(0);
    expect((await write("/repository/operator.key", "/repo")).feed).toBe(keys.feed);
  });

  it("of robots are 64 hex digits, whatever their mode", async () => {
    const files = new MemoryFiles();
    await files.create("/run/secret", utf8(`${toHex(secret)}\n`), { mode: 0o644 });
    await expect(readKeyFile({ files, path: "/run/secret" })).rejects.toMatchObject({
      code: "key/mode",
      exit: 4,
    });
    expect((await readKeyFile({ files, path: "/run/secret", isModeChecked: false })).feed).toBe(
      keys.feed,
    );
  });

  it("with any character changed are refused, without showing them", async () => {
    const files = new MemoryFiles();
    await writeKeyFile({ files, path, secret, random });
    const whole = files.files.get(path)?.bytes ?? new Uint8Array();
    for (let at = 0; at < whole.length - 1; at += 1) {
      await files.replace(
        path,
        whole.map((byte, index) => (index === at ? byte ^ 1 : byte)),
      );
      const error = await readKeyFile({ files, path }).catch((failure: unknown) => failure);
      expect(error, `byte ${at}`).toMatchObject({
        code: expect.stringMatching(/^key\/(file|version)$/) as string,
        exit: 4,
      });
      expect(inspect(error, { depth: 9 })).not.toContain(toHex(secret).slice(4, 24));
    }
  });

  it("that are missing say what to do", async () => {
    await expect(readKeyFile({ files: new MemoryFiles(), path })).rejects.toMatchObject({
      code: "key/missing",
      next: "run fleet keygen",
    });
  });
});

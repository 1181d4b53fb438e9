import { beforeAll, describe, expect, it, test } from "vitest";
import { fromHex, utf8 } from "../../../src/core/index.ts";
import {
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  verifyGrowthProof,
  verifyLeafProof,
} from "../../../src/tlog/index.ts";
import { copyLedger, feedOf, ownLedger } from "../../support/cli-copies.ts";
import { type CliWorld, cliWorld } from "../../support/cli-world.ts";

const VISOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const MANIFEST = `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\nvisors:\n  laptop: { key: "${VISOR}" }\n`;
const BEATS = 6;

/** Writes the ledger: a genesis and some heartbeats. */
const kim = cliWorld();
/** Another machine, with nothing on it. */
const stranger = cliWorld(undefined, undefined, "stranger");
let vkey = "";

beforeAll(async () => {
  await kim.run("keygen");
  await kim.write("fleet.yaml", MANIFEST);
  for (let beat = 1; beat < BEATS; beat += 1) await kim.run("ledger", "heartbeat");
  vkey = (await kim.run("ledger", "checkpoint", "--vkey")).out.trim();
});

function trust(): Parameters<typeof openCheckpoint>[1] {
  const logKey = parseVerifierKey(vkey);
  return { origin: logKey.name, logKey, witnesses: [] };
}

async function hand(from: CliWorld, ...names: readonly string[]): Promise<void> {
  for (const name of names)
    await stranger.files.replace(
      `/desk/${name}`,
      (await from.files.read(`/desk/${name}`)) ?? new Uint8Array(),
    );
}

describe("ledger checkpoint", () => {
  it("prints a signed note and nothing else, which its key opens", async () => {
    const { out, err, code } = await kim.run("ledger", "checkpoint");
    expect(code).toBe(0);
    const { checkpoint } = openCheckpoint(utf8(out), trust());
    const ledger = await ownLedger(kim);
    expect(checkpoint).toEqual({
      origin: `fleet.skywire/ledger/${ledger.feed}`,
      size: BEATS,
      root: fromHex(ledger.head.tree),
      extensions: [],
    });
    expect(err).toContain(`vkey   ${vkey}\n`);
    expect(err).toMatch(/\nCheckpoint: 6 entries, tree [0-9a-f]{64}\.\n$/);
  });

  it("says all of it as JSON", async () => {
    const { out } = await kim.run("ledger", "checkpoint", "--json");
    const document = JSON.parse(out) as { readonly checkpoint: string };
    expect(document).toMatchObject({
      format: "fleet.skywire/checkpoint/v1",
      feed: await feedOf(kim),
      vkey,
      size: BEATS,
    });
    expect(document.checkpoint).toBe((await kim.run("ledger", "checkpoint")).out);
  });

  it("is printed of a copy, without a key of our own", async () => {
    await copyLedger(kim, stranger);
    const feed = await feedOf(kim);
    const { out } = await stranger.run("ledger", "checkpoint", "--feed", feed);
    expect(out).toBe((await kim.run("ledger", "checkpoint")).out);
  });

  test.each([
    { name: "without a key", argv: [], code: 4, err: "fleet keygen" },
    { name: "of nobody", argv: ["--feed", "lee"], code: 64, err: "give the feed key" },
    { name: "of a feed that is not here", argv: ["--feed", VISOR], code: 4, err: "ledger pull" },
  ])("$name is refused with exit $code", async ({ argv, code, err }) => {
    const ran = await cliWorld().run("ledger", "checkpoint", ...argv);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(err);
  });
});

describe("ledger proof of an entry", () => {
  it.each([0, 3, BEATS - 1])("%i verifies as the standard text", async (index) => {
    const { out, err, code } = await kim.run("ledger", "proof", `#${index}`);
    expect([code, out.startsWith("c2sp.org/tlog-proof@v1\nindex ")]).toEqual([0, true]);
    const object = (await (await ownLedger(kim)).object(index)) ?? new Uint8Array();
    const opened = verifyLeafProof(utf8(out), leafHash(object), trust());
    expect([opened.index, opened.checkpoint.size]).toEqual([index, BEATS]);
    expect(err).toContain(`Proof: entry ${index} is among the 6 entries of the checkpoint.\n`);
  });

  it("by an older checkpoint has that one", async () => {
    const { out } = await kim.run("ledger", "proof", "2", "--to", "4", "--json");
    const { proof, size } = JSON.parse(out) as { readonly proof: string; readonly size: number };
    const object = (await (await ownLedger(kim)).object(2)) ?? new Uint8Array();
    expect(size).toBe(4);
    expect(verifyLeafProof(utf8(proof), leafHash(object), trust()).checkpoint.size).toBe(4);
  });

  it("is checked on a machine that has nothing but the key", async () => {
    const { out } = await kim.run("ledger", "proof", "3", "--entry-out", "entry");
    await kim.run("ledger", "proof", "2", "--entry-out", "other");
    await kim.write("proof.txt", out);
    await hand(kim, "proof.txt", "entry", "other");
    const check = (entry: string, key: string) =>
      stranger.run(
        ...["ledger", "proof", "--check", "proof.txt", "--entry-file", entry, "--vkey", key],
      );
    expect(await check("entry", vkey)).toMatchObject({
      code: 0,
      last: "Proved: these bytes are entry 3 of the 6 entries of the checkpoint.",
    });
    expect(await check("other", vkey)).toMatchObject({
      code: 4,
      last: expect.stringMatching(/^Not proved: /) as string,
    });
    await stranger.run("keygen");
    const otherKey = (await stranger.run("ledger", "checkpoint", "--vkey")).out.trim();
    expect(await check("entry", otherKey)).toMatchObject({ code: 4 });
  });
});

describe("ledger proof of growth", () => {
  it.each([0, 1, 4, BEATS])("from %i entries verifies as the standard text", async (from) => {
    const { out, err, code } = await kim.run("ledger", "proof", "--from", String(from));
    expect([code, out.startsWith(`old ${from}\n`)]).toEqual([0, true]);
    const root = fromHex(await (await ownLedger(kim)).treeAt(from));
    const opened = verifyGrowthProof(utf8(out), { size: from, root }, trust());
    expect(opened.checkpoint.size).toBe(BEATS);
    expect(err).toContain(`Proof: the 6 entries of the checkpoint begin with the first ${from}.\n`);
  });

  it("from a checkpoint in a file is checked with public keys only", async () => {
    const older = await kim.run("ledger", "proof", "0", "--to", "3");
    await kim.write("older.txt", older.out.slice(older.out.indexOf("\n\n") + 2));
    const { out } = await kim.run("ledger", "proof", "--from", "older.txt", "--to", "5");
    expect(out.startsWith("old 3\n")).toBe(true);
    await kim.write("growth.txt", out);
    await kim.write("newest.txt", (await kim.run("ledger", "checkpoint")).out);
    await hand(kim, "older.txt", "growth.txt", "newest.txt");
    const check = (from: string) =>
      stranger.run(
        ...["ledger", "proof", "--check", "growth.txt", "--from", from, "--vkey", vkey, "--json"],
      );
    const good = await check("older.txt");
    expect([good.code, JSON.parse(good.out)]).toMatchObject([
      0,
      { proved: true, what: "the 5 entries begin with the 3 of the older checkpoint" },
    ]);
    expect(await check("newest.txt")).toMatchObject({ code: 4 });
  });

  it("is refused from the checkpoint of another history", async () => {
    const other = cliWorld(undefined, undefined, "other");
    await other.run("keygen");
    await kim.write("other.txt", (await other.run("ledger", "checkpoint")).out);
    const ran = await kim.run("ledger", "proof", "--from", "other.txt");
    expect([ran.code, ran.out]).toEqual([4, ""]);
  });

  test.each([
    { name: "nothing", argv: [], err: "give one of ENTRY" },
    { name: "two things", argv: ["1", "--from", "2"], err: "give one of ENTRY" },
    { name: "no entry", argv: ["twelve"], err: '"twelve" is no entry' },
    { name: "an entry to come", argv: ["6"], err: "no entry 6 among the 6" },
    {
      name: "an entry behind the checkpoint",
      argv: ["4", "--to", "4"],
      err: "entry 4 among the 4",
    },
    { name: "growth from what is to come", argv: ["--from", "7"], err: "has 6 entries" },
    { name: "growth to what is to come", argv: ["--from", "1", "--to", "9"], err: "has 6 entries" },
    {
      name: "growth from a file that is none",
      argv: ["--from", "fleet.yaml"],
      err: "no checkpoint",
    },
    { name: "a check of what is no proof", argv: ["--check", "fleet.yaml"], err: "verifier key" },
  ])("of $name is bad usage", async ({ argv, err }) => {
    const ran = await kim.run("ledger", "proof", ...argv);
    expect([ran.code, ran.out]).toEqual([64, ""]);
    expect(ran.err).toContain(err);
  });
});

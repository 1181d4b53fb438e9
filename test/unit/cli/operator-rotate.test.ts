import { beforeEach, describe, expect, it } from "vitest";
import { type LedgerRecord, verifyLedger } from "../../../src/ledger/index.ts";
import { formatKeyFile, makeKeyFile } from "../../../src/ledger/keys/key-file-format.ts";
import { countingRandom } from "../../support/ledger-world.ts";
import {
  copyLedger,
  fill,
  KEY_FILE,
  keysOf,
  ledgerFolder,
  LOCK_FILE,
  manifestOf,
  openedBy,
  person,
  recordIntent,
  recordsOf,
  refusal,
  renewed,
  secretKeysOf,
} from "../../support/operators-world.ts";

const [ann, ben] = [await person("ann"), await person("ben")];
const renew = renewed(ann, ben);
const OLD = await secretKeysOf(ann);
const NEXT = OLD.nextKeys(["ed25519"]);

beforeEach(async () => {
  renew();
  for (const who of [ann, ben]) await who.write("fleet.yaml", manifestOf([ann, ben]));
});

function payloads(records: readonly LedgerRecord[]): readonly string[] {
  return records.map(
    ({ kind, operator }) =>
      `${kind} by ${operator === OLD.operator ? "old" : operator === NEXT.operator ? "next" : "?"}`,
  );
}

/** Our key everywhere that it stands. */
async function keysEverywhere(): Promise<readonly string[]> {
  const records = await recordsOf(ann);
  const keysets = records.flatMap((each) =>
    each.kind === "keyset" && each.payload !== undefined ? [each.payload] : [],
  );
  const rotated = records.flatMap((each) =>
    each.kind === "rotate" && each.payload !== undefined ? [each.payload.ed25519] : [],
  );
  const listed = /ann: \{ key: "(ed25519:\w+)"/.exec(await ann.read("fleet.yaml"))?.[1];
  return [
    (await secretKeysOf(ann)).operator,
    rotated.at(-1) ?? OLD.operator,
    keysets.at(-1)?.operators["ann"]?.key ?? OLD.operator,
    listed ?? "",
  ];
}

describe("rotating this machine's key", () => {
  it("changes manifest, record and key file together, and goes on", async () => {
    await ann.run("operator", "add", "ann", "--yes");
    await recordIntent(ann);
    ann.answers.push("yes");
    const ran = await ann.run("operator", "rotate");
    expect(ran).toMatchObject({
      code: 0,
      last: `Done: this machine signs with ${NEXT.operator} from now on, recorded as entry 4.`,
    });
    expect(ran.err).toContain("--- a/fleet.yaml\n+++ b/fleet.yaml\n");
    expect(ran.err).toContain(
      `the key of operator ann changes from ${OLD.operator} to ${NEXT.operator}`,
    );
    expect(ran.err).toContain(`the key ${OLD.operator} signs nothing for ann any more`);
    const text = manifestOf([{ ...ann, key: NEXT.operator }, ben]);
    expect(await ann.read("fleet.yaml")).toBe(text);
    expect(await keysEverywhere()).toEqual(Array(4).fill(NEXT.operator));
    await recordIntent(ann);
    expect(payloads(await recordsOf(ann))).toEqual([
      "genesis by old",
      "keyset by old",
      "intent by old",
      "keyset by old",
      "rotate by old",
      "intent by next",
    ]);
    const { files } = ann;
    const where = { files, folder: ledgerFolder(ann), feed: OLD.feed };
    expect((await verifyLedger({ ...where, trusted: [OLD.operator] })).faults).toEqual([]);
    await copyLedger(ann, ben);
    expect(await openedBy(ben, ann)).toEqual([true, true]);
    await ben.write("fleet.yaml", text);
    expect((await ben.run("operator", "add", "ann", "--yes")).last).toBe(
      "Nothing to do: ann is listed and recorded.",
    );
  });

  it("records the first keyset before it, where there is none", async () => {
    expect((await ann.run("operator", "rotate", "--yes", "--json")).code).toBe(0);
    expect(payloads(await recordsOf(ann))).toEqual([
      "genesis by old",
      "keyset by old",
      "keyset by old",
      "rotate by old",
    ]);
    expect(await keysEverywhere()).toEqual(Array(4).fill(NEXT.operator));
  });

  it("takes every fleet along that lists the key", async () => {
    await ann.run("operator", "add", "ann", "--yes");
    await ann.write("shop.yaml", manifestOf([ann], "", "shop"));
    await ann.run("operator", "add", "ann", "--manifest", "shop.yaml", "--yes");
    const ran = await ann.run("operator", "rotate", "--yes");
    expect(ran.err).toContain("note: write the next key into the manifest of fleet shop as well");
    const keysets = (await recordsOf(ann)).flatMap((each) =>
      each.kind === "keyset" && each.payload !== undefined
        ? [`${each.payload.fleet} ${each.payload.operators["ann"]?.key === NEXT.operator}`]
        : [],
    );
    expect(keysets).toEqual(["home false", "shop false", "home true", "shop true"]);
  });

  it("is refused for a key that the manifest does not list, and for a bare secret", async () => {
    await ann.write("fleet.yaml", manifestOf([ben]));
    expect(refusal(await ann.run("operator", "rotate", "--yes", "--json"))).toEqual([
      4,
      "cli/not-listed",
    ]);
    await ann.write("fleet.yaml", manifestOf([{ ...ann, key: NEXT.operator }]));
    expect(refusal(await ann.run("operator", "rotate", "--yes", "--json"))).toEqual([
      4,
      "cli/not-listed",
    ]);
    expect(await recordsOf(ann)).toHaveLength(1);
    await ann.write("bare", "ab".repeat(32));
    const bare = await ann.run(
      "operator",
      "rotate",
      "--yes",
      "--json",
      "--operator-secret-file",
      "bare",
    );
    expect(bare.code).toBe(4);
  });

  it("keeps the passphrase of the key file", async () => {
    const file = JSON.parse(new TextDecoder().decode(await ann.files.read(KEY_FILE))) as {
      secret: string;
    };
    const secret = Uint8Array.from(Buffer.from(file.secret, "hex"));
    const sealed = makeKeyFile(secret, OLD.counters, "open sesame", countingRandom("salt"));
    await ann.files.replace(KEY_FILE, formatKeyFile(sealed));
    ann.env["FLEET_PASSPHRASE"] = "open sesame";
    expect((await ann.run("operator", "rotate", "--yes")).code).toBe(0);
    delete ann.env["FLEET_PASSPHRASE"];
    expect(refusal(await ann.run("operator", "rotate", "--yes", "--json"))).toEqual([
      4,
      "key/passphrase",
    ]);
  });
});

describe("a rotation that is cut off", () => {
  it.each([
    { name: "the process ends", kept: Number.MAX_SAFE_INTEGER },
    { name: "the power goes", kept: 0 },
  ])("is ended by the same command, wherever $name", { timeout: 180_000 }, async ({ kept }) => {
    await ann.run("operator", "add", "ann", "--yes");
    const before = ann.files.copy().files;
    const from = ann.files.effects;
    await ann.run("operator", "rotate", "--yes");
    const effects = ann.files.effects - from;
    expect(effects).toBeGreaterThan(8);
    const ends = new Set<string>();
    for (let cut = 0; cut < effects; cut += 1) {
      fill(ann.files, before);
      ann.files.faults = { crashAt: ann.files.effects + cut };
      const cutOff = await ann.run("operator", "rotate", "--yes");
      expect([cut, cutOff.code]).not.toEqual([cut, 0]);
      ann.files.faults = {};
      fill(ann.files, ann.files.afterPowerLoss(kept).files);
      await ann.files.remove(`${ledgerFolder(ann)}/${LOCK_FILE}`);
      const states = (await keysEverywhere()).map((key) => (key === OLD.operator ? "old" : "next"));
      const again = await ann.run("operator", "rotate", "--yes", "--json");
      const { outcome } = JSON.parse(again.out) as { readonly outcome: string };
      ends.add(`${states.join(" ")}: ${outcome}`);
      expect([cut, again.code, ...(await keysEverywhere())]).toEqual([
        cut,
        0,
        ...Array<string>(4).fill(NEXT.operator),
      ]);
      await recordIntent(ann);
    }
    // Key file, rotation, keyset, manifest.
    expect([...ends].toSorted()).toEqual([
      "old next next next: settled",
      "old old old next: recorded",
      "old old old old: recorded",
    ]);
  });

  it("lets nothing else be signed with the key before", async () => {
    await ann.run("operator", "add", "ann", "--yes");
    const old = await ann.files.read(KEY_FILE);
    await ann.run("operator", "rotate", "--yes");
    await ann.files.replace(KEY_FILE, old ?? new Uint8Array());
    const text = await ann.read("fleet.yaml");
    expect(refusal(await ann.run("operator", "remove", "ben", "--yes", "--json"))).toEqual([
      4,
      "cli/rotation-open",
    ]);
    expect(await ann.read("fleet.yaml")).toBe(text);
    const settled = await ann.run("operator", "rotate");
    expect(settled.last).toBe(
      `Done: the rotation that was cut off is complete; the key file has ${NEXT.operator}.`,
    );
    expect((await ann.run("operator", "remove", "ben", "--yes")).code).toBe(0);
  });
});

describe("a rotation that two must sign", () => {
  it("changes nothing until the other approved", async () => {
    const text = manifestOf([ann, ben], "policy: { keyset_signatures: 2 }\n");
    await ann.write("fleet.yaml", text);
    await ben.write("fleet.yaml", text);
    await ann.run("operator", "add", "ann", "--yes");
    await copyLedger(ann, ben);
    const begun = await ann.run("operator", "rotate", "--yes", "--out", "mine.json");
    expect(begun.last).toBe(
      "Waiting: 1 of 2 signatures are there; 1 of ben must run `fleet operator approve mine.json`, then `fleet operator rotate --approved mine.json` records it.",
    );
    expect(await keysEverywhere()).toEqual(Array(4).fill(OLD.operator));
    expect((await ann.run("operator", "rotate", "--approved", "mine.json", "--yes")).code).toBe(4);
    await ben.write("mine.json", await ann.read("mine.json"));
    const approved = await ben.run("operator", "approve", "mine.json", "--yes");
    expect(approved.err).toContain(`signs nothing for ann any more`);
    await ann.write("mine.json", await ben.read("mine.json"));
    const ran = await ann.run("operator", "rotate", "--approved", "mine.json", "--yes");
    expect(ran).toMatchObject({ code: 0, last: expect.stringContaining("Done: ") });
    expect(await keysEverywhere()).toEqual(Array(4).fill(NEXT.operator));
    const kim = await person("kim");
    const next = await ann.run("operator", "add", "kim", ...keysOf(kim), "--yes");
    expect(next.last).toContain("Waiting: 1 of 2");
  });
});

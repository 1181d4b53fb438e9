import { beforeEach, describe, expect, it, test } from "vitest";
import { witnessNoteKey } from "../../../src/ledger/log/head.ts";
import { type OperatorKey, utf8 } from "../../../src/core/index.ts";
import { ledgerNoteKey, readFeedPin } from "../../../src/ledger/index.ts";
import { openCheckpoint } from "../../../src/tlog/index.ts";
import { copyLedger, feedOf, ownLedger, stateFolder } from "../../support/cli-copies.ts";
import { type CliWorld, cliWorld } from "../../support/cli-world.ts";
import { allRecords } from "../../support/ledger-world.ts";

const VISOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

let ann: CliWorld;
let kim: CliWorld;

/** The manifest of both: ann may be a witness of kim. */
async function manifest(may: string): Promise<string> {
  const lines = await Promise.all(
    [
      { name: "ann", user: ann, may },
      { name: "kim", user: kim, may: "apply" },
    ].map(async (each) => {
      return `  ${each.name}: { key: "${await keyOf(each.user)}", feed: "${await feedOf(each.user)}", may: [${each.may}] }\n`;
    }),
  );
  return `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\noperators:\n${lines.join("")}ledger: { seal: false }\nvisors:\n  laptop: { key: "${VISOR}" }\n`;
}

async function beat(user: CliWorld): Promise<void> {
  expect((await user.run("ledger", "heartbeat")).code).toBe(0);
}

beforeEach(async () => {
  ann = cliWorld();
  kim = cliWorld(undefined, undefined, "kim");
  for (const user of [ann, kim]) await user.run("keygen");
  const text = await manifest("apply, witness");
  for (const user of [ann, kim]) await user.write("fleet.yaml", text);
  await beat(kim);
  await copyLedger(kim, ann);
});

describe("ledger witness", () => {
  it("cosigns what it sees for the first time, records and pins it, and says the rest is known", async () => {
    const ran = await ann.run("ledger", "witness", "kim", "--out", "kim.txt");
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(ran.out).toBe("  + kim: 2 entries, cosigned in entry 1\nWitnessed: 1 ledger.\n");
    const theirs = await ownLedger(kim);
    const record = await (await ownLedger(ann)).record(1);
    expect(record).toMatchObject({ kind: "witness", heads: [theirs.tree()] });
    const note = utf8(await ann.read("kim.txt"));
    const keys = await keysOf();
    const logKey = ledgerNoteKey(theirs.feed, keys.kim);
    const opened = openCheckpoint(note, {
      origin: logKey.name,
      logKey,
      witnesses: [witnessNoteKey(keys.ann)],
    });
    expect([opened.checkpoint.size, opened.cosignatures.length]).toEqual([2, 1]);
    expect(await readFeedPin(ann.files, `${stateFolder(ann)}/pins`, theirs.feed)).toMatchObject({
      seq: theirs.head.seq,
      rootHash: theirs.head.root,
      size: 2,
    });

    const again = await ann.run("ledger", "witness", "--out", "again.txt", "kim");
    expect([again.code, again.out]).toEqual([
      0,
      "  + kim: 2 entries, witnessed before, in entry 1\nWitnessed: 0 ledgers, 1 witnessed before.\n",
    ]);
    expect(await ann.read("again.txt")).toBe(await ann.read("kim.txt"));
    expect((await ownLedger(ann)).head.size).toBe(2);
  });

  it("cosigns what grew, of every copy here", async () => {
    await ann.run("ledger", "witness");
    await beat(kim);
    await beat(kim);
    await copyLedger(kim, ann);
    const { code, out } = await ann.run("ledger", "witness", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { results: [{ kind: "cosigned", name: "kim", size: 4, entry: 2 }], notes: [] },
    ]);
    expect((await ann.run("verify")).code).toBe(0);
  });

  it("goes by our own entry where the pin was lost", async () => {
    await ann.run("ledger", "witness");
    const pins = `${stateFolder(ann)}/pins`;
    for (const name of await ann.files.list(pins)) await ann.files.remove(`${pins}/${name}`);
    expect(await ann.run("ledger", "witness")).toMatchObject({
      code: 0,
      last: "Witnessed: 0 ledgers, 1 witnessed before.",
    });
    expect(await ann.files.list(pins)).toHaveLength(1);
  });

  it("refuses a copy that went back, and one of another history, and records nothing", async () => {
    const fork = kim.files.copy();
    const old = ann.files.copy();
    await beat(kim);
    await copyLedger(kim, ann);
    await ann.run("ledger", "witness");
    const before = (await ownLedger(ann)).head.size;
    const feed = await feedOf(kim);
    const replace = async (files: typeof old): Promise<void> => {
      const at = `/replicas/${feed}/`;
      for (const name of [...ann.files.files.keys()])
        if (name.includes(at)) ann.files.files.delete(name);
      for (const [name, file] of files.files)
        if (name.includes(at)) ann.files.files.set(name, file);
    };
    await replace(old);
    const behind = await ann.run("ledger", "witness", "kim");
    expect([behind.code, behind.last]).toEqual([4, "Witnessed: 0 ledgers, 1 refused."]);
    expect(behind.out).toContain("[ledger/witness-behind]");

    const other = cliWorld(undefined, undefined, "fork");
    for (const [name, file] of fork.files) other.files.files.set(name, file);
    await beat(other);
    await beat(other);
    const scratch = cliWorld(undefined, undefined, "scratch");
    await copyLedger(other, scratch);
    await replace(scratch.files);
    const forked = await ann.run("ledger", "witness", "kim");
    expect([forked.code, forked.last]).toEqual([4, "Witnessed: 0 ledgers, 1 refused."]);
    expect(forked.out).toContain("[ledger/witness-other-tree]");
    expect(forked.out).toContain("proves: its key signed two histories");
    expect((await ownLedger(ann)).head.size).toBe(before);
  });

  it("says when nobody will count it, and that a copy is missing", async () => {
    await ann.write("fleet.yaml", await manifest("apply"));
    expect((await ann.run("ledger", "witness")).err).toContain("may: [witness]");
    const alone = await kim.run("ledger", "witness");
    expect([alone.code, alone.last]).toEqual([3, "Witnessed: 0 ledgers."]);
    expect(alone.err).toContain("no relay is listed that could bring it");
  });

  test.each([
    { name: "somebody unknown", argv: ["lee"], code: 64, err: "lee" },
    { name: "a copy that is not here", argv: [VISOR], code: 4, err: "ledger pull" },
    { name: "a file for several", argv: ["--out", "x"], code: 64, err: "--out takes" },
  ])("refuses $name with exit $code", async ({ argv, code, err }) => {
    const ran = await ann.run("ledger", "witness", ...argv);
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(err)]);
    expect((await ownLedger(ann)).head.size).toBe(1);
  });

  it("does not witness its own ledger", async () => {
    const ran = await ann.run("ledger", "witness", "ann");
    expect([ran.code, ran.out]).toEqual([4, expect.stringContaining("[ledger/witness-own]")]);
  });
});

describe("ledger heartbeat", () => {
  it("records a sign of life of the manifest's fleet", async () => {
    const { code, last } = await ann.run("ledger", "heartbeat");
    expect([code, last]).toEqual([0, expect.stringMatching(/^Alive: entry 1 added, .* after/)]);
    expect(await (await ownLedger(ann)).record(1)).toMatchObject({
      kind: "heartbeat",
      payload: { fleet: "home" },
    });
  });

  it("does nothing while the newest entry is young, and beats when it is not", async () => {
    const young = await ann.run("ledger", "heartbeat", "--if-older", "12h", "--json");
    expect([young.code, JSON.parse(young.out)]).toMatchObject([0, { fleet: "home" }]);
    expect(JSON.parse(young.out)).not.toHaveProperty("entry");
    expect((await ann.run("ledger", "heartbeat", "--if-older", "12h")).last).toMatch(
      /^Alive: the newest entry is .* old, nothing was added\.$/,
    );
    expect((await ownLedger(ann)).head.size).toBe(1);
    expect((await ann.run("ledger", "heartbeat", "--if-older", "1ms")).last).toMatch(
      /entry 1 added/,
    );
  });

  it("must know its fleet", async () => {
    await ann.files.remove("/desk/fleet.yaml");
    const ran = await ann.run("ledger", "heartbeat");
    expect([ran.code, ran.err]).toEqual([64, expect.stringContaining("--manifest FILE")]);
  });
});

async function keysOf(): Promise<Readonly<Record<"ann" | "kim", OperatorKey>>> {
  return { ann: await keyOf(ann), kim: await keyOf(kim) };
}

async function keyOf(user: CliWorld): Promise<OperatorKey> {
  const [first] = await allRecords(await ownLedger(user));
  if (first === undefined) throw new Error("a ledger has a genesis");
  return first.operator;
}

import { beforeEach, describe, expect, it, test } from "vitest";
import { toHex } from "../../../src/core/index.ts";
import { cliFleet } from "../../support/cli-world.ts";
import { keyOf } from "../../support/manifest-text.ts";
import {
  copyLedger,
  documentOf,
  keysetsOf,
  keysOf,
  manifestOf,
  openedBy,
  person,
  type Person,
  recordIntent,
  recordsOf,
  refusal,
  renewed,
} from "../../support/operators-world.ts";

const [ann, ben, kim] = [await person("ann"), await person("ben"), await person("kim")];
const renew = renewed(ann, ben, kim);

beforeEach(async () => {
  renew();
  await ann.write("fleet.yaml", manifestOf([ann]));
});

/** Every file as it is. */
function contentOf({ files }: Person): Readonly<Record<string, string>> {
  return Object.fromEntries([...files.files].map(([path, { bytes }]) => [path, toHex(bytes)]));
}

describe("adding an operator", () => {
  it("shows what it means, asks, writes the manifest and records the keyset", async () => {
    ann.answers.push("yes");
    const ran = await ann.run("operator", "add", "ben", ...keysOf(ben));
    expect(ran).toMatchObject({
      code: 0,
      last: "Done: operator ben is added, recorded as entry 1; epoch 1 begins.",
    });
    expect(ran.err).toContain("--- a/fleet.yaml\n+++ b/fleet.yaml\n@@ ");
    expect(ran.err).toContain("nothing is recorded yet of who may do what in fleet home");
    expect(ran.err).toContain("- operator ben is added (plan, apply)");
    expect(ran.err).toContain("ben may apply: change the visors of this fleet");
    expect(ran.err).toContain("ben can read all that this fleet recorded");
    expect(ran.err).toContain("Add operator ben? Only yes goes on: ");
    expect(await ann.read("fleet.yaml")).toBe(manifestOf([ann, ben]));
    expect(await keysetsOf(ann)).toEqual(["ann ben, epoch 1"]);
  });

  it("lets the newcomer read what was recorded before", async () => {
    await documentOf(ann, "add", "ann");
    await recordIntent(ann);
    await copyLedger(ann, ben);
    expect(await openedBy(ben, ann)).toEqual([false]);
    expect(await documentOf(ann, "add", "ben", ...keysOf(ben))).toMatchObject({
      format: "fleet.skywire/operator-change/v1",
      verb: "add",
      fleet: "home",
      operator: "ben",
      outcome: "recorded",
      entries: [3],
      notes: [expect.stringContaining("no relay is listed under ledger.relays")],
      manifest: { file: "fleet.yaml", diff: expect.stringContaining("+  ben: {") },
    });
    await recordIntent(ann);
    await copyLedger(ann, ben, kim);
    expect(await openedBy(ben, ann)).toEqual([true, true]);
    expect(await openedBy(kim, ann)).toEqual([false, false]);
  });

  it("only records what the manifest says already, and says when nothing is to do", async () => {
    await documentOf(ann, "add", "ann");
    const text = manifestOf([ann, ben]);
    await ann.write("fleet.yaml", text);
    const ran = await ann.run("operator", "add", "ben", "--yes");
    expect([ran.code, ran.last]).toEqual([
      0,
      "Done: operator ben is added, recorded as entry 2; epoch 2 begins.",
    ]);
    expect(await ann.read("fleet.yaml")).toBe(text);
    const again = await ann.run("operator", "add", "ben", ...keysOf(ben));
    expect([again.code, again.last]).toEqual([0, "Nothing to do: ben is listed and recorded."]);
    expect(await keysetsOf(ann)).toEqual(["ann, epoch 1", "ann ben, epoch 2"]);
  });

  it("writes into the manifest whom only the record knows", async () => {
    await documentOf(ann, "add", "ben", ...keysOf(ben));
    await ann.write("fleet.yaml", manifestOf([ann]));
    const ran = await ann.run("operator", "add", "ben", ...keysOf(ben), "--yes");
    expect(ran.last).toBe("Wrote fleet.yaml: operator ben is added, as is recorded already.");
    expect(await keysetsOf(ann)).toHaveLength(1);
  });

  it("records of a manifest that says more only the one operator, and says what is left", async () => {
    await documentOf(ann, "add", "ann");
    await ann.write("fleet.yaml", manifestOf([ann, kim], "policy: { max_removals: 50% }\n"));
    const ran = await ann.run("operator", "add", "ben", ...keysOf(ben), "--yes");
    expect(ran.err).toContain("note: fleet.yaml also says what this does not record");
    expect(ran.err).toContain("operator kim is added");
    expect(ran.err).toContain("policy.max_removals changes from 20% to 50%");
    expect(await keysetsOf(ann)).toEqual(["ann, epoch 1", "ann ben, epoch 2"]);
    const [, second] = (await recordsOf(ann)).flatMap((each) =>
      each.kind === "keyset" && each.payload !== undefined ? [each.payload] : [],
    );
    expect(second?.policy).toEqual({ max_removals: "20%" });
  });

  it("gives a witness no key and no right to write", async () => {
    await documentOf(ann, "add", "ann");
    const ran = await ann.run(
      "operator",
      "add",
      "ben",
      "--key",
      ben.key,
      "--may",
      "witness",
      "--yes",
    );
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("ben may witness: ");
    expect(ran.err).toContain("reads nothing of what is sealed: there is no seal key of ben");
    expect(ran.err).toContain("the manifest names no feed of ben");
    expect(await ann.read("fleet.yaml")).toContain(`ben: { key: "${ben.key}", may: [witness] }\n`);
    await recordIntent(ann);
    await copyLedger(ann, ben);
    expect(await openedBy(ben, ann)).toEqual([false]);
  });

  it("writes nothing when it is declined or nobody can be asked", async () => {
    const before = contentOf(ann);
    ann.answers.push("no");
    const declined = await ann.run("operator", "add", "ben", ...keysOf(ben));
    expect([declined.code, declined.last]).toEqual([4, "Declined: nothing was written."]);
    const unasked = await ann.run("operator", "add", "ben", ...keysOf(ben), "--json");
    expect(refusal(unasked)).toEqual([4, "cli/unconfirmed"]);
    expect(contentOf(ann)).toEqual(before);
  });
});

describe("removing an operator", () => {
  beforeEach(async () => {
    await ann.write("fleet.yaml", manifestOf([ann, ben, kim]));
    await documentOf(ann, "add", "ann");
    await recordIntent(ann);
  });

  it("begins an epoch that the removed one cannot read, and leaves what came before", async () => {
    const ran = await ann.run("operator", "remove", "kim", "--yes");
    expect(ran).toMatchObject({
      code: 0,
      last: "Done: operator kim is removed, recorded as entry 3; epoch 2 begins.",
    });
    expect(ran.err).toContain("- operator kim is removed\n");
    expect(ran.err).toContain("what came before kim can still read");
    expect(ran.err).toContain("take the keys of kim's machines out of the trust lists too");
    expect(await ann.read("fleet.yaml")).toBe(manifestOf([ann, ben]));
    await recordIntent(ann);
    await copyLedger(ann, ben, kim);
    expect(await openedBy(ben, ann)).toEqual([true, true]);
    expect(await openedBy(kim, ann)).toEqual([true, false]);
  });

  it("records whom the manifest has lost already", async () => {
    await ann.write("fleet.yaml", manifestOf([ann, ben]));
    const ran = await ann.run("operator", "remove", "kim", "--yes");
    expect(ran.last).toContain("operator kim is removed, recorded as entry 3");
    const again = await ann.run("operator", "remove", "kim", "--yes");
    expect(again).toMatchObject({ code: 64, err: expect.stringContaining("are ann, ben") });
  });

  it("refuses to remove this machine itself, whoever else is there", async () => {
    const ran = await ann.run("operator", "remove", "ann", "--yes", "--json");
    expect(refusal(ran)).toEqual([4, "cli/own-key"]);
    expect(ran.err).toContain("have another operator with apply run `fleet operator remove ann`");
    await copyLedger(ann, ben);
    await ben.write("fleet.yaml", manifestOf([ann, ben, kim]));
    expect((await ben.run("operator", "remove", "ann", "--yes")).last).toContain(
      "Done: operator ann",
    );
    expect(await keysetsOf(ben)).toEqual(["ben kim, epoch 2"]);
  });

  it("is for operators of the recorded keyset, whatever a manifest says", async () => {
    await ann.write("fleet.yaml", manifestOf([ann, ben]));
    await documentOf(ann, "remove", "kim");
    await copyLedger(ann, kim);
    await kim.write("fleet.yaml", manifestOf([kim, ben]));
    const ran = await kim.run("operator", "remove", "ben", "--yes", "--json");
    expect(refusal(ran)).toEqual([4, "cli/may-not-change"]);
    expect(await kim.read("fleet.yaml")).toBe(manifestOf([kim, ben]));
    expect(await keysetsOf(kim)).toEqual([]);
  });
});

describe("an apply after a change of operators", () => {
  it("has no keyset to ask about, and goes on in the new epoch", async () => {
    const trust = { hypervisors: ["laptop"], pty: ["laptop"] };
    const user = await cliFleet([{ name: "laptop", profile: "newest", local: true, ...trust }]);
    try {
      await user.manifest("controllers: [laptop]", { laptop: "settings: { log_level: info }" });
      expect((await user.run("apply", "--yes")).code).toBe(0);
      const ran = await user.run("operator", "add", "ben", ...keysOf(ben), "--yes");
      expect(ran.last).toContain("Done: operator ben is added");
      const text = (await user.read("fleet.yaml")).replace("level: info", "level: warning");
      await user.write("fleet.yaml", text);
      const plan = await user.run("plan", "--json");
      expect(JSON.parse(plan.out)).toMatchObject({ keysetChanges: [], refusals: [] });
      expect((await user.run("apply", "--yes")).code).toBe(0);
      expect((await user.run("verify")).code).toBe(0);
    } finally {
      await user.fleet.stop();
    }
  });
});

describe("what an operator command refuses", () => {
  test.each([
    { name: "a name that is none", argv: ["add", "a: b"], code: "cli/usage", exit: 64 },
    { name: "no key", argv: ["add", "ben"], code: "cli/usage", exit: 64 },
    {
      name: "a key of another kind",
      argv: ["add", "ben", "--key", "02ab"],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a point of small order",
      argv: ["add", "ben", "--key", `ed25519:01${"00".repeat(31)}`],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a seal key of another kind",
      argv: ["add", "ben", "--key", "$ben", "--seal", "x"],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a seal key that no epoch key can be sealed to",
      argv: ["add", "ben", "--key", "$ben", "--seal", `x25519:${"00".repeat(32)}`],
      code: "ledger/seal",
      exit: 64,
    },
    {
      name: "a feed that is no point",
      argv: ["add", "ben", "--key", "$ben", "--feed", `02${"ff".repeat(32)}`],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a right that there is not",
      argv: ["add", "ben", "--key", "$ben", "--may", "trust"],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a key that is listed",
      argv: ["add", "ben", "--key", "$ann"],
      code: "cli/invalid-manifest",
      exit: 64,
    },
    {
      name: "a visor's key as a feed",
      argv: ["add", "ben", "--key", "$ben", "--feed", keyOf("laptop")],
      code: "cli/invalid-manifest",
      exit: 64,
    },
    {
      name: "other values for somebody listed",
      argv: ["add", "ann", "--may", "plan"],
      code: "cli/usage",
      exit: 64,
    },
    { name: "nobody to remove", argv: ["remove", "ben"], code: "cli/no-operator", exit: 64 },
    {
      name: "a manifest that is not there",
      argv: ["remove", "ben", "--manifest", "no.yaml"],
      code: "cli/no-file",
      exit: 64,
    },
    {
      name: "a manifest on standard input",
      argv: ["rotate", "--manifest", "-"],
      code: "cli/usage",
      exit: 64,
    },
    {
      name: "a document that is none",
      argv: ["approve", "fleet.yaml"],
      code: "ledger/keyset-change",
      exit: 4,
    },
  ])("$name", async ({ argv, code, exit }) => {
    const keys: Readonly<Record<string, string>> = { $ann: ann.key, $ben: ben.key };
    const before = contentOf(ann);
    const words = argv.map((word) => keys[word] ?? word);
    const ran = await ann.run("operator", ...words, "--yes", "--json");
    expect(refusal(ran)).toEqual([exit, code]);
    expect(ran.err).toContain("next: ");
    expect(contentOf(ann)).toEqual(before);
  });

  it("a manifest that somebody else changed while it asked", async () => {
    const changed = manifestOf([ann], "# mine\n");
    ann.answers.push("yes");
    const plain = ann.files.write.bind(ann.files);
    ann.files.write = async (...args) => {
      await ann.write("fleet.yaml", changed);
      await plain(...args);
    };
    const ran = await ann.run("operator", "add", "ben", ...keysOf(ben));
    ann.files.write = plain;
    expect(ran).toMatchObject({
      code: 5,
      err: expect.stringContaining("changed by somebody else"),
    });
    expect(await ann.read("fleet.yaml")).toBe(changed);
    expect(await keysetsOf(ann)).toEqual([]);
  });

  it("an operator who is not in the first keyset", async () => {
    await ben.write("fleet.yaml", manifestOf([ann]));
    const ran = await ben.run("operator", "add", "kim", ...keysOf(kim), "--yes", "--json");
    expect(refusal(ran)).toEqual([4, "cli/may-not-change"]);
    expect(await ben.read("fleet.yaml")).toBe(manifestOf([ann]));
  });

  it("a second name for a key that is recorded", async () => {
    await documentOf(ann, "add", "ben", ...keysOf(ben));
    await ann.write("fleet.yaml", manifestOf([ann]) + "# nothing\n");
    const ran = await ann.run("operator", "add", "benny", ...keysOf(ben), "--yes", "--json");
    expect(refusal(ran)).toEqual([4, "cli/key-twice"]);
    expect(await ann.read("fleet.yaml")).not.toContain("benny");
  });
});

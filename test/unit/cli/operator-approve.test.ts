import { beforeEach, describe, expect, it } from "vitest";
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
  refusal,
  renewed,
} from "../../support/operators-world.ts";

const [ann, ben, kim] = [await person("ann"), await person("ben"), await person("kim")];
const renew = renewed(ann, ben, kim);

beforeEach(async () => {
  renew();
  await ann.write("fleet.yaml", manifestOf([ann]));
});

describe("a change that two must sign", () => {
  const POLICY = "policy: { keyset_signatures: 2 }\n";

  beforeEach(async () => {
    const text = manifestOf([ann, ben], POLICY);
    await ann.write("fleet.yaml", text);
    await ben.write("fleet.yaml", text);
    await documentOf(ann, "add", "ann");
    await copyLedger(ann, ben, kim);
  });

  async function handOver(from: Person, to: Person): Promise<void> {
    await to.write("keyset-change.json", await from.read("keyset-change.json"));
  }

  it("is recorded by who began it, once the other approved", async () => {
    const begun = await ann.run("operator", "add", "kim", ...keysOf(kim), "--yes");
    expect(begun).toMatchObject({
      code: 0,
      last: "Waiting: 1 of 2 signatures are there; 1 of ben must run `fleet operator approve keyset-change.json`, then `fleet operator add kim --approved keyset-change.json` records it.",
    });
    expect(await keysetsOf(ann)).toHaveLength(1);
    expect(await documentOf(ann, "add", "kim")).toMatchObject({
      outcome: "waiting",
      signatures: { needed: 2, signed: ["ann"], open: ["ben"] },
    });
    const early = await ann.run(
      "operator",
      "add",
      "kim",
      "--approved",
      "keyset-change.json",
      "--yes",
    );
    expect(early).toMatchObject({ code: 4, err: expect.stringContaining("1 of the 2 signatures") });
    await handOver(ann, ben);
    ben.answers.push("yes");
    const approved = await ben.run("operator", "approve", "keyset-change.json");
    expect(approved).toMatchObject({ code: 0, last: expect.stringContaining("Signed: 2 of 2") });
    expect(approved.err).toContain("- operator kim is added (plan, apply)");
    expect(approved.err).toContain("kim can read all that this fleet recorded");
    expect(approved.err).toContain("fleet.yaml here says something else than this change");
    await handOver(ben, ann);
    expect(await documentOf(ann, "add", "kim", "--approved", "keyset-change.json")).toMatchObject({
      outcome: "recorded",
      verdict: "Done: operator kim is added, recorded as entry 2; epoch 2 begins.",
    });
    await recordIntent(ann);
    await copyLedger(ann, ben, kim);
    expect(await openedBy(kim, ann)).toEqual([true]);
    expect((await ben.run("operator", "approve", "keyset-change.json", "--yes")).last).toBe(
      "Nothing to do: what keyset-change.json says is recorded.",
    );
  });

  it("is refused for another change, a changed document, a stranger and a stale one", async () => {
    await documentOf(ann, "add", "kim", ...keysOf(kim));
    const text = await ann.read("keyset-change.json");
    await ben.write("keyset-change.json", text.replace('"apply"', '"witness"'));
    expect(await ben.run("operator", "approve", "keyset-change.json", "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("does not hold"),
    });
    await kim.write("keyset-change.json", text);
    expect(await kim.run("operator", "approve", "keyset-change.json", "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("have it done by an operator with apply: ann, ben"),
    });
    await ann.write("fleet.yaml", manifestOf([ann, ben], POLICY));
    const other = await ann.run(
      "operator",
      "add",
      "eve",
      "--key",
      kim.key,
      "--approved",
      "keyset-change.json",
      "--yes",
    );
    expect(other).toMatchObject({ code: 4, err: expect.stringContaining("of another change") });
    const kept = await ann.run("operator", "add", "eve", "--key", kim.key, "--yes");
    expect(kept).toMatchObject({ code: 64, err: expect.stringContaining("holds something else") });
    expect(await ann.read("fleet.yaml")).toBe(manifestOf([ann, ben], POLICY));
    await handOver(ann, ben);
    await ben.run("operator", "approve", "keyset-change.json", "--yes");
    await handOver(ben, ann);
    await documentOf(ann, "add", "kim", ...keysOf(kim), "--approved", "keyset-change.json");
    await documentOf(ann, "remove", "kim", "--out", "second.json");
    await ben.write("second.json", await ann.read("second.json"));
    expect(await ben.run("operator", "approve", "second.json", "--yes")).toMatchObject({
      code: 5,
      err: expect.stringContaining("fleet ledger pull"),
    });
    await copyLedger(ann, ben);
    expect((await ben.run("operator", "approve", "second.json", "--yes")).last).toContain("2 of 2");
  });

  it("is never one that leaves too few to sign the next", async () => {
    const ran = await ann.run("operator", "remove", "ben", "--yes", "--json");
    expect(ran.code).toBe(64);
    await ann.write("fleet.yaml", manifestOf([ann]));
    const second = await ann.run("operator", "remove", "ben", "--yes", "--json");
    expect(refusal(second)).toEqual([4, "ledger/keyset-change"]);
  });

  it("asks for no signature twice", async () => {
    await documentOf(ann, "add", "kim", ...keysOf(kim));
    const ran = await ann.run("operator", "approve", "keyset-change.json");
    expect(ran).toMatchObject({ code: 0, last: expect.stringContaining("Signed by us already") });
  });
});

// `fleet trust`, and tests of access that a manifest writes, from validate to apply.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const BOTH = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, hypervisors: ["desk"], pty: ["desk"] },
  { name: "desk", profile: "newest", local: true, hypervisors: ["laptop"], pty: ["laptop"] },
  { name: "hub", profile: "newest", ...BOTH },
  { name: "shop", profile: "newest", hypervisors: ["laptop"], pty: ["hub"] },
];

let ann: CliFleet;
let owner = "";

beforeEach(async () => {
  ann = await cliFleet(VISORS);
  const made = JSON.parse((await ann.run("keygen", "--json")).out) as Record<string, string>;
  owner = `{ key: "${made["key"]}", seal: "${made["seal"]}", feed: "${made["feed"]}", may: [plan, apply] }`;
});
afterEach(async () => {
  await ann.fleet.stop();
});

async function write(more: string, shop = ""): Promise<void> {
  const visors = VISORS.map(
    ({ name }) => `  ${name}: { key: ${ann.keyOf(name)}${name === "shop" ? shop : ""} }\n`,
  );
  await ann.write(
    "fleet.yaml",
    `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n  ann: ${owner}\ncontrollers: [laptop, desk]\nkeys: { phone: ${PHONE} }\n${more}visors:\n${visors.join("")}`,
  );
}

/** A point of the curve that no visor of the fleet has. */
const PHONE = "022f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4";

describe("fleet trust", () => {
  it("shows who manages each visor, by which list and with what", async () => {
    await write("");
    const ran = await ann.run("trust");
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/shop +laptop +trust\.hypervisors +rpc, shell, files, survey/);
    expect(ran.out).toMatch(/hub +trust\.pty/);
    expect(ran.out).toMatch(/desk +pushed by laptop +rpc, shell, files\n/);
    expect(ran.out).toContain("of the controllers laptop alone has a way of its own into shop");
    expect(ran.last).toBe(
      "Trust: 4 visors, 3 keys with a way in, 0 without a name, all lists known.",
    );
  });

  it("shows what a key reaches, and the chain from one to another", async () => {
    await write("");
    const reach = await ann.run("trust", "hub");
    expect(reach).toMatchObject({ code: 0, last: "hub manages 1 of 4 visors, and reaches 1." });
    const path = await ann.run("trust", "shop", "--path", "desk");
    expect(path.out).toBe("desk manages shop because laptop pushes it.\n");
    expect((await ann.run("trust", "desk", "--path", "shop")).out).toBe(
      "shop does not manage desk.\n",
    );
    expect((await ann.run("trust", "shop", "--path", "nobody")).code).toBe(64);
  });

  it("says by the manifest alone what it does not know, and asks no visor", async () => {
    await write("", ", trust: { hypervisors: [laptop] }");
    await ann.fleet.stop();
    const ran = await ann.run("trust", "--declared");
    expect(ran.code).toBe(3);
    expect(ran.out).toContain("trust.hypervisors is not the manifest's own");
  });

  it("shows what a plan would leave", async () => {
    await write("", ", trust: { hypervisors: [laptop], pty: [desk, phone] }");
    const planned = await ann.run("plan", "--out", "plan.json", "--allow-removals", "1");
    expect(planned.code).toBe(0);
    const ran = await ann.run("trust", "--if", "plan.json", "--json");
    const { visors } = JSON.parse(ran.out) as {
      visors: { name: string; who: { name?: string; by: string[] }[] }[];
    };
    const shop = visors.find(({ name }) => name === "shop");
    const named = shop?.who.filter(({ name }) => name !== undefined);
    expect(named?.map(({ name, by }) => `${name} ${by.join()}`).sort()).toEqual([
      "desk trust.pty,pushed",
      "laptop trust.hypervisors",
      "phone trust.pty",
    ]);
  });

  it("draws the ways, and no name adds to the drawing", async () => {
    await write("");
    expect((await ann.run("trust", "--graph", "dot")).out).toMatch(
      /^digraph trust \{\n(  k\d+ \[label="[a-z]+"\];\n){4}(  k\d+ -> k\d+ \[label="[a-z., ]+"\];\n)+\}\n$/,
    );
    expect((await ann.run("trust", "--graph", "mermaid")).out).toMatch(/^flowchart LR\n/);
  });
});

describe("expect", () => {
  it("is refused where it is no test, or names nobody", async () => {
    await write(
      "expect:\n  - { key: laptop }\n  - { key: nobody, manages: shop }\n  - { controllers: 2, use: ports.80 }\n",
    );
    const ran = await ann.run("validate");
    expect(ran.code).toBe(64);
    for (const code of ["manifest/expectation", "manifest/unknown-name"])
      expect(ran.out).toContain(code);
  });

  it("that the manifest breaks by itself is an error at its line", async () => {
    await write(
      "expect:\n  - { key: phone, manages: shop, is: false }\n",
      ", trust: { hypervisors: [laptop], pty: [phone] }",
    );
    const ran = await ann.run("validate");
    expect(ran.code).toBe(64);
    expect(ran.out).toContain(
      "expected: phone does not manage shop; by this manifest it is not so",
    );
    expect(ran.out).toContain("phone manages shop by trust.pty");
  });

  it("is met, or refuses the plan with a witness", async () => {
    await write("expect:\n  - { key: laptop, manages: shop }\n  - { controllers: 1, on: all }\n");
    const good = await ann.run("plan");
    expect(good.code).toBe(0);
    expect(good.out).toContain("Tests of access: 2 of 2 met.");
    await write("expect:\n  - { key: hub, manages: shop, is: false }\n");
    const bad = await ann.run("plan");
    expect(bad.code).toBe(4);
    expect(bad.out).toContain("hub manages shop by trust.pty");
    const drift = await ann.run("drift");
    expect(drift).toMatchObject({ code: 4 });
    expect(drift.out).toContain("expected: hub does not manage shop: not met");
  });

  it("that a plan makes true is met by it, and not by what is there", async () => {
    await write(
      "expect:\n  - { key: hub, manages: shop, is: false }\n",
      ", trust: { hypervisors: [laptop, desk], pty: [laptop] }",
    );
    const allowed = ["--allow-removals", "1"];
    expect(await ann.run("plan", ...allowed)).toMatchObject({ code: 0 });
    expect((await ann.run("drift")).code).toBe(4);
    const applied = await ann.run("apply", "--yes", "--allow-trust-removals", "1", ...allowed);
    expect(applied).toMatchObject({ code: 0 });
    expect((await ann.run("drift")).code).toBe(0);
  });

  it("of a visor that is away is not known: 3 in plan and drift, 4 in apply", async () => {
    await write("expect:\n  - { key: phone, manages: shop, is: false }\n");
    await ann.fleet.control.make("shop", "dead");
    const plan = await ann.run("plan");
    expect(plan.code).toBe(3);
    expect(plan.out).toContain("expected: phone does not manage shop: not known");
    expect((await ann.run("drift")).code).toBe(3);
    const applied = await ann.run("apply", "--yes");
    expect(applied.code).toBe(4);
    expect(applied.err + applied.out).toContain("is not known");
  });

  it("of those who use an exit or a port: nobody else", async () => {
    await write("expect:\n  - { only: [laptop], use: apps.vpn-server, on: shop }\n");
    const ran = await ann.run("plan");
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("anyone may use apps.vpn-server");
  });

  it("is asked by itself, and of real dials where a key's own visor is at hand", async () => {
    await write(
      "expect:\n  - { key: laptop, manages: shop }\n" +
        "  - { key: desk, manages: hub }\n  - { key: hub, manages: desk, is: false }\n",
    );
    const listed = await ann.run("expect");
    expect(listed).toMatchObject({ code: 0, out: "Tests of access: 3 of 3 met.\n" });
    const live = await ann.run("expect", "--live");
    expect(live.out).toContain("Dialled: 1.");
    const desk = ann.fleet.addresses.get("desk");
    const both = await ann.run(
      "expect",
      "--live",
      "--rpc-of",
      `desk=${desk?.host}:${desk?.port}`,
      "--json",
    );
    expect(JSON.parse(both.out)).toMatchObject({
      dialled: 2,
      expectations: [{ result: "met" }, { result: "met" }, { result: "met" }],
    });
    expect((await ann.run("expect", "--rpc-of", "desk=1.2.3.4:5")).code).toBe(64);
    const wrong = await ann.run("expect", "--live", "--rpc-of", `hub=${desk?.host}:${desk?.port}`);
    expect(wrong).toMatchObject({ code: 64, err: expect.stringContaining("is not that of hub") });
    await write("");
    expect((await ann.run("expect")).code).toBe(64);
  });

  it("an app that nobody has is a slip of the pen", async () => {
    await write("expect:\n  - { only: [laptop], use: apps.vpn-sever, on: shop }\n");
    const ran = await ann.run("validate");
    expect(ran.code).toBe(64);
    expect(ran.out).toContain('did you mean "vpn-server"?');
  });

  it("a dial that is let in fails a test, whatever lists say", async () => {
    await write("expect:\n  - { key: laptop, manages: shop, is: false }\n");
    const ran = await ann.run("expect", "--live");
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("a dial by this key was let in");
  });

  it("a selection leaves out what hangs on others, unless trust is changed", async () => {
    const tests = "expect:\n  - { key: phone, manages: shop, is: false }\n";
    await write(tests);
    const plain = await ann.run("plan", "--on", "shop");
    expect(plain).toMatchObject({ code: 0 });
    expect(plain.out).toContain("Tests of access: 0 of 0 met.");
    await write(tests, ", trust: { pty: { add: [desk] } }");
    const trusting = await ann.run("plan", "--on", "shop");
    expect(trusting.code).toBe(3);
    expect(trusting.out).toContain(
      "trust.hypervisors of laptop is not known: the visor was not looked at",
    );
    expect((await ann.run("apply", "--on", "shop", "--yes")).code).toBe(4);
    expect((await ann.run("expect", "--on", "shop")).code).toBe(3);
    expect((await ann.run("plan")).code).toBe(0);
  });
});

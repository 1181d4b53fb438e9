// The applies, and going back to one: from its commit, or from the text that the ledger keeps.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type Ran } from "../support/cli-world.ts";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

interface Listed {
  readonly index: number;
  readonly commit?: string;
  readonly kept: string;
  readonly keptBy?: { readonly index: number };
  readonly done: boolean;
  readonly notDone: readonly { readonly name: string; readonly became: string }[];
}

type Run = (...argv: readonly string[]) => Promise<Ran>;

async function applies(run: Run, ...argv: readonly string[]): Promise<readonly Listed[]> {
  const { out } = await run("history", "--json", ...argv);
  return (JSON.parse(out) as { applies: readonly Listed[] }).applies;
}

/** The newest apply, as `fleet rollback` takes it. */
async function newest(run: Run): Promise<string> {
  return String((await applies(run)).at(-1)?.index);
}

async function applied(run: Run, ...argv: readonly string[]): Promise<string> {
  const ran = await run("apply", "--yes", ...argv);
  expect(ran.code, ran.out + ran.err).toBe(0);
  return await newest(run);
}

describe("an apply of a manifest in git", () => {
  let home: GitFleet;
  beforeEach(async () => {
    home = await gitFleet();
  });
  afterEach(async () => await home.stop());

  async function commit(level: string, more: Partial<Parameters<GitFleet["text"]>[0]> = {}) {
    const text = home.text({ level, ...more });
    return await home.world.commit(home.repository, { "fleet.yaml": text }, `fleet: ${level}`);
  }

  it("5.2: is gone back to from its commit, through a plan file, and the manifest is left to its owner", async () => {
    const { run, repository, world } = home;
    const first = await commit("warn");
    const then = await applied(run);
    await commit("error");
    await applied(run);
    expect((await run("history")).out).toMatch(
      new RegExp(
        `#${then} .* owner +commit ${first.slice(0, 12)} +1 visor, 1 change +done\\n#.*\\nHistory: 2 applies.\\n$`,
      ),
    );
    const planned = await run("rollback", then, "--out", "back.json", "--detailed-exitcode");
    expect([planned.code, planned.out]).toEqual([2, expect.stringContaining("error -> warn")]);
    expect(planned.err).toContain(`\`git checkout ${first} -- fleet.yaml\`\n`);
    expect((await run("plan")).last).toBe("No changes.");
    expect((await run("apply", "back.json")).code).toBe(0);
    expect((await applies(run)).map((each) => [each.commit, each.done])).toEqual([
      [first, true],
      [expect.not.stringMatching(first), true],
      [first, true],
    ]);
    // What the manifest says is newer still, until its owner takes the earlier text.
    expect((await run("plan")).out).toContain("warn -> error");
    world.git(repository, "checkout", first, "--", "fleet.yaml");
    expect((await run("plan")).last).toBe("No changes.");
    const used = await run("apply", "back.json");
    expect([used.code, used.err]).toEqual([5, expect.stringContaining("used-approval")]);
  }, 180_000);

  it("5.2: that no commit has is gone back to from the ledger", async () => {
    const { run, repository } = home;
    await commit("info");
    const dirty = `# by hand\n${home.text({ level: "debug" })}`;
    await writeFile(join(repository, "fleet.yaml"), dirty);
    const then = await applied(run);
    await commit("error");
    await applied(run);
    expect((await run("history")).out).toContain("text kept");
    const planned = await run("rollback", then);
    expect([planned.code, planned.out]).toEqual([
      0,
      expect.stringMatching(/^~ shop-1[^]*error -> debug/),
    ]);
    expect(planned.err).toContain(
      `\`fleet rollback ${then} --print-manifest > fleet.yaml.earlier && mv fleet.yaml.earlier fleet.yaml\`\n`,
    );
    expect((await run("rollback", then, "--print-manifest")).out).toBe(dirty);
  }, 180_000);

  it("5.2: is refused where its commit has another text, is not here, or no longer has the file", async () => {
    const { run, repository, world } = home;
    const text = home.text({ level: "warn" });
    await world.commit(repository, { "other.yaml": text, "fleet.yaml": home.text() }, "both");
    const then = await applied(run, "other.yaml");
    await world.commit(repository, { "notes.txt": "1" }, "notes");
    const other = await run("rollback", then);
    expect([other.code, other.err]).toEqual([
      64,
      expect.stringMatching(
        /cannot be read again: commit \S+ has another text of fleet.yaml[^]*of other.yaml/,
      ),
    ]);
    expect((await run("rollback", then, "--manifest", "other.yaml")).code).toBe(0);
    const clone = join(world.folder, "shallow");
    world.git(world.folder, "clone", "--quiet", "--depth=1", `file://${repository}`, clone);
    const shallow = await home.runIn(clone, "rollback", then, "--manifest", "other.yaml");
    expect([shallow.code, shallow.err]).toEqual([64, expect.stringContaining("--unshallow")]);
    world.git(repository, "mv", "other.yaml", "renamed.yaml");
    await world.commit(repository, {}, "rename");
    const renamed = await run("rollback", then, "--manifest", "renamed.yaml");
    expect([renamed.code, renamed.err]).toEqual([
      64,
      expect.stringMatching(/has no renamed.yaml[^]*git show \w+:other.yaml/),
    ]);
  }, 180_000);

  it("5.2: is refused where the policy in force wants signed commits, with the line that works", async () => {
    const { run, repository, world } = home;
    const signer = await world.sshKey("kim");
    const operator = `, git: ["${signer.key}"]`;
    const then = await (async () => {
      await commit("warn", { operator });
      return await applied(run);
    })();
    const signed = home.text({
      level: "error",
      operator,
      policy: "policy: { signed_commits: ssh }\n",
    });
    await world.commit(repository, { "fleet.yaml": signed }, "fleet: sign", signer);
    await applied(run, "--allow-keyset-change");
    const refused = await run("rollback", then, "--out", "back.json");
    expect([refused.code, refused.out]).toEqual([4, expect.stringContaining("signed-commits")]);
    expect(refused.err).toMatch(/`git checkout \w+ -- fleet.yaml && git commit -S fleet.yaml`/);
    expect((await run("apply", "back.json")).code).toBe(4);
    expect(await readFile(join(repository, "fleet.yaml"), "utf8")).toBe(signed);
  }, 180_000);
});

const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, hypervisors: [], pty: ["desk"] },
  { name: "desk", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
  { name: "shop-1", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
  { name: "shop-2", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
];
const KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

describe("an apply of a manifest that is in no repository", () => {
  let user: CliFleet;
  const run: Run = async (...argv) => await user.run(...argv);
  beforeEach(async () => {
    user = await cliFleet(VISORS);
  });
  afterEach(async () => await user.fleet.stop());

  async function manifest(rest: string, shops: string): Promise<void> {
    await user.manifest(rest, { laptop: "", "shop-1": shops, "shop-2": shops });
  }

  const edit = async (from: string, to: string): Promise<void> => {
    const text = await user.read("fleet.yaml");
    expect(text).toContain(from);
    await user.write("fleet.yaml", text.replaceAll(from, to));
  };

  it("5.2: keeps each text once, and an apply that failed in part is listed by what became of it", async () => {
    await manifest("controllers: [laptop]", "settings: { log_level: warn }");
    const text = await user.read("fleet.yaml");
    const then = await applied(run);
    await edit("warn", "error");
    await user.fleet.control.make("shop-2", "lying");
    expect((await user.run("apply", "--yes")).code).toBe(6);
    const failed = (await applies(run)).at(-1);
    expect(failed).toMatchObject({ done: false, notDone: [{ name: "shop-2", became: "failed" }] });
    expect((await user.run("history", "--last", "1")).out).toContain(
      "1 of 2 visors failed: shop-2\nHistory: 1 apply, 1 not done in full, 1 filtered out.\n",
    );
    expect(await applies(run, "--visor", "laptop")).toEqual([]);
    await user.fleet.control.make("shop-2", "honest");
    await user.run("rollback", then, "--out", "back.json");
    expect((await user.run("apply", "back.json")).code).toBe(0);
    const again = (await applies(run)).at(-1);
    expect(again).toMatchObject({ kept: "ledger", keptBy: { index: Number(then) } });
    expect((await user.run("show", String(again?.index))).out).not.toContain('"text"');
    expect((await user.run("rollback", then, "--print-manifest")).out).toBe(text);
    expect((await user.run("rollback", String(again?.index))).err).toContain("fleet.yaml.earlier");
    expect((await user.run("verify")).code).toBe(0);
  }, 180_000);

  it.each([
    { name: "the manifest turned that off", rest: "ledger: { keep_manifests: false }" },
    { name: "the ledger is not sealed", rest: "ledger: { seal: false }" },
    { name: "the text holds a secret", rest: `# token ghp_${"a".repeat(36)}` },
  ])(
    "5.2: is not kept where $name",
    async ({ rest }) => {
      await manifest(`controllers: [laptop]\n${rest}`, "settings: { log_level: warn }");
      const ran = await user.run("apply", "--yes");
      expect([ran.code, ran.err.includes("holds what looks like a secret")]).toEqual([
        0,
        rest.includes("ghp_"),
      ]);
      const then = await newest(run);
      const { out } = await user.run("log", "--kind", "plan", "--json");
      expect(out).not.toContain('"text"');
      const refused = await user.run("rollback", then);
      expect([refused.code, refused.err]).toEqual([
        64,
        expect.stringMatching(/was not kept: no commit had it[^]*`fleet at '#\d+'`/),
      ]);
    },
    60_000,
  );

  it("5.2: is planned by the controllers of now: what would lock one out is refused", async () => {
    await manifest("controllers: [laptop]", "trust: { hypervisors: [laptop], pty: [] }");
    await edit("pty: []", "pty: [laptop]");
    const then = await applied(run);
    await edit(
      "controllers: [laptop]",
      `controllers: [laptop, desk]\nkeys: { desk: ${user.keyOf("desk")} }`,
    );
    await edit("hypervisors: [laptop]", "hypervisors: [laptop, desk]");
    await applied(run, "--allow-keyset-change");
    const refused = await user.run("rollback", then);
    expect([refused.code, refused.out]).toEqual([
      4,
      expect.stringContaining("desk would lose its way into shop-1"),
    ]);
    expect(refused.err).toMatch(/the earlier text differs there \(controller \w+ is removed\)/);
  }, 180_000);

  it.each([
    { name: "revoked", now: `{ key: ${KEY}, revoked: true }`, why: "is revoked" },
    { name: "taken out of the manifest", now: undefined, why: "is named nowhere in fleet.yaml" },
  ])(
    "5.2: is refused where it lets a key in that was $name since",
    async ({ now, why }) => {
      const phone = `keys: { phone: ${KEY} }`;
      await manifest(`controllers: [laptop]\n${phone}`, "trust: { pty: [laptop, phone] }");
      const then = await applied(run);
      await edit("pty: [laptop, phone]", "pty: [laptop]");
      await edit(phone, now === undefined ? "" : `keys: { phone: ${now} }`);
      const removing = ["--allow-removals", "9", "--allow-trust-removals", "2"];
      await applied(run, ...removing);
      const refused = await user.run("rollback", then, "--out", "back.json");
      expect([refused.code, refused.err]).toEqual([4, expect.stringContaining(`the key ${why}`)]);
      expect(await user.read("back.json")).toBe("");
      const meant = await user.run("rollback", then, "--allow-return", "phone");
      expect([meant.code, meant.out]).toEqual([0, expect.stringContaining("trust.pty")]);
    },
    60_000,
  );

  it("5.2: is kept from a plan file while the manifest beside it is the one that was planned", async () => {
    await manifest("controllers: [laptop]", "settings: { log_level: warn }");
    await user.run("plan", "--out", "first.json");
    expect((await user.run("apply", "first.json", "--allow-keyset-change")).code).toBe(0);
    await edit("warn", "error");
    await user.run("plan", "--out", "second.json");
    await edit("error", "debug");
    const second = await user.run("apply", "second.json");
    expect([second.code, second.err]).toEqual([
      0,
      expect.stringContaining("fleet.yaml is not the one that was planned"),
    ]);
    expect((await applies(run)).map(({ kept }) => kept)).toEqual(["ledger", "nowhere"]);
  }, 180_000);

  it("5.2: leaves alone what the manifest in force ignores for a while", async () => {
    await manifest("controllers: [laptop]", "settings: { log_level: warn }");
    const then = await applied(run);
    await edit("log_level: warn }", "log_level: error }");
    await applied(run);
    const ignored = "ignore: { settings.log_level: { until: 2099-01-01 } }";
    await edit("log_level: error }", `log_level: error }, ${ignored}`);
    const { code, last } = await user.run("rollback", then);
    expect([code, last]).toEqual([0, "No changes, 2 ignored."]);
  }, 180_000);

  it("5.2: keeps the operators of now, whom it did not know", async () => {
    await manifest("controllers: [laptop]", "settings: { log_level: warn }");
    const then = await applied(run);
    const other = `ben: { key: "ed25519:${"ab".repeat(32)}", may: [plan] }`;
    await edit("controllers:", `  ${other}\ncontrollers:`);
    await edit("warn", "error");
    const added = await user.run("apply", "--yes", "--allow-keyset-change");
    expect(added.code, added.err).toBe(0);
    const { out, err } = await user.run("rollback", then, "--json");
    const plan = JSON.parse(out) as { keyset: { operators: object[] }; keysetChanges: object[] };
    expect([plan.keyset.operators.length, plan.keysetChanges]).toEqual([2, []]);
    expect(err).toContain("the earlier text differs there (operator ben is removed)");
  }, 180_000);

  it("5.2: is named by the entry of its plan, and what is none is refused", async () => {
    await manifest("controllers: [laptop]", "settings: { log_level: warn }");
    const then = await applied(run);
    const part = await user.run("rollback", String(Number(then) + 1));
    expect([part.code, part.err]).toEqual([
      64,
      expect.stringContaining(`is a plan-part of the apply #${then}`),
    ]);
    expect((await user.run("rollback", "0")).err).toContain("is a genesis, and no apply");
    expect((await user.run("rollback", "999")).err).toContain("there is no entry 999");
    expect((await user.run("rollback", "kim:1")).err).toContain("is no feed that was read here");
    expect((await user.run("rollback", "yesterday")).err).toContain("names no entry");
    const same = await user.run("rollback", then);
    expect([same.code, same.last, same.err]).toEqual([
      0,
      "No changes.",
      expect.stringMatching(/as the ledger keeps it; .*\nfleet.yaml is that manifest already\n$/),
    ]);
    await edit("fleet: home", "fleet: work");
    expect((await user.run("rollback", then)).err).toContain("is of fleet home");
  }, 180_000);
});

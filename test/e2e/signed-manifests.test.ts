import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Plan } from "../../src/model/index.ts";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";
import type { CommitSigner } from "../support/git-world.ts";

let home: GitFleet;
let owner: CommitSigner;
let spare: CommitSigner;
let mallory: CommitSigner;
let carol: CommitSigner;
/** The commit from which the policy was applied. */
let start = "";

type Level = "info" | "warn" | "debug" | "error";

const POLICY = "policy: { signed_commits: any }\n";
const keys = (...signers: readonly CommitSigner[]): string =>
  `, git: [${signers.map(({ key }) => JSON.stringify(key)).join(", ")}]`;
/** The manifest that is in force, but for its level. */
const text = (level: Level, parts: { readonly more?: string; readonly policy?: string } = {}) =>
  home.text({ policy: POLICY, operator: keys(owner, carol), level, ...parts });

async function commit(manifest: string, signer?: CommitSigner): Promise<string> {
  return await home.world.commit(
    home.repository,
    { "fleet.yaml": manifest },
    "fleet: go on",
    signer,
  );
}

async function refusal(...argv: readonly string[]): Promise<string> {
  const planned = await home.run("plan", ...argv, "--json");
  const plan = JSON.parse(planned.out) as Plan;
  expect([planned.code, plan.applyable]).toEqual([4, false]);
  const [first, ...others] = plan.refusals;
  expect([first?.guard, others]).toEqual(["signed-commits", []]);
  const applied = await home.run("apply", "--yes");
  expect([applied.code, applied.err]).toEqual([4, expect.stringContaining("nothing was written")]);
  return first?.message ?? "";
}

beforeAll(async () => {
  home = await gitFleet();
  const { world } = home;
  vi.stubEnv("GNUPGHOME", world.gpgHome);
  [owner, spare, mallory] = [
    await world.sshKey("owner"),
    await world.sshKey("spare"),
    await world.sshKey("mallory"),
  ];
  carol = world.gpgKey("carol");
  start = await commit(text("info"));
  const applied = await home.run("apply", "--yes");
  if (applied.code !== 0) throw new Error(applied.err);
});
beforeEach(() => {
  home.world.git(home.repository, "checkout", "--quiet", "--force", "-B", "main", start);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await home.stop();
});

describe("a policy of signed commits", () => {
  it("lets pass what an operator signed with ssh or gpg, and says by whom", async () => {
    await commit(text("warn"), owner);
    const plan = JSON.parse((await home.run("plan", "--json")).out) as Plan;
    expect([plan.applyable, plan.counts.changing]).toEqual([true, 1]);
    expect(plan.manifest.changed?.signature).toMatchObject({
      kind: "good",
      by: "ssh",
      signer: "owner",
    });
    expect((await home.run("plan")).out).toContain("signed by owner (ssh SHA256:");
    await commit(text("debug"), carol);
    expect((await home.run("plan")).out).toContain(`signed by owner (gpg ${carol.key})`);
  });

  it("refuses an unsigned change, also below a signed one and in a merge that nobody signed", async () => {
    const unsigned = await commit(text("warn"));
    expect(await refusal()).toBe(
      `commit ${unsigned.slice(0, 12)} by owner <owner@example.net> changes the manifest and is not signed`,
    );
    await commit(text("debug"), owner);
    expect(await refusal()).toContain(`commit ${unsigned.slice(0, 12)} `);
    const { world, repository } = home;
    world.git(repository, "checkout", "--quiet", "-b", "side", start);
    await commit(text("warn"));
    world.git(repository, "checkout", "--quiet", "-B", "main", start);
    world.git(repository, "merge", "--quiet", "--no-ff", "--no-edit", "side");
    expect(await refusal()).toContain("is not signed");
    world.git(repository, "reset", "--quiet", "--hard", start);
    const signed = ["--gpg-sign", "--no-ff", "--no-edit", "side"];
    world.git(repository, ...owner.options, "merge", "--quiet", ...signed);
    expect((await home.run("plan")).code).toBe(0);
  });

  it("never takes a commit's own word: not its signer, nor its policy", async () => {
    const line = `  mallory: { key: "ed25519:${"ab".repeat(32)}", may: [plan, apply]${keys(mallory)} }\n`;
    const own = await commit(text("warn", { more: line }), mallory);
    expect(await refusal()).toContain(`commit ${own.slice(0, 12)} by owner`);
    expect(await refusal()).toContain("which no operator with may: [apply] lists under git");
    await commit(text("warn", { more: line }), mallory);
    await commit(text("debug", { more: line, policy: "" }), mallory);
    expect(await refusal()).toContain("and 1 more does not count");
  });

  it("counts a new key from the apply after the one that lists it, and a lost one no more", async () => {
    const both = home.text({ policy: POLICY, operator: keys(owner, spare), level: "info" });
    const listed = await commit(both, owner);
    const used = await commit(both.replace("log_level: info", "log_level: warn"), spare);
    expect(await refusal()).toContain(`commit ${used.slice(0, 12)} by owner`);
    // The key of carol was taken out by the commit before, though what is recorded lists it still.
    home.world.git(home.repository, "reset", "--quiet", "--hard", listed);
    const late = await commit(both.replace("log_level: info", "log_level: warn"), carol);
    expect(await refusal()).toContain(`commit ${late.slice(0, 12)} by owner`);
  });

  it("refuses what is not committed, and what is not in git", async () => {
    await writeFile(join(home.repository, "fleet.yaml"), text("warn"));
    expect(await refusal()).toContain("fleet.yaml has changes that are not committed");
    home.world.git(home.repository, "update-index", "--assume-unchanged", "fleet.yaml");
    expect(await refusal()).toContain("fleet.yaml has changes that are not committed");
    home.world.git(home.repository, "update-index", "--no-assume-unchanged", "fleet.yaml");
    const outside = join(home.world.folder, "outside");
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, "fleet.yaml"), text("warn"));
    const applied = await home.runIn(outside, "apply", "--yes");
    expect([applied.code, applied.out]).toEqual([
      4,
      expect.stringContaining("git does not know fleet.yaml"),
    ]);
  });

  it("refuses to go back, or on from a history that was rewritten", async () => {
    const { world, repository } = home;
    await commit(text("warn"), owner);
    const applied = await home.run("apply", "--yes");
    expect(applied.code).toBe(0);
    const head = world.git(repository, "rev-parse", "HEAD");
    world.git(repository, "reset", "--quiet", "--hard", start);
    expect(await refusal()).toContain(`does not follow commit ${head.slice(0, 12)}`);
    await commit(text("debug"), owner);
    expect(await refusal()).toContain(`does not follow commit ${head.slice(0, 12)}`);
    // A merge from the wrong side that keeps the older manifest: nobody changed it by first parents.
    world.git(repository, "reset", "--quiet", "--hard", start);
    world.git(repository, "merge", "--quiet", "--no-ff", "-s", "ours", "--no-edit", head);
    expect(await refusal()).toContain("or leaves out what it has");
    world.git(repository, "reset", "--quiet", "--hard", head);
    world.git(repository, ...owner.options, "revert", "--no-edit", "--gpg-sign", "HEAD");
    const back = await home.run("apply", "--yes");
    expect([back.code, back.err]).toEqual([0, ""]);
    start = world.git(repository, "rev-parse", "HEAD");
  });
});

describe("around the policy", () => {
  it("a stranger's plan file is refused, whatever it says of its commits", async () => {
    const { world, repository } = home;
    await commit(text("warn"), owner);
    const file = join(repository, "plan.json");
    expect((await home.run("plan", "--out", file)).code).toBe(0);
    const { signature: _, ...unsigned } = JSON.parse(await readFile(file, "utf8")) as Plan;
    await writeFile(file, JSON.stringify(unsigned));
    const refused = await home.asked(["yes"], "apply", file);
    expect([refused.code, refused.err]).toEqual([
      4,
      expect.stringContaining("nobody who is accepted looked at the commits of the manifest"),
    ]);
    world.git(repository, "clean", "--quiet", "--force");
  });

  it("a plan by an observation is judged by the base and by what is recorded", async () => {
    const { world, repository } = home;
    const seen = join(world.folder, "seen.json");
    expect((await home.run("observe", "--out", seen)).code).toBe(0);
    const offline = ["plan", "--from-observation", seen, "--base", start];
    world.git(repository, "checkout", "--quiet", "-b", "change");
    await commit(text("warn"), owner);
    expect((await home.run(...offline)).code).toBe(0);
    await commit(text("debug"), spare);
    const refused = await home.run(...offline);
    expect([refused.code, refused.out]).toEqual([
      4,
      expect.stringContaining("which no operator with may: [apply] lists under git"),
    ]);
  });

  it("lost keys are replaced by the signatures of the ledger", async () => {
    const replaced = home.text({ policy: POLICY, operator: keys(spare), level: "warn" });
    await commit(replaced, spare);
    expect(await refusal()).toContain("which no operator with may: [apply] lists under git");
    const recorded = await home.run("operator", "add", "owner", "--yes");
    expect([recorded.code, recorded.err]).toEqual([0, expect.any(String)]);
    const applied = await home.run("apply", "--yes");
    expect([applied.code, applied.err]).toEqual([0, ""]);
    owner = spare;
    start = home.world.git(home.repository, "rev-parse", "HEAD");
  });
});

it("does not refuse to adopt a value, which is judged once it is committed", async () => {
  await commit(text("error"), owner);
  const ran = await home.run("adopt", "shop-1/settings.log_level", "--yes");
  expect([ran.code, ran.out]).toEqual([0, expect.not.stringContaining("refused")]);
  expect(ran.out).toContain("Wrote fleet.yaml: visor shop-1. No visor was written to.");
  expect(ran.err).toContain("note: policy.signed_commits lets `fleet apply` take this once it is");
  expect(await refusal()).toContain("not committed");
});

describe("a repository that is not a plain clone", () => {
  it("is judged by its commit when it is shallow, as far as the clone goes back", async () => {
    const { world, repository, runIn } = home;
    await commit(text("warn"), owner);
    const clone = async (name: string, depth: number): Promise<string> => {
      const from = `file://${repository}`;
      world.git(world.folder, "clone", "--quiet", `--depth=${depth}`, from, name);
      return join(world.folder, name);
    };
    const cut = await runIn(await clone("depth-1", 1), "plan");
    expect(cut.code).toBe(4);
    expect(cut.out).toContain(
      `commit ${start.slice(0, 12)}, which the manifest in force is from, is not in this clone`,
    );
    expect(cut.out).toContain("git fetch --unshallow");
    const enough = await runIn(await clone("depth-2", 2), "plan");
    expect([enough.code, enough.err]).toEqual([0, ""]);
    expect(enough.out).toContain("signed by owner");
  });

  it("is judged alike with a detached head, in a worktree and as a submodule", async () => {
    const { world, repository, runIn } = home;
    const head = await commit(text("warn"), owner);
    world.git(repository, "checkout", "--quiet", "--detach");
    expect((await home.run("plan")).out).toContain("signed by owner");
    const tree = join(world.folder, "tree");
    world.git(repository, "worktree", "add", "--quiet", "--detach", tree, head);
    expect((await runIn(tree, "plan")).out).toContain("signed by owner");
    const outer = await world.init("outer");
    world.git(outer, "submodule", "--quiet", "add", repository, "sites");
    await world.commit(outer, {}, "outer: take it in");
    const planned = await runIn(outer, "plan", "sites/fleet.yaml", "--json");
    const { manifest } = JSON.parse(planned.out) as Plan;
    expect([planned.code, planned.err]).toEqual([0, ""]);
    expect(manifest).toMatchObject({
      path: "sites/fleet.yaml",
      file: "fleet.yaml",
      commit: head,
      changed: { commit: head, signature: { kind: "good" } },
    });
  });
});

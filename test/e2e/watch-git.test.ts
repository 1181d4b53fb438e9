import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

const WATCH = "watch: { default: correct }\n";

let fleet: GitFleet;
let author: string;

beforeAll(async () => {
  fleet = await gitFleet();
  const { world, repository } = fleet;
  await world.commit(repository, { "fleet.yaml": fleet.text({ more: WATCH }) }, "first");
  world.git(world.folder, "clone", "--quiet", "--bare", repository, "origin.git");
  world.git(repository, "remote", "add", "origin", `${world.folder}/origin.git`);
  world.git(world.folder, "clone", "--quiet", "origin.git", "author");
  author = `${world.folder}/author`;
  await fleet.run("apply", "--yes");
});
afterAll(async () => {
  await fleet.stop();
});

async function push(level: string, title: string, ...options: readonly string[]): Promise<void> {
  const text = fleet.text({ more: WATCH, level });
  await fleet.world.commit(author, { "fleet.yaml": text }, title);
  fleet.world.git(author, "push", "--quiet", ...options, "origin", "main");
}

async function watchOnce(): Promise<readonly string[]> {
  const { out } = await fleet.run("watch", "--once", "--json", "--remote", "origin");
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { decision: string; message: string })
    .filter(({ decision }) => ["found", "refused", "corrected", "resolved"].includes(decision))
    .map(({ decision, message }) => `${decision}: ${message.replaceAll(/[0-9a-f]{12}/g, "X")}`);
}

describe("a watch of a branch of a remote", () => {
  it("applies what was pushed, and leaves the work tree as it is", async () => {
    expect(await watchOnce()).toEqual([]);
    await push("debug", "louder");
    expect(await watchOnce()).toEqual(["corrected: settings.log_level on shop-1 was corrected"]);
    const { world, repository } = fleet;
    expect(world.git(repository, "log", "--format=%s", "HEAD")).toBe("first");
    expect(world.git(repository, "status", "--porcelain")).toBe("");
    const commit = world.git(author, "rev-parse", "HEAD");
    expect((await fleet.run("log", "--commit", commit, "--json")).out).toContain(commit);
  });

  it("follows a revert, which is a commit of its own", async () => {
    await push("info", "quiet again");
    expect(await watchOnce()).toEqual(["corrected: settings.log_level on shop-1 was corrected"]);
  });

  it("holds when the branch was rewritten, until something follows it", async () => {
    fleet.world.git(author, "reset", "--quiet", "--hard", "HEAD~1");
    await push("trace", "another history", "--force");
    const told = await watchOnce();
    expect(told[0]).toMatch(/^found: the branch was rewritten: commit X \(X\) does not follow/);
    expect(told.at(-1)).toBe(
      'found: settings.log_level on shop-1 is "info", wanted "trace"; not corrected under a manifest that is held',
    );
    await push("warn", "on top of it");
    expect((await watchOnce()).at(-1)).toBe(
      "corrected: settings.log_level on shop-1 was corrected",
    );
  });

  it("corrects nothing by a commit that is not signed where the policy wants it", async () => {
    const key = await fleet.world.sshKey("signer");
    const parts = {
      operator: `, git: ["${key.key}"]`,
      policy: "policy: { signed_commits: ssh }\n",
    };
    const text = fleet.text({ more: WATCH, level: "warn", ...parts });
    await fleet.world.commit(author, { "fleet.yaml": text }, "signed from now on", key);
    fleet.world.git(author, "push", "--quiet", "origin", "main");
    fleet.world.git(fleet.repository, "pull", "--quiet", "origin", "main");
    expect((await fleet.run("apply", "--yes", "--allow-keyset-change")).code).toBe(0);
    expect((await watchOnce()).filter((line) => line.startsWith("corrected"))).toEqual([]);
    await fleet.world.commit(
      author,
      { "fleet.yaml": fleet.text({ more: WATCH, level: "error", ...parts }) },
      "not signed",
    );
    fleet.world.git(author, "push", "--quiet", "origin", "main");
    const told = await watchOnce();
    expect(told.join("\n")).toMatch(/not signed|no signature|unsigned/);
    expect(told.filter((line) => line.startsWith("corrected"))).toEqual([]);
  });

  it("says that the remote cannot be had", async () => {
    const ran = await fleet.run("watch", "--once", "--remote", "nowhere");
    expect(ran.code).toBe(3);
    expect(ran.out).toContain("nowhere was not fetched");
    expect((await fleet.run("watch", "--branch", "main")).code).toBe(64);
    expect((await fleet.run("watch", "--remote", "-x")).code).toBe(64);
  });
});

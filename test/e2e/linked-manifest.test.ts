import { chmod, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";
import { testKeys } from "../support/ledger-world.ts";

let git: GitFleet;
const named = (): string => join(git.repository, "fleet.yaml");
const real = (): string => join(git.repository, "fleets/home.yaml");

beforeEach(async () => {
  git = await gitFleet();
  await mkdir(dirname(real()));
  await writeFile(real(), git.text({ level: "debug" }));
  await chmod(real(), 0o640);
  await symlink("fleets/home.yaml", named());
});
afterEach(async () => {
  await git.stop();
});

/** Runs a command that edits, and says what became of the link and the file behind it. */
async function editedBy(...argv: readonly string[]) {
  const before = await readFile(real(), "utf8");
  const ran = await git.run(...argv);
  const isLink = (await lstat(named())).isSymbolicLink();
  const isWritten = (await readFile(real(), "utf8")) !== before;
  return { code: ran.code, isLink, isWritten, mode: (await stat(real())).mode & 0o777 };
}

const DONE = { code: 0, isLink: true, isWritten: true, mode: 0o640 };
const EDITS = [
  ["tag", "add", "new", "--on", "shop-1", "--edit-only", "--yes"],
  ["app", "start", "skychat", "--on", "shop-1", "--edit-only", "--yes"],
  ["ports", "serve", "8080", "whitelist=anyone", "--on", "shop-1", "--edit-only", "--yes"],
  ["ignore", "shop-1/settings.log_level", "--until", "2099-12-31", "--yes"],
  ["adopt", "shop-1/settings.log_level", "--yes"],
  ["adopt", "--into", "fleet.yaml", "laptop", "--sections", "settings", "--yes"],
] as const;

describe("a manifest behind a symbolic link", () => {
  for (const argv of EDITS) {
    it(`F02: is written where it is by fleet ${argv.slice(0, 2).join(" ")}`, async () => {
      expect(await editedBy(...argv)).toEqual(DONE);
    });
  }

  it("F02: is formatted where it is", async () => {
    await writeFile(real(), `${await readFile(real(), "utf8")}\n\n`);
    expect(await editedBy("fmt")).toEqual(DONE);
  });

  it("F02: is the file that operators are added to, as the record says", async () => {
    const { operator, seal } = testKeys("kim");
    await git.run("apply", "--yes");
    const keys = ["--key", operator, "--seal", seal, "--may", "plan"];
    const added = await git.run("operator", "add", "kim", ...keys, "--yes");
    expect(added).toMatchObject({ code: 0 });
    expect((await lstat(named())).isSymbolicLink()).toBe(true);
    expect(await readFile(real(), "utf8")).toContain("  kim: ");
  });

  it("F02: is committed as the file that holds it", async () => {
    git.world.git(git.repository, "config", "user.name", "owner");
    git.world.git(git.repository, "config", "user.email", "owner@example.net");
    git.world.git(git.repository, "add", "--all");
    git.world.git(git.repository, "commit", "--quiet", "-m", "first");
    const ran = await editedBy(...EDITS[0], "--commit");
    expect(ran).toEqual(DONE);
    expect(git.world.git(git.repository, "show", "--name-status", "--format=", "HEAD")).toBe(
      "M\tfleets/home.yaml",
    );
  });

  it("F02: is told by the file that holds it in a plan", async () => {
    git.world.git(git.repository, "add", "--all");
    git.world.git(git.repository, "commit", "--quiet", "-m", "first");
    const { out } = await git.run("plan", "--json");
    expect(JSON.parse(out)).toMatchObject({
      manifest: { path: "fleet.yaml", file: "fleets/home.yaml", dirty: false },
    });
    await rm(named());
    await symlink("fleets/none.yaml", named());
    expect((await git.run("plan")).err).toContain("no such file");
  });

  it("F02: is read through the link of an earlier commit", async () => {
    git.world.git(git.repository, "add", "--all");
    git.world.git(git.repository, "commit", "--quiet", "-m", "first");
    const { code, out, err } = await git.run("plan", "--at", "HEAD", "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ manifest: { file: "fleets/home.yaml" } });
  });
});

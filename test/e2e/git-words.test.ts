import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

let git: GitFleet;
const at = (name: string): string => join(git.repository, name);
const inGit = (...args: readonly string[]): string => git.world.git(git.repository, ...args);
const TAG = ["tag", "add", "new", "--on", "shop-1", "--edit-only", "--yes"] as const;

beforeEach(async () => {
  git = await gitFleet();
  inGit("config", "user.name", "owner");
  inGit("config", "user.email", "owner@example.net");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await git.stop();
});

/** Commits the manifest under a name. */
async function committed(name = "fleet.yaml"): Promise<void> {
  await mkdir(dirname(at(name)), { recursive: true });
  await writeFile(at(name), git.text({ level: "debug" }));
  inGit("add", "--all");
  inGit("commit", "--quiet", "-m", "first");
}

/** What a plan says of where its manifest is from. */
async function placeOf(name = "fleet.yaml"): Promise<Readonly<Record<string, unknown>>> {
  const { out } = await git.run("plan", name, "--json");
  return (JSON.parse(out) as { readonly manifest: Readonly<Record<string, unknown>> }).manifest;
}

const NAMES = [
  "büro/fleet.yaml",
  'a "quoted" one/fleet.yaml',
  "tab\tand \\back/fleet.yaml",
  " blank /fleet.yaml ",
  ":(top)fleet.yaml",
];

describe("a manifest whose name git quotes or reads as a pattern", () => {
  for (const name of NAMES) {
    it(`F05: is told and committed under its own name, ${JSON.stringify(name)}`, async () => {
      await committed(name);
      expect(await placeOf(name)).toMatchObject({ file: name, dirty: false });
      const ran = await git.run(...TAG, "--commit", "--manifest", name);
      expect(ran.err).toContain("committed: fleet: tag add new");
      expect(inGit("status", "--porcelain")).toBe("");
      expect(inGit("show", "-z", "--name-only", "--format=", "HEAD")).toContain(name.trim());
      expect(await placeOf(name)).toMatchObject({ commit: inGit("rev-parse", "HEAD"), file: name });
    });
  }
});

describe("what git says of a manifest", () => {
  const ELSEWHERE = [
    ["GIT_DIR", "/.git"],
    ["GIT_WORK_TREE", ""],
    ["GIT_INDEX_FILE", "/.git/index"],
    ["GIT_OBJECT_DIRECTORY", "/.git/objects"],
    ["GIT_COMMON_DIR", "/.git"],
  ] as const;
  for (const [name, below] of ELSEWHERE) {
    it(`F05: does not go by an inherited ${name}`, async () => {
      await committed();
      const commit = inGit("rev-parse", "HEAD");
      const other = await git.world.init("other");
      await git.world.commit(other, { "fleet.yaml": "other: 1\n" }, "other");
      vi.stubEnv(name, `${other}${below}`);
      if (name === "GIT_WORK_TREE") vi.stubEnv("GIT_DIR", `${other}/.git`);
      expect(await placeOf()).toMatchObject({ commit, dirty: false });
      const ran = await git.run(...TAG, "--commit");
      vi.unstubAllEnvs();
      expect(ran.err).toContain("committed: ");
      expect(inGit("rev-parse", "HEAD~1")).toBe(commit);
      expect(git.world.git(other, "rev-list", "--count", "HEAD")).toBe("1");
    });
  }

  it("F05: does not call unchanged what is another file than the commit has", async () => {
    await committed();
    inGit("update-index", "--assume-unchanged", "fleet.yaml");
    await writeFile(at("fleet.yaml"), git.text({ level: "warn" }));
    expect(await placeOf()).toMatchObject({ dirty: true });
    await writeFile(at("fleet.yaml"), git.text({ level: "debug" }));
    const { code } = await git.run(...TAG, "--commit");
    const isCommitted = inGit("show", "HEAD:fleet.yaml").includes("tags: [new]");
    expect({ code, isCommitted }).toEqual({ code: isCommitted ? 0 : 6, isCommitted });
  });

  it("F05: is of the bytes that were read where the name is a link to another repository", async () => {
    const other = await git.world.init("other");
    const commit = await git.world.commit(other, { "home.yaml": git.text() }, "other");
    await symlink(join(other, "home.yaml"), at("fleet.yaml"));
    expect(await placeOf()).toMatchObject({ commit, file: "home.yaml", dirty: false });
  });
});

describe("settings and an environment of whoever runs us", () => {
  /** Settings that change what git prints, or run programs, for people who like them. */
  const SETTINGS = `[core]
  quotePath = true
  pager = false
  editor = false
  fsmonitor = false
  hooksPath = /nowhere
  attributesFile = attributes
  logAllRefUpdates = always
[color]
  ui = always
[log]
  showSignature = true
  follow = true
  decorate = full
  date = relative
  abbrevCommit = true
[format]
  pretty = fuller
[i18n]
  logOutputEncoding = ISO-8859-1
[status]
  short = true
  branch = true
  showStash = true
  relativePaths = true
  showUntrackedFiles = all
[diff]
  external = false
  noPrefix = true
[pager]
  log = false
  status = false
[alias]
  log = status
  rev-parse = status
[commit]
  verbose = true
  cleanup = scissors
  template = /nowhere
`;

  it("F05: changes nothing of what is told and committed", async () => {
    await committed("büro/fleet.yaml");
    const before = await placeOf("büro/fleet.yaml");
    await writeFile(at("../settings"), SETTINGS);
    vi.stubEnv("GIT_CONFIG_GLOBAL", at("../settings"));
    for (const [name, value] of [
      ["LANG", "de_DE.UTF-8"],
      ["LANGUAGE", "de"],
      ["LC_ALL", "de_DE.UTF-8"],
      ["GIT_TRACE", "1"],
      ["GIT_TRACE2", "1"],
      ["GIT_PAGER", "false"],
      ["GIT_EXTERNAL_DIFF", "false"],
    ] as const)
      vi.stubEnv(name, value);
    expect(await placeOf("büro/fleet.yaml")).toEqual(before);
    const ran = await git.run(...TAG, "--commit", "--manifest", "büro/fleet.yaml");
    expect(ran.err).toContain("committed: fleet: tag add new");
    expect(await placeOf("büro/fleet.yaml")).toMatchObject({
      commit: inGit("rev-parse", "HEAD"),
      file: "büro/fleet.yaml",
      dirty: false,
    });
  });

  it("F05: reads the file that a link of the tree names to the letter", async () => {
    await writeFile(at("home.yaml "), git.text({ level: "debug" }));
    await writeFile(at("home.yaml"), "other: 1\n");
    await symlink("home.yaml ", at("fleet.yaml"));
    inGit("add", "--all");
    inGit("commit", "--quiet", "-m", "first");
    const { code, out, err } = await git.run("plan", "--at", "HEAD", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({ manifest: { file: "home.yaml " } });
  });
});

describe("a repository of somebody else", () => {
  beforeEach(async () => {
    await committed();
    // What git's own tests use to have every folder belong to another user.
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
  });

  it("F13: is planned in, and the plan says why it names no commit", async () => {
    const { err } = await git.run("plan");
    expect(err).toMatch(/note: git says nothing of fleet.yaml: .*dubious ownership/);
    expect(err).toContain("safe.directory");
  });

  it("F13: is said to be the reason by --commit, and nothing is written", async () => {
    const before = await readFile(at("fleet.yaml"), "utf8");
    const { code, err } = await git.run(...TAG, "--commit");
    expect(err).toContain("dubious ownership");
    expect(err).not.toContain("git does not know");
    expect(code).toBe(64);
    expect(await readFile(at("fleet.yaml"), "utf8")).toBe(before);
  });

  it("F13: is said to be the reason by --at", async () => {
    const { code, err } = await git.run("plan", "--at", "HEAD");
    expect(err).toContain("dubious ownership");
    expect(code).toBe(64);
  });
});

describe("a repository in the middle of something", () => {
  beforeEach(async () => {
    await committed();
    inGit("checkout", "--quiet", "-b", "side");
    await git.world.commit(git.repository, { notes: "side" }, "side");
    inGit("checkout", "--quiet", "main");
    await git.world.commit(git.repository, { more: "main" }, "main");
  });

  const STATES = [
    ["merge", ["merge", "--no-commit", "--strategy", "ours", "side"]],
    ["cherry-pick", ["cherry-pick", "--no-commit", "side"]],
    ["revert", ["revert", "--no-commit", "HEAD"]],
    ["bisect", ["bisect", "start"]],
  ] as const;
  for (const [name, begin] of STATES) {
    it(`F16: is left alone by --commit during a ${name}`, async () => {
      inGit(...begin);
      // Without a conflict git keeps no such mark of a pick that is not committed.
      if (name === "cherry-pick")
        await writeFile(at(".git/CHERRY_PICK_HEAD"), `${inGit("rev-parse", "side")}\n`);
      const before = await readFile(at("fleet.yaml"), "utf8");
      const { code, err } = await git.run(...TAG, "--commit");
      expect(err).toContain(`a ${name} is under way`);
      expect(code).toBe(64);
      expect(await readFile(at("fleet.yaml"), "utf8")).toBe(before);
    });
  }

  it("F16: is seen where the folder has the end of a line in its name", async () => {
    const odd = join(dirname(git.repository), "odd\nname");
    await rename(git.repository, odd);
    git.world.git(odd, "merge", "--no-commit", "--strategy", "ours", "side");
    const { code, err } = await git.runIn(odd, ...TAG, "--commit");
    expect(err).toContain("a merge is under way");
    expect(code).toBe(64);
  });

  it("F16: is offered no commit that git would refuse", async () => {
    inGit("merge", "--no-commit", "--strategy", "ours", "side");
    const { code, err } = await git.run(...TAG);
    expect(code).toBe(0);
    expect(err).not.toContain("git commit -m");
    expect(err).toContain("a merge is under way");
  });
});

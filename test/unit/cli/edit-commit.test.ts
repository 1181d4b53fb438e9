import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInFolder } from "../../support/folder-cli.ts";
import { manifest } from "../../support/manifest-text.ts";

const TEXT = manifest("visors:\n  desk: { key: $desk }\n  shop: { key: $shop, tags: [arm] }\n");

let folder = "";

function git(...args: readonly string[]): string {
  return execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
}

const fleet = (...argv: readonly string[]) => runInFolder(folder, ...argv);

const START = ["app", "start", "skychat", "--on", "tag:arm & !desk", "--edit-only", "--yes"];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-commit-"));
  git("init", "--quiet");
  git("config", "user.name", "somebody");
  git("config", "user.email", "somebody@example.org");
  git("config", "commit.gpgsign", "false");
  await writeFile(join(folder, "fleet.yaml"), TEXT);
  await writeFile(join(folder, "notes.txt"), "one\n");
  git("add", "-A");
  git("commit", "--quiet", "-m", "first");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("an edited manifest in git", () => {
  it("is offered with a line that a shell takes as it is", async () => {
    const { code, err } = await fleet(...START);
    expect(code).toBe(0);
    const line = /to commit it: (.*)\n/.exec(err)?.[1] ?? "";
    expect(line).toBe(
      "git commit -m 'fleet: app start skychat --on tag:arm & !desk' -- fleet.yaml",
    );
    expect(git("status", "--porcelain").trim()).toContain("M fleet.yaml");
    execFileSync("sh", ["-c", line], { cwd: folder });
    expect(git("log", "-1", "--format=%s")).toBe("fleet: app start skychat --on tag:arm & !desk\n");
  });

  it("is committed with --commit, alone", async () => {
    await writeFile(join(folder, "untracked.txt"), "new\n");
    const { code, err } = await fleet(...START, "--commit");
    expect(code).toBe(0);
    expect(err).toContain("committed: fleet: app start skychat --on tag:arm & !desk");
    expect(git("show", "--name-only", "--format=", "HEAD")).toBe("fleet.yaml\n");
    expect(git("status", "--porcelain", "-uno")).toBe("");
  });

  it("is left alone when other files are not committed", async () => {
    await writeFile(join(folder, "notes.txt"), "two\n");
    const { code, err } = await fleet(...START, "--commit");
    expect(code).toBe(64);
    expect(err).toContain("other files are not committed either: notes.txt");
    expect(await readFile(join(folder, "fleet.yaml"), "utf8")).toBe(TEXT);
  });

  const COMMANDS = [
    { name: "app start", argv: START },
    { name: "app start, applied", argv: START.filter((word) => word !== "--edit-only") },
    { name: "ports close", argv: ["ports", "close", "80", "--on", "desk", "--yes"] },
    { name: "ignore", argv: ["ignore", "desk/settings.log_level", "--until", "7d", "--yes"] },
    { name: "adopt of a value", argv: ["adopt", "desk/settings.log_level", "--yes"] },
  ];
  const OWN_EDIT = TEXT.replace("tags: [arm]", "tags: [arm, old]");

  it.each(
    COMMANDS.flatMap((command) => [
      { ...command, name: `${command.name}, edited`, isAdded: false },
      { ...command, name: `${command.name}, edited and added`, isAdded: true },
    ]),
  )("is left alone with edits of somebody else in it: $name", async ({ argv, isAdded }) => {
    await writeFile(join(folder, "fleet.yaml"), OWN_EDIT);
    if (isAdded) git("add", "fleet.yaml");
    const status = git("status", "--porcelain");
    const { code, err, dials } = await fleet(...argv, "--commit");
    expect([code, dials]).toEqual([64, 0]);
    expect(err).toContain(
      "fleet.yaml has edits of its own that are not committed [cli/uncommitted]",
    );
    expect(err).toContain("next: commit or stash those first, or leave --commit out");
    expect(await readFile(join(folder, "fleet.yaml"), "utf8")).toBe(OWN_EDIT);
    expect([git("status", "--porcelain"), git("rev-list", "--count", "HEAD")]).toEqual([
      status,
      "1\n",
    ]);
  });

  it("is not committed whole with the first edit of it", async () => {
    await writeFile(join(folder, "new.yaml"), TEXT);
    const unknown = await fleet(...START, "--manifest", "new.yaml", "--commit");
    expect([unknown.code, unknown.err]).toEqual([64, expect.stringContaining("cli/not-in-git")]);
    git("add", "new.yaml");
    const added = await fleet(...START, "--manifest", "new.yaml", "--commit");
    expect([added.code, added.err]).toEqual([64, expect.stringContaining("cli/uncommitted")]);
    expect(await readFile(join(folder, "new.yaml"), "utf8")).toBe(TEXT);
  });

  it("stays written when a hook refuses the commit", async () => {
    const hook = join(folder, ".git", "hooks", "pre-commit");
    await writeFile(hook, "#!/bin/sh\necho not today >&2\nexit 1\n", { mode: 0o755 });
    const { code, err } = await fleet(...START, "--commit");
    expect(code).toBe(6);
    expect(err).toContain("git did not commit fleet.yaml: not today");
    expect(await readFile(join(folder, "fleet.yaml"), "utf8")).toContain("running: true");
  });
});

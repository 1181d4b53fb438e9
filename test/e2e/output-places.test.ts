import { execFileSync, spawn } from "node:child_process";
import { chmod, link, lstat, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

let git: GitFleet;
const at = (name: string): string => join(git.repository, name);

beforeEach(async () => {
  git = await gitFleet();
  await writeFile(at("fleet.yaml"), git.text({ level: "debug" }));
});
afterEach(async () => {
  await git.stop();
});

/** An access list that lets user 12345 read, as Linux keeps it. */
const GIVE_ACCESS_LIST = `import os, struct, sys
entry = lambda tag, perm, who=0xffffffff: struct.pack("<HHI", tag, perm, who)
acl = struct.pack("<I", 2) + entry(1, 6) + entry(2, 4, 12345) + entry(4, 4) + entry(16, 4) + entry(32, 4)
os.setxattr(sys.argv[1], "system.posix_acl_access", acl)`;

/** Gives a file an access list; says why that cannot be done here. */
function giveAccessList(file: string): string | undefined {
  try {
    execFileSync("python3", ["-c", GIVE_ACCESS_LIST, file], { stdio: "pipe" });
    return undefined;
  } catch {
    return "there is no python3 here, or no access lists on this file system";
  }
}

/** Commands that write what they found to a file that the user names. */
const WRITERS = [
  ["plan", "--out"],
  ["observe", "--out"],
] as const;

describe("a result that goes to a place which is there already", () => {
  for (const [command, option] of WRITERS) {
    it(`F01: goes through a link, by ${command} ${option}`, async () => {
      await writeFile(at("target.json"), "old\n");
      await symlink("target.json", at("link.json"));
      expect((await git.run(command, option, "link.json")).err).not.toContain("error");
      expect((await lstat(at("link.json"))).isSymbolicLink()).toBe(true);
      expect(await readFile(at("target.json"), "utf8")).toContain("fleet.skywire/");
    });
  }

  it("F01: goes through a link that leads nowhere yet", async () => {
    await symlink("later.json", at("link.json"));
    await git.run("plan", "--out", "link.json");
    expect((await lstat(at("link.json"))).isSymbolicLink()).toBe(true);
    expect(await readFile(at("later.json"), "utf8")).toContain("fleet.skywire/plan");
  });

  it("F01: goes into a pipe that somebody reads", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    const reader = spawn("cat", [at("pipe")]);
    let read = "";
    reader.stdout.setEncoding("utf8").on("data", (text: string) => (read += text));
    const ended = new Promise((resolve) => {
      reader.on("close", resolve);
    });
    await git.run("plan", "--output", "json=pipe");
    const isPipe = (await lstat(at("pipe"))).isFIFO();
    if (!isPipe) reader.kill();
    await ended;
    expect(isPipe).toBe(true);
    expect(JSON.parse(read)).toMatchObject({ format: "fleet.skywire/plan/v1" });
  });

  it("F01: is refused by a pipe that nobody reads, which stays one", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    const { code, err } = await git.run("plan", "--output", "sarif=pipe");
    expect((await lstat(at("pipe"))).isFIFO()).toBe(true);
    expect(code).toBe(1);
    expect(err).toMatch(/nobody reads the pipe .*pipe/);
  }, 20_000);

  it("F01: leaves a device one", async () => {
    // Only root makes devices; for others a pipe that is read stands for one.
    const isRoot = process.getuid?.() === 0;
    execFileSync(isRoot ? "mknod" : "mkfifo", [at("null"), ...(isRoot ? ["c", "1", "3"] : [])]);
    const reader = isRoot ? undefined : spawn("cat", [at("null")]);
    await git.run("plan", "--out", "null");
    const facts = await lstat(at("null"));
    reader?.kill();
    expect(facts.isFile()).toBe(false);
  });

  it("F01: keeps the mode that a file has, and its other name", async () => {
    await writeFile(at("plan.json"), "old\n");
    await chmod(at("plan.json"), 0o600);
    await link(at("plan.json"), at("other.json"));
    const before = await stat(at("other.json"));
    await git.run("plan", "--output", "json=plan.json");
    const after = await stat(at("plan.json"));
    expect(after.mode & 0o777).toBe(0o600);
    expect(after.ino).toBe(before.ino);
    expect(await readFile(at("other.json"), "utf8")).toContain("fleet.skywire/plan");
  });

  it("F01: keeps the access list that a file has beside its mode", async (ctx) => {
    await writeFile(at("plan.json"), "old\n");
    const whyNot = giveAccessList(at("plan.json"));
    if (whyNot !== undefined) return ctx.skip(whyNot);
    await git.run("plan", "--output", "json=plan.json");
    expect(await readFile(at("plan.json"), "utf8")).toContain("fleet.skywire/");
    expect(execFileSync("ls", ["-l", at("plan.json")], { encoding: "utf8" })).toMatch(/^\S{10}\+/);
  });

  it("F01: is refused by a folder", async () => {
    const { code, err } = await git.run("plan", "--out", ".");
    expect(code).toBe(64);
    expect(err).toContain("is a folder");
  });
});

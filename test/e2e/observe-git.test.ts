import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readFileAt } from "../../src/platform/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let user: CliFleet;
let base = "";
let repository = "";
let manifest = "";
let forged = { key: "", seen: "" };

function git(...args: readonly string[]): string {
  const who = ["-c", "user.name=owner", "-c", "user.email=owner@example.net"];
  const env = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", HOME: base };
  return execFileSync("git", [...who, ...args], { cwd: repository, env, encoding: "utf8" }).trim();
}

async function commit(files: Readonly<Record<string, string>>, title: string): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text);
  git("add", "--all");
  git("commit", "--quiet", "--message", title);
  return git("rev-parse", "HEAD");
}

/** Runs the built program in the clone as a runner does that has no key, no visor and nothing secret. */
function plan(...argv: readonly string[]): { code: number; out: string; err: string } {
  const args = [MAIN, "plan", "sites/fleet.yaml", "--from-observation", "seen.json", ...argv];
  const env = {
    PATH: process.env["PATH"],
    FLEET_HOME: join(base, "nobody"),
    FLEET_RPC: "127.0.0.1:1",
  };
  try {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const out = execFileSync(process.execPath, args, {
      cwd: repository,
      env,
      encoding: "utf8",
      stdio: [...stdio],
    });
    return { code: 0, out, err: "" };
  } catch (error) {
    const ended = error as { status: number; stdout: string; stderr: string };
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  }
}

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error("the program is not built: run npm run build");
  user = await cliFleet([
    { name: "laptop", profile: "newest", local: true },
    { name: "shop-1", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
  ]);
  await user.manifest("controllers: [laptop]", {
    laptop: "settings: { log_level: info }",
    "shop-1": "settings: { log_level: debug }",
  });
  manifest = await user.read("fleet.yaml");
  const mallory = user.another("mallory");
  const { out } = await mallory.run("keygen", "--json", "--name", "mallory");
  await mallory.write("fleet.yaml", manifest);
  forged = {
    key: (JSON.parse(out) as { key: string }).key,
    seen: (await mallory.run("observe", "--json")).out,
  };
  base = await mkdtemp(join(tmpdir(), "fleet-git-"));
  repository = join(base, "clone");
  await mkdir(join(repository, "sites"), { recursive: true });
  git("init", "--quiet", "--initial-branch", "main");
  const seen = (await user.run("observe", "--json")).out;
  await commit({ "sites/fleet.yaml": manifest, "seen.json": seen }, "fleet: as it is");
});
afterAll(async () => {
  await user.fleet.stop();
  await rm(base, { recursive: true, force: true });
});

describe("a pull request's branch", () => {
  it("is planned by the observation of the base, without key, network or visor", async () => {
    git("checkout", "--quiet", "-B", "change", "main");
    const changed = manifest.replace("log_level: debug", "log_level: warn");
    await commit({ "sites/fleet.yaml": changed }, "fleet: talk less");
    const { code, out } = plan("--base", "main", "--json");
    expect(code).toBe(0);
    const made = JSON.parse(out) as {
      counts: { changing: number };
      source: { trusted: { commit: string } };
      manifest: { commit: string };
    };
    expect(made.counts.changing).toBe(1);
    expect(made.source.trusted.commit).toBe(git("rev-parse", "main"));
    expect(made.manifest.commit).toBe(git("rev-parse", "change"));
    const text = plan("--base", "main").out;
    expect(text).toContain("signed by owner, read through laptop");
    await user.write("fleet.yaml", changed);
    const online = JSON.parse((await user.run("plan", "--json")).out) as { decision: string };
    expect(out).toContain(online.decision);
  });

  it("cannot add its own signer, with the message; nor have its own word taken for the base", async () => {
    git("checkout", "--quiet", "-B", "fork", "main");
    const line = `  mallory: { key: "${forged.key}", may: [plan, apply] }\n`;
    const own = manifest.replace("operators:\n", `operators:\n${line}`);
    await commit({ "sites/fleet.yaml": own, "seen.json": forged.seen }, "fleet: trust me");
    const refused = plan("--base", "main");
    expect([refused.code, refused.out]).toEqual([4, ""]);
    expect(refused.err).toContain("observe/signer");
    expect(refused.err).toContain("which only the manifest to be planned lists (as mallory)");
    expect(plan("--trust", "sites/fleet.yaml")).toMatchObject({
      code: 64,
      err: expect.stringContaining("is the manifest that is planned"),
    });
    expect(plan()).toMatchObject({ code: 64, err: expect.stringContaining("cli/no-trust") });
  });

  it("shows a change of who may sign first, and loosens no rule it is judged by", async () => {
    git("checkout", "--quiet", "-B", "loose", "main");
    const line = `  mallory: { key: "${forged.key}", may: [plan, apply] }\n`;
    const own = manifest.replace(
      "operators:\n",
      `policy: { max_removals: 100% }\noperators:\n${line}`,
    );
    await commit({ "sites/fleet.yaml": own }, "fleet: more people");
    const { code, out } = plan("--base", "main");
    expect(code).toBe(0);
    const [first, second] = out.split("\n\n");
    expect(first).toMatch(/^from an observation of /);
    expect(second).toContain("! who may sign, or what the guards go by, changes:");
    expect(second).toContain("operator mallory is added (apply, plan)");
    expect(second).toContain("policy.max_removals changes from 20% to 100%, which is looser");
    const made = JSON.parse(plan("--base", "main", "--json").out) as {
      policies: readonly { maxRemovals: unknown }[];
    };
    expect(made.policies.map(({ maxRemovals }) => maxRemovals)).toEqual([
      { kind: "percent", percent: 100 },
      { kind: "percent", percent: 20 },
    ]);
  });

  test.each([
    { name: "a commit that is not here", ref: "0".repeat(40), says: "git knows no commit" },
    { name: "what looks like an option", ref: "--all", says: "git knows no commit" },
    { name: "a commit without the manifest", ref: "empty", says: "has no sites/fleet.yaml" },
  ])("refuses $name as base", ({ ref, says }) => {
    git("checkout", "--quiet", "--orphan", "empty-work", "main");
    git("rm", "--quiet", "-r", "--cached", "sites");
    git("commit", "--quiet", "--message", "fleet: none");
    git("branch", "--force", "empty");
    git("checkout", "--quiet", "--force", "main");
    git("branch", "--quiet", "-D", "empty-work");
    const { code, err } = plan(`--base=${ref}`);
    expect([code, err]).toEqual([64, expect.stringContaining("cli/trust")]);
    expect(err).toContain(says);
  });
});

it("reads a file at a commit as it was, byte for byte", async () => {
  git("checkout", "--quiet", "--force", "main");
  const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xc3, 0x28]);
  await writeFile(join(repository, "sites", "odd.bin"), bytes);
  const at = await commit({}, "sites: odd");
  await writeFile(join(repository, "sites", "odd.bin"), "other");
  expect(await readFileAt(join(repository, "sites", "odd.bin"), "main")).toEqual({
    kind: "file",
    commit: at,
    bytes: new Uint8Array(bytes),
  });
  expect(await readFileAt(join(repository, "sites", "none"), "main")).toEqual({
    kind: "no-file",
    commit: at,
  });
  expect(await readFileAt(join(base, "none"), "main")).toEqual({ kind: "no-commit" });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Plan } from "../../src/model/index.ts";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

let home: GitFleet;

beforeAll(async () => {
  home = await gitFleet();
});
afterAll(async () => {
  await home.stop();
});

const planned = async (...argv: readonly string[]): Promise<Plan> =>
  JSON.parse((await home.run("plan", ...argv, "--json")).out) as Plan;

describe("a manifest in git", () => {
  it("is in its plan with commit, path, author and signature; what is not committed is marked", async () => {
    const { world, repository } = home;
    const first = await world.commit(repository, { "fleet.yaml": home.text() }, "fleet: begin");
    const head = await world.commit(repository, { "notes.txt": "1" }, "notes: begin");
    const clean = await planned();
    expect(clean.manifest).toMatchObject({
      path: "fleet.yaml",
      commit: head,
      dirty: false,
      file: "fleet.yaml",
      changed: {
        commit: first,
        author: "owner <owner@example.net>",
        signature: { kind: "unsigned" },
      },
    });
    const text = (await home.run("plan")).out;
    expect(text).toContain(`fleet.yaml at commit ${head.slice(0, 12)}, last changed by owner`);
    expect(text).toContain(", not signed\n");
    await writeFile(join(repository, "fleet.yaml"), `${home.text()}# not committed\n`);
    const dirty = await planned();
    expect(dirty.manifest).toMatchObject({ commit: head, dirty: true });
    expect(dirty.decision).toBe(clean.decision);
    expect(dirty.digest).not.toBe(clean.digest);
    expect((await home.run("plan")).out).toContain(
      `! fleet.yaml has changes that are not committed, on top of commit ${head.slice(0, 12)}`,
    );
    world.git(repository, "checkout", "--quiet", "--", "fleet.yaml");
  });

  it("decides the same when its commits are squashed", async () => {
    const { world, repository } = home;
    world.git(repository, "checkout", "--quiet", "-b", "change");
    await world.commit(repository, { "fleet.yaml": home.text({ level: "warn" }) }, "fleet: warn");
    await world.commit(repository, { "fleet.yaml": home.text({ level: "debug" }) }, "fleet: debug");
    const onBranch = await planned();
    world.git(repository, "checkout", "--quiet", "main");
    world.git(repository, "merge", "--quiet", "--squash", "change");
    await world.commit(repository, {}, "fleet: talk more");
    const squashed = await planned();
    expect(squashed.manifest.commit).not.toBe(onBranch.manifest.commit);
    expect(squashed.decision).toBe(onBranch.decision);
  });

  it("is in the record of its apply, where its commit finds it", async () => {
    const { world, repository } = home;
    const head = world.git(repository, "rev-parse", "HEAD");
    const applied = await home.run("apply", "--yes");
    expect([applied.code, applied.err]).toEqual([0, ""]);
    const { out } = await home.run("log", "--commit", head.slice(0, 7), "--json");
    const { entries } = JSON.parse(out) as {
      entries: readonly { kind: string; index: number; payload: object }[];
    };
    expect(entries.map(({ kind }) => kind)).toEqual(["plan", "plan-part", "intent", "receipt"]);
    expect(entries[0]?.payload).toMatchObject({
      commit: head,
      dirty: false,
      file: "fleet.yaml",
      changed: { commit: head, author: "owner <owner@example.net>" },
    });
    expect((await home.run("log", "--kind", "plan")).out).toContain(
      `at commit ${head.slice(0, 10)}`,
    );
    expect((await home.run("show", `#${entries[0]?.index ?? 0}`)).out).toContain(
      '"author": "owner <owner@example.net>"',
    );
    const later = await world.commit(repository, { "notes.txt": "2" }, "notes: more");
    await writeFile(join(repository, "fleet.yaml"), home.text({ level: "info" }));
    expect((await home.run("apply", "--yes")).code).toBe(0);
    expect((await home.run("log", "--kind", "plan")).out).toContain(
      `at commit ${later.slice(0, 10)}, with changes that are not committed`,
    );
    world.git(repository, "checkout", "--quiet", "--", "fleet.yaml");
  });
});

describe("a manifest at a commit", () => {
  it("is planned without checking it out, with and without visors", async () => {
    const { world, repository } = home;
    const then = await world.commit(
      repository,
      { "fleet.yaml": home.text({ level: "warn" }) },
      "fleet: warn",
    );
    await world.commit(repository, { "fleet.yaml": home.text({ level: "error" }) }, "fleet: error");
    await writeFile(join(repository, "fleet.yaml"), "not: [a manifest");
    const at = JSON.parse((await home.run("plan", "--at", "HEAD~1", "--json")).out) as Plan;
    expect(at.manifest).toMatchObject({
      path: "fleet.yaml",
      commit: then,
      dirty: false,
      file: "fleet.yaml",
      changed: { commit: then },
    });
    expect(at.visors.flatMap(({ steps }) => steps)[0]?.changes[0]?.after).toBe("warn");
    world.git(repository, "checkout", "--quiet", "--", "fleet.yaml");
    await home.run("observe", "--out", "seen.json");
    const base = ["--from-observation", "seen.json", "--base", "HEAD"];
    const offline = await home.run("plan", ...base, "--at", "HEAD~1", "--json");
    const recorded = JSON.parse(offline.out) as Plan;
    expect([recorded.decision, recorded.manifest.commit]).toEqual([at.decision, then]);
    expect(world.git(repository, "status", "--porcelain", "--untracked-files=no")).toBe("");
  });

  it("is noted when it is not after the last recorded one", async () => {
    const { world, repository } = home;
    expect((await home.run("apply", "--yes")).code).toBe(0);
    const { code, err } = await home.run("plan", "--at", "HEAD~1");
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(
        /^note: the last recorded plan is from commit \S+, and this plan is from commit \S+, which comes before that one\n$/,
      ),
    ]);
    world.git(repository, "checkout", "--quiet", "-b", "side", "HEAD~1");
    await world.commit(repository, { "notes.txt": "aside" }, "notes: aside");
    world.git(repository, "checkout", "--quiet", "main");
    expect((await home.run("plan", "--at", "side")).err).toMatch(
      /^note: the last recorded plan is from commit \S+, which commit \S+ does not follow: it is on another branch, or the history was rewritten\n$/,
    );
    const clone = join(world.folder, "shallow");
    world.git(repository, "branch", "--force", "old", "HEAD~2");
    world.git(
      world.folder,
      "clone",
      "--quiet",
      "--depth=1",
      "--branch=old",
      `file://${repository}`,
      clone,
    );
    const cut = await home.runIn(clone, "plan", "--json");
    expect(cut.err).toContain("which is not in this clone: fetch it, or the history was rewritten");
    expect((JSON.parse(cut.out) as Plan).manifest).not.toHaveProperty("changed");
  });

  it.each([
    { name: "a commit that is not here", ref: "0".repeat(40), code: "cli/no-commit" },
    { name: "what looks like an option", ref: "--all", code: "cli/no-commit" },
    { name: "a commit without it", ref: "empty", code: "cli/not-in-commit" },
    { name: "a commit where it is not valid", ref: "broken", code: "cli/invalid-manifest" },
  ])("is refused at $name", async ({ ref, code }) => {
    const { world, repository } = home;
    world.git(repository, "checkout", "--quiet", "-B", "broken");
    await world.commit(repository, { "fleet.yaml": "fleet: [" }, "fleet: break it");
    world.git(repository, "rm", "--quiet", "fleet.yaml");
    await world.commit(repository, {}, "fleet: remove it");
    world.git(repository, "branch", "--force", "empty");
    world.git(repository, "reset", "--quiet", "--hard", "HEAD~1");
    world.git(repository, "checkout", "--quiet", "main");
    const refused = await home.run("plan", `--at=${ref}`);
    expect([refused.code, refused.err]).toEqual([64, expect.stringContaining(code)]);
  });

  it("is compared with another by what both come to", async () => {
    const { world, repository } = home;
    const text = home.text({ level: "error", policy: "policy: { max_removals: 5 }\n" });
    const visor = (name: string): string =>
      new RegExp(`key: "(0[23][0-9a-f]+)".*`).exec(text.slice(text.indexOf(`  ${name}:`)))?.[1] ??
      "";
    const roles = "roles: { loud: { settings: { log_level: debug } } }\n";
    await world.commit(
      repository,
      {
        "fleet.yaml":
          text.slice(0, text.indexOf("visors:")) +
          `${roles}visors:\n  shop-1:\n    # the same key, by a role\n    key: "${visor("shop-1")}"\n    roles: [loud]\n    trust: { pty: [laptop] }\n` +
          `  desk: { key: "${visor("laptop")}" }\n`.replace("desk", "laptop"),
      },
      "fleet: by role",
    );
    const { code, out } = await home.run("diff", "--manifest", "HEAD~1", "HEAD");
    const [one, other] = ["HEAD~1", "HEAD"].map((ref) =>
      world.git(repository, "rev-parse", ref).slice(0, 12),
    );
    expect([code, out.replaceAll(/ +/g, " ")]).toEqual([
      0,
      "! of the whole fleet\n" +
        " ~ policy.max_removals 20% -> 5\n" +
        `~ shop-1 ${visor("shop-1").slice(0, 8)}…${visor("shop-1").slice(-4)}\n` +
        " + roles [loud]\n ~ settings.log_level error -> debug\n + trust.pty [laptop]\n" +
        `Diff: 1 visor changed, 1 of the whole fleet between HEAD~1 (${one}) and HEAD (${other}).\n`,
    ]);
    const json = await home.run("diff", "--manifest", "HEAD~1", "HEAD", "--json");
    expect(JSON.parse(json.out)).toMatchObject({
      format: "fleet.skywire/manifest-diff/v1",
      path: "fleet.yaml",
      visors: [{ name: "shop-1", status: "changed" }],
    });
    expect((await home.run("diff", "--manifest", "HEAD", "HEAD")).out).toMatch(
      /^Diff: fleet.yaml comes to the same between HEAD /,
    );
    expect((await home.run("diff", "now")).code).toBe(64);
    expect((await home.run("diff", "--manifest", "HEAD", "nowhere")).err).toContain(
      "cli/no-commit",
    );
  });
});

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
        signature: { kind: "unchecked", why: "no operator lists a key for it" },
      },
    });
    const text = (await home.run("plan")).out;
    expect(text).toContain(`fleet.yaml at commit ${head.slice(0, 12)}, last changed by owner`);
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

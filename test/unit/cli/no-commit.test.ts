import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noCommitAt } from "../../../src/cli/git/no-commit.ts";
import { readNoCommitCause } from "../../../src/platform/index.ts";
import { runInFolder } from "../../support/folder-cli.ts";
import { type GitWorld, gitWorld } from "../../support/git-world.ts";
import { manifest } from "../../support/manifest-text.ts";

const TEXT = manifest("visors:\n  desk: { key: $desk }\n");

let world: GitWorld;

beforeAll(async () => {
  world = await gitWorld();
  await world.init("empty");
  const known = await world.init("known");
  await world.commit(known, { "fleet.yaml": TEXT }, "fleet: first");
  await mkdir(join(world.folder, "outside"));
  for (const name of ["empty", "outside"])
    await writeFile(join(world.folder, name, "fleet.yaml"), TEXT);
});
afterAll(async () => {
  await world.remove();
});

describe("a commit that git does not find", () => {
  it.each([
    { folder: "outside", cause: "no-repository" },
    { folder: "empty", cause: "empty-repository" },
    { folder: "known", cause: "unknown-name" },
    { folder: "missing", cause: "no-answer" },
  ])("is told apart by where it was looked for: $cause", async ({ folder, cause }) => {
    expect(await readNoCommitCause(join(world.folder, folder))).toBe(cause);
  });

  it.each([
    { name: "plan --at", argv: ["plan", "--at", "gone"], code: "cli/no-commit" },
    {
      name: "diff --manifest",
      argv: ["diff", "--manifest", "gone", "HEAD"],
      code: "cli/no-commit",
    },
    {
      name: "--base",
      argv: ["plan", "--from-observation", "fleet.yaml", "--base", "gone"],
      code: "cli/trust",
    },
  ])("is refused with what is the matter: $name", async ({ argv, code }) => {
    const told = async (folder: string): Promise<string> => {
      const ran = await runInFolder(join(world.folder, folder), ...argv);
      expect([ran.code, ran.dials]).toEqual([64, 0]);
      expect(ran.err).toContain(`[${code}]`);
      return ran.err;
    };
    expect(await told("outside")).toContain(
      "there is no commit gone: the folder of fleet.yaml is in no git repository",
    );
    const empty = await told("empty");
    expect(empty).toContain("the git repository of fleet.yaml has no commits yet");
    expect(empty).not.toContain("lacks it");
    expect(await told("known")).toContain("git knows no commit gone beside fleet.yaml");
  });

  it("is not said to be missing where git did not run", async () => {
    const path = join(world.folder, "missing", "fleet.yaml");
    const { message, next } = await noCommitAt("main", { name: "missing/fleet.yaml", path });
    expect(message).toMatch(/^git does not answer in the folder of missing\/fleet\.yaml/);
    expect(next).toBe("check that git is installed and that the folder is there");
  });
});

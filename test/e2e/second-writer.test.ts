import { link, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFleet, gitFleet } from "../support/git-fleet.ts";

let git: GitFleet;
const at = (name: string): string => join(git.repository, name);
const textOf = (name = "fleet.yaml"): Promise<string> => readFile(at(name), "utf8");

beforeEach(async () => {
  git = await gitFleet();
  await writeFile(at("fleet.yaml"), git.text());
});
afterEach(async () => {
  await git.stop();
});

const IGNORE = ["ignore", "shop-1/settings.log_level", "--until", "2099-12-31"] as const;

/** Answers a question with yes, after somebody else did something. */
async function ignoreWhile(deed: () => Promise<unknown>) {
  const answer = async (): Promise<string> => {
    await deed();
    return "yes";
  };
  return await git.asked([answer], ...IGNORE);
}

describe("a second writer of a manifest", () => {
  it("6: loses nothing to commands that run at once, and they nothing to each other", async () => {
    const names = ["one", "two", "three", "four", "five", "six"];
    const ran = await Promise.all(
      names.map((name) => git.run("tag", "add", name, "--on", "shop-1", "--edit-only", "--yes")),
    );
    const text = await textOf();
    for (const [index, { code, err }] of ran.entries()) {
      if (code === 0) expect(text).toContain(names[index]);
      else
        expect({ code, err }).toMatchObject({
          code: 5,
          err: expect.stringContaining("cli/changed") as string,
        });
    }
    expect(ran.some(({ code }) => code === 0)).toBe(true);
  });

  it("6: is met where a name leads elsewhere by then", async () => {
    const other = git.text({ level: "debug" });
    const { code } = await ignoreWhile(async () => {
      await writeFile(at("other.yaml"), other);
      await rm(at("fleet.yaml"));
      await symlink("other.yaml", at("fleet.yaml"));
    });
    expect({ code, text: await textOf("other.yaml") }).toEqual({ code: 5, text: other });
    await writeFile(at("same.yaml"), other);
    const again = await ignoreWhile(async () => {
      await rm(at("fleet.yaml"));
      await symlink("same.yaml", at("fleet.yaml"));
    });
    expect(again.code).toBe(0);
    expect(await textOf("other.yaml")).toBe(other);
    expect(await textOf("same.yaml")).toContain("2099-12-31");
  });

  it("6: is met who writes into the file, puts another in its place, or takes it away", async () => {
    const before = await textOf();
    const into = await ignoreWhile(() => writeFile(at("fleet.yaml"), `${before}# mine\n`));
    expect({ code: into.code, text: await textOf() }).toEqual({
      code: 5,
      text: `${before}# mine\n`,
    });
    const instead = await ignoreWhile(async () => {
      await writeFile(at("new"), before);
      await rename(at("new"), at("fleet.yaml"));
    });
    expect({ code: instead.code, text: await textOf() }).toEqual({ code: 5, text: before });
    const gone = await ignoreWhile(() => rm(at("fleet.yaml")));
    expect(gone.code).toBe(5);
    expect(await stat(at("fleet.yaml")).catch(() => "gone")).toBe("gone");
  });

  it("6: is met who puts a folder in the place of the file", async () => {
    const { code, err } = await ignoreWhile(async () => {
      await rm(at("fleet.yaml"));
      await mkdir(at("fleet.yaml"));
    });
    expect(err).toContain("cli/changed");
    expect(code).toBe(5);
  });

  it("6: sees the edit under the file's other name", async () => {
    await link(at("fleet.yaml"), at("twin.yaml"));
    expect((await git.run(...IGNORE, "--yes")).code).toBe(0);
    expect(await textOf("twin.yaml")).toBe(await textOf());
  });
});

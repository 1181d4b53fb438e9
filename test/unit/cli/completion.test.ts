// What completion offers, asked of the program itself; the shells that ask it are in test/e2e/completion.test.ts.
import { describe, expect, it } from "vitest";
import { commandForms } from "../../../src/cli/command-forms.ts";
import { allCommands } from "../../../src/cli/command-table.ts";
import { complete } from "../../../src/cli/completion/complete.ts";
import { completionScript, SHELLS } from "../../../src/cli/completion/scripts.ts";
import { isFieldPath } from "../../../src/reconcile/index.ts";
import {
  COMPLETED_MANIFEST,
  COMPLETION_QUESTIONS,
  FILE_QUESTIONS,
} from "../../support/completion-questions.ts";

const FORMS = commandForms();

async function answer(shell: string, words: readonly string[], text = COMPLETED_MANIFEST) {
  return await complete([shell, ...words], {
    forms: async () => await FORMS,
    manifestText: async () => text,
  });
}

/** The candidates for the last word, without what explains them. */
async function offered(shell: string, words: readonly string[], text?: string) {
  const lines = (await answer(shell, words, text)).split("\n");
  return lines.filter((line) => line !== "").map((line) => line.split("\t")[0] ?? "");
}

describe("completion", () => {
  it.each(COMPLETION_QUESTIONS)("4.7: $words", async ({ words, want, has }) => {
    const found = await offered("fish", words);
    if (want !== undefined) expect(found.toSorted()).toEqual([...want].sort());
    expect(found).toEqual(expect.arrayContaining([...(has ?? [])]));
  });

  it.each(FILE_QUESTIONS)("4.7: $words is left to the shell", async ({ words }) => {
    expect(await answer("fish", words)).toBe(":files\n");
    expect(await answer("fish", ["ledger", "serve", "--dir", ""])).toBe(":folders\n");
  });

  it("knows every command and option, and says what it is for", async () => {
    const { commands } = await FORMS;
    expect(commands.map(({ name }) => name)).toEqual(allCommands().map(({ name }) => name));
    const lines = await answer("zsh", ["plan", "--"]);
    const plan = await allCommands()
      .find(({ name }) => name === "plan")
      ?.load();
    for (const { name, about } of plan?.options ?? [])
      expect(lines).toContain(`--${name}\t${about}\n`);
    expect(lines).toContain("--verbose\t");
    expect(lines).toContain("--help\t");
  });

  it("offers only paths that a manifest can own", async () => {
    const paths = await offered("fish", ["log", "--path", ""]);
    const own = paths.filter((path) => !path.startsWith("visors."));
    expect(own.length).toBeGreaterThan(50);
    expect(own.filter((path) => !isFieldPath(path))).toEqual([]);
  });

  it.each([
    { name: "parted at = and :", words: ["plan", "--on", "=", "tag", ":", "sh"], want: ["shop"] },
    {
      name: "with nothing behind the sign",
      words: ["plan", "--on", "=", "tag", ":"],
      has: ["home"],
    },
    {
      name: "in open quotes",
      words: ["plan", "--on", "'all & !tag:sh"],
      want: ["all & !tag:shop"],
    },
    { name: "behind a word in quotes", words: ["plan", "--on", '"desk"', "--by"], want: ["--by"] },
    {
      name: "with signs taken literally",
      words: ["plan", "--on", "all\\&des"],
      want: ["all&desk"],
    },
  ])("takes the words of bash $name", async ({ words, want, has }) => {
    const found = await offered("bash", words);
    if (want !== undefined) expect(found).toEqual(want);
    expect(found).toEqual(expect.arrayContaining(has ?? []));
  });

  it("takes two quotes of PowerShell for an empty word", async () => {
    expect(await offered("powershell", ["role", "assign", '""'])).toEqual(["base", "exit"]);
  });

  it("asks the manifest that the line names", async () => {
    const asked: (string | undefined)[] = [];
    const place = {
      forms: async () => await FORMS,
      manifestText: async (name: string | undefined) => {
        asked.push(name);
        return "";
      },
    };
    await complete(["fish", "plan", "other.yaml", "--on", ""], place);
    await complete(["fish", "log", "--manifest", "third.yaml", "--operator", ""], place);
    await complete(["fish", "log", "--manifest=fourth.yaml", "--operator", ""], place);
    await complete(["fish", "plan", "--on", ""], place);
    await complete(["fish", "schema", ""], place);
    expect(asked).toEqual(["other.yaml", "third.yaml", "fourth.yaml", undefined]);
  });

  it.each(SHELLS)("the script of %s only asks", (shell) => {
    const script = completionScript(shell);
    expect(script.split("\n").length).toBeLessThan(26);
    expect(script).toContain("fleet __complete");
    expect(script).not.toMatch(/awk|plan|fleet\.yaml/);
  });
});

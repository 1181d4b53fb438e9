import { spawnSync } from "node:child_process";
import { describe, expect, it, test } from "vitest";
import { allCommands, COMMAND_GROUPS } from "../../../src/cli/command-table.ts";
import { completionScript, SHELLS } from "../../../src/cli/completion-script.ts";
import { helpText } from "../../../src/cli/help.ts";

const ROWS = allCommands();

describe("commands", () => {
  test.each(ROWS.map((row) => ({ name: row.name, row })))(
    "$name has help with an example",
    async ({ row }) => {
      const command = await row.load();
      expect(command.name).toBe(row.name);
      expect(command.examples.length).toBeGreaterThan(0);
      expect(command.about).toMatch(/[.]$/);
      const names = command.options.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it("are those that were promised", () => {
    const wanted =
      "adopt,apply,at,blame,completion,demo,diff,doctor,drift,embedded,explain,init,keygen,ledger serve,log,observe,plan,schema,show,status,validate,verify";
    expect(ROWS.map((row) => row.name).sort()).toEqual(wanted.split(","));
  });

  it("stand in the help text", () => {
    for (const { name } of COMMAND_GROUPS.flatMap((group) => group.rows))
      expect(helpText()).toContain(`  ${name} `);
  });
});

describe("completion", () => {
  it.each(SHELLS)("for %s knows every command and option", async (shell) => {
    const commands = await Promise.all(
      ROWS.map(async (row) => ({
        name: row.name,
        about: row.about,
        options: (await row.load()).options,
      })),
    );
    const script = completionScript(shell, commands);
    for (const { name, options } of commands) {
      for (const word of name.split(" ")) expect(script).toContain(word);
      for (const option of options) expect(script).toContain(option.name);
    }
  });

  it("for bash is a script that bash can read and that completes", async () => {
    const commands = await Promise.all(
      ROWS.map(async (row) => ({
        name: row.name,
        about: row.about,
        options: (await row.load()).options,
      })),
    );
    const words = 'COMP_WORDS=(fleet ver); COMP_CWORD=1; _fleet; echo "${COMPREPLY[@]}"';
    const bash = spawnSync("bash", ["-c", `${completionScript("bash", commands)}\n${words}`], {
      encoding: "utf8",
    });
    expect(bash.stderr).toBe("");
    expect(bash.stdout.trim()).toBe("verify");
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it, test } from "vitest";
import { allCommands, COMMAND_GROUPS } from "../../../src/cli/command-table.ts";
import { completedCommands } from "../../../src/cli/completion.ts";
import { completionScript, SHELLS } from "../../../src/cli/completion/completion-script.ts";
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
      "adopt,app autostart,app restart,app set,app start,app stop,apply,at,blame,completion,demo,diff,doctor,drift,embedded,explain,fmt,health,history,ignore,init,keygen,ledger checkpoint,ledger evidence,ledger heartbeat,ledger proof,ledger publish,ledger pull,ledger restore,ledger serve,ledger status,ledger witness,lint,log,observe,operator add,operator approve,operator remove,operator rotate,plan,ports close,ports serve,role assign,role remove,rollback,schema,show,status,tag add,tag remove,validate,verify,watch,whitelist add,whitelist remove";
    expect(ROWS.map((row) => row.name).sort()).toEqual(wanted.split(","));
  });

  it("stand in the help text", () => {
    for (const { name } of COMMAND_GROUPS.flatMap((group) => group.rows))
      expect(helpText()).toContain(`  ${name} `);
  });
});

describe("completion", () => {
  it.each(SHELLS)("for %s knows every command and option", async (shell) => {
    const commands = await completedCommands();
    const script = completionScript(shell, commands);
    for (const { name, options } of commands) {
      for (const word of name.split(" ")) expect(script).toContain(word);
      for (const option of options) expect(script).toContain(option.name);
    }
  });

  test.each([
    { name: "commands", words: ["ver"], want: "verify" },
    { name: "verbs", words: ["ledger", "pul"], want: "pull" },
    { name: "options", words: ["fmt", "--ch"], want: "--check" },
    { name: "visors of an option", words: ["plan", "--on", "sh"], want: "shop-1 shop-2" },
    { name: "all of them", words: ["plan", "--on", "a"], want: "all" },
    { name: "visors of a word", words: ["blame", "d"], want: "desk" },
    { name: "no keys of other sections", words: ["blame", "ki"], want: "" },
    { name: "no keys of a visor", words: ["blame", "key"], want: "" },
  ])("for bash completes $name", async ({ words, want }) => {
    const folder = mkdtempSync(join(tmpdir(), "fleet-completion-"));
    writeFileSync(
      join(folder, "fleet.yaml"),
      'keys:\n    kim: a\nvisors:\n    # key: x\n    desk:\n        key: b\n    "shop-1": { key: c }\n    shop-2: {}\npolicy:\n    shall: 1\n',
    );
    const line = ["fleet", ...words].join(" ");
    const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _fleet; echo "\${COMPREPLY[@]}"`;
    const script = completionScript("bash", await completedCommands());
    const bash = spawnSync("bash", ["--norc", "-c", `${script}\n${ask}`], {
      encoding: "utf8",
      cwd: folder,
      env: { PATH: process.env["PATH"] },
    });
    rmSync(folder, { recursive: true });
    expect(bash.stderr).toBe("");
    expect(bash.stdout.trim()).toBe(want);
  });
});

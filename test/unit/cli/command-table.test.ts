import { describe, expect, it, test } from "vitest";
import { allCommands, COMMAND_GROUPS } from "../../../src/cli/command-table.ts";
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
      "adopt,app autostart,app restart,app set,app start,app stop,apply,at,blame,completion,demo,diff,doctor,drift,embedded,expect,explain,fmt,health,history,ignore,init,keygen,ledger checkpoint,ledger evidence,ledger heartbeat,ledger proof,ledger publish,ledger pull,ledger restore,ledger serve,ledger status,ledger witness,lint,log,observe,operator add,operator approve,operator remove,operator rotate,plan,ports close,ports serve,role assign,role remove,rollback,schema,show,status,tag add,tag remove,trust,validate,verify,watch,whitelist add,whitelist remove";
    expect(ROWS.map((row) => row.name).sort()).toEqual(wanted.split(","));
  });

  it("stand in the help text", () => {
    for (const { name } of COMMAND_GROUPS.flatMap((group) => group.rows))
      expect(helpText()).toContain(`  ${name} `);
  });
});

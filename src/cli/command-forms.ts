// What each command takes, for completion. The built program has it ready, so that a Tab loads no command.
import { defined } from "../core/index.ts";
import { allCommands, COMMAND_GROUPS, isFamily } from "./command-table.ts";
import type { CommandForm, CommandForms } from "./completion/forms.ts";
import { takenByOption, takenByWord, type Takes } from "./completion/takes.ts";
import { COMMON_OPTIONS } from "./shell/options.ts";

/** Asks every command what it takes. Plain data, the same at each call: the build asks once and keeps the answer. */
export async function commandForms(): Promise<CommandForms> {
  const { LINT_RULES } = await import("./manifest/manifest-room.ts");
  const rules: Takes = { kind: "choices", choices: LINT_RULES.map(({ id }) => id) };
  const commands = allCommands().map(async ({ name, about, load }): Promise<CommandForm> => {
    const command = await load();
    const options = [...command.options, ...COMMON_OPTIONS].map((option) => {
      const takes = option.value === "RULE" ? rules : takenByOption(name, option);
      const aliases = (option.aliases ?? []).map((alias) => `--${alias}`);
      return {
        name: option.name,
        others: option.short === undefined ? aliases : [...aliases, `-${option.short}`],
        about: option.about,
        ...defined({ takes }),
      };
    });
    return { name, about, options, words: command.words.map((word) => takenByWord(name, word)) };
  });
  const families = COMMAND_GROUPS.flatMap(({ rows }) => rows.filter(isFamily));
  return {
    commands: await Promise.all(commands),
    families: families.map(({ name, about }) => ({ name, about })),
  };
}

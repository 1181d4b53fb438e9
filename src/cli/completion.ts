import { defined, type ExitCode, FleetError } from "../core/index.ts";
import { allCommands } from "./command-table.ts";
import type { Command } from "./shell/command.ts";
import { completionScript, SHELLS } from "./completion/completion-script.ts";
import { takenByOption, takenByWord } from "./completion/completion-values.ts";
import type { CompletedCommand } from "./completion/completion-words.ts";

/** `fleet completion`: what a shell needs to complete commands, options and visor names. */
export const completion: Command = {
  name: "completion",
  about: "Print a completion script for a shell.",
  words: [{ form: "<SHELL>", about: SHELLS.join(", ") }],
  options: [],
  examples: [
    "fleet completion bash > ~/.local/share/bash-completion/completions/fleet",
    "fleet completion zsh > ~/.zfunc/_fleet",
    "fleet completion fish > ~/.config/fish/completions/fleet.fish",
    "fleet completion powershell >> $PROFILE",
  ],
  async run(given, world): Promise<ExitCode> {
    const shell = SHELLS.find((name) => name === given.words[0]);
    if (shell === undefined) {
      throw new FleetError("cli/usage", `${given.words[0] ?? ""}: no such shell here`, {
        next: `choose one of ${SHELLS.join(", ")}`,
        exit: 64,
      });
    }
    const commands = await completedCommands();
    world.terminal.data(completionScript(shell, commands));
    return 0;
  },
};

/** What every command takes, as completion needs it. */
export async function completedCommands(): Promise<readonly CompletedCommand[]> {
  const { LINT_RULES } = await import("./manifest/manifest-room.ts");
  const rules = `=${LINT_RULES.map(({ id }) => id).join(" ")}`;
  return await Promise.all(
    allCommands().map(async ({ name, about, load }) => {
      const command = await load();
      const options = command.options.map((option) => {
        const takes = option.value === "RULE" ? rules : takenByOption(name, option);
        return {
          name: option.name,
          about: option.about,
          ...defined({ takes }),
        };
      });
      return { name, about, options, words: command.words.map((word) => takenByWord(name, word)) };
    }),
  );
}

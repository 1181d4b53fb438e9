// `fleet completion`: the few lines by which a shell asks this program what may stand at the cursor.
import { usage } from "./shell/usage.ts";
import type { ExitCode } from "../core/index.ts";
import { completionScript, SHELLS } from "./completion/scripts.ts";
import type { Command } from "./shell/command.ts";

/** `fleet completion`: the script of one shell. */
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
      throw usage(
        `${given.words[0] ?? ""}: no such shell here`,
        `choose one of ${SHELLS.join(", ")}`,
      );
    }
    world.terminal.data(completionScript(shell));
    return 0;
  },
};

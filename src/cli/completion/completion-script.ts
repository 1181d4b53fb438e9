import { bash } from "./completion-bash.ts";
import { fish } from "./completion-fish.ts";
import { powershell } from "./completion-powershell.ts";
import type { CompletedCommand } from "./completion-words.ts";
import { zsh } from "./completion-zsh.ts";

/** Shells that a script can be made for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** The completion script of one shell. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
    case "powershell":
      return powershell(commands);
  }
}

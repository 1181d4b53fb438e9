// What a command is: what it takes, how its help reads, and what it does.
import type { ExitCode } from "../../core/index.ts";
import type { Given } from "./arguments.ts";
import type { World } from "./world.ts";

/** One option of a command. Without `value` it is a flag. */
export interface OptionSpec {
  /** The long name without dashes; the environment name follows from it. */
  readonly name: string;
  /** One letter that means the same, after one dash. */
  readonly short?: string;
  /** What the value is called in the help text. */
  readonly value?: string;
  /** May be given more than once. */
  readonly many?: true;
  /** A selection: given more than once it is all of them together. */
  readonly joins?: true;
  readonly about: string;
  /** Other long names that mean the same. */
  readonly aliases?: readonly string[];
}

/** One command: what it takes, how its help reads, and what it does. */
export interface Command {
  readonly name: string;
  readonly about: string;
  /** Positional arguments, `[NAME]` optional, `<NAME>` needed, `...` for more than one. */
  readonly words: readonly { readonly form: string; readonly about: string }[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  run(given: Given, world: World): Promise<ExitCode>;
}

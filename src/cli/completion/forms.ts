// What completion knows of the commands: their names, and what each takes.
import type { Takes } from "./takes.ts";

/** All commands, as completion needs them. Plain data: the built program has it ready. */
export interface CommandForms {
  readonly commands: readonly CommandForm[];
  /** Words with verbs below them, such as `ledger`. */
  readonly families: readonly { readonly name: string; readonly about: string }[];
}

/** One command. */
export interface CommandForm {
  /** One word, or a family and a verb such as `ledger status`. */
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionForm[];
  readonly words: readonly Takes[];
}

/** An option, and what its value may be; without `takes` it is a flag. */
export interface OptionForm {
  /** Without dashes. */
  readonly name: string;
  /** What means the same, with dashes. */
  readonly others: readonly string[];
  readonly about: string;
  readonly takes?: Takes;
}

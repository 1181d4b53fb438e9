// What completion scripts are made of.
import type { Takes } from "./completion-values.ts";

/** What a script knows of one command. */
export interface CompletedCommand {
  /** One word, or a family and a verb such as `ledger status`. */
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** What each of its words may be; the last for all that follow when it ends with three dots. */
  readonly words: readonly Takes[];
}

/** An option, and what its value may be; without `takes` it is a flag. */
export interface CompletedOption {
  readonly name: string;
  readonly about: string;
  readonly takes?: Takes;
}

/** First words that are completed, and the verbs of those that have some. */
export interface Words {
  readonly name: string;
  readonly about: string;
  readonly verbs: readonly CompletedCommand[];
}

/** The first words of all commands, each once. */
export function firstWords(commands: readonly CompletedCommand[]): readonly Words[] {
  const words = new Map<string, Words>();
  for (const command of commands) {
    const [first = "", verb] = command.name.split(" ");
    if (verb === undefined) words.set(first, { name: first, about: command.about, verbs: [] });
    else {
      const verbs = [...(words.get(first)?.verbs ?? []), { ...command, name: verb }];
      const about = verbs.map(({ name }) => name).join(", ");
      words.set(first, { name: first, about, verbs });
    }
  }
  return [...words.values()];
}

/** Those of them with verbs. */
export function familiesOf(commands: readonly CompletedCommand[]): readonly Words[] {
  return firstWords(commands).filter(({ verbs }) => verbs.length > 0);
}

/** A text without what ends a quoted word or a description in a shell. */
export function quoted(text: string): string {
  return text.replaceAll("'", "").replaceAll(":", "");
}

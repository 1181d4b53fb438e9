// Which word of an unfinished command line is asked about, and what may stand there.
import { defined } from "../../core/index.ts";
import type { CommandForm, CommandForms, OptionForm } from "./forms.ts";
import type { Takes } from "./takes.ts";

/** One word that may stand at the cursor. */
export interface CompletionCandidate {
  readonly word: string;
  readonly about?: string;
}

/** What is asked: one of some words that are known already, or a value of some kind. */
export interface Asked {
  /** What stands before the value in the same word, such as `--on=`. */
  readonly before: string;
  /** What is typed of the value. */
  readonly typed: string;
  readonly takes: Takes | readonly CompletionCandidate[];
  /** The manifest that the line names. */
  readonly manifest?: string;
}

/** Words before a command that say nothing of what follows. */
const PASSED_OVER: ReadonlySet<string> = new Set(["help", "--help", "-h", "--no-color"]);
/** Flags that hold wherever they stand. */
const EVERYWHERE: readonly CompletionCandidate[] = [
  { word: "--help", about: "show how the command is used" },
  { word: "--no-color", about: "no colours, as with NO_COLOR" },
];

/** Finds what the last of the words is to be; it may be empty. */
export function askedOf(words: readonly string[], forms: CommandForms): Asked {
  const typed = words.at(-1) ?? "";
  const earlier = words.slice(0, -1);
  const begin = earlier.findIndex((word) => !PASSED_OVER.has(word));
  if (begin < 0) return { before: "", typed, takes: firstWords(forms) };
  const [first = "", second = "", ...others] = earlier.slice(begin);
  const command = forms.commands.find(({ name }) => name === first);
  if (command !== undefined) return askedOfCommand(command, [...earlier.slice(begin + 1), typed]);
  const verbs = forms.commands.filter(({ name }) => name.startsWith(`${first} `));
  if (earlier.length === begin + 1) return { before: "", typed, takes: verbWords(verbs) };
  const verb = verbs.find(({ name }) => name === `${first} ${second}`);
  return verb === undefined
    ? { before: "", typed, takes: [] }
    : askedOfCommand(verb, [...others, typed]);
}

function firstWords({ commands, families }: CommandForms): readonly CompletionCandidate[] {
  const alone = commands.filter(({ name }) => !name.includes(" "));
  return [
    ...[...families, ...alone].map(({ name, about }) => ({ word: name, about })),
    ...EVERYWHERE,
    { word: "--version", about: "print the release of this program" },
  ];
}

function verbWords(verbs: readonly CommandForm[]): readonly CompletionCandidate[] {
  const words = verbs.map(({ name, about }) => ({ word: name.split(" ")[1] ?? "", about }));
  return words.length === 0 ? [] : [...words, ...EVERYWHERE];
}

/** The same of the words that follow a command's name. */
function askedOfCommand(command: CommandForm, words: readonly string[]): Asked {
  const typed = words.at(-1) ?? "";
  let manifest: string | undefined;
  let pending: OptionForm | undefined;
  let place = 0;
  let isLiteral = false;
  const note = (takes: Takes | undefined, word: string): void => {
    if (takes?.kind === "manifest") manifest = word;
  };
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      note(pending.takes, word);
      pending = undefined;
    } else if (isLiteral || !word.startsWith("-") || word === "-") {
      note(takenAt(command, place), word);
      place += 1;
    } else if (word === "--") isLiteral = true;
    else {
      const [name = word, value] = partedOption(word);
      const option = optionCalled(command, name);
      if (value === undefined) pending = option?.takes === undefined ? undefined : option;
      else note(option?.takes, value);
    }
  }
  const line = defined({ manifest });
  if (pending?.takes !== undefined) return { before: "", typed, takes: pending.takes, ...line };
  const [name, value] = partedOption(typed);
  if (!isLiteral && name !== undefined && value !== undefined)
    return {
      before: `${name}=`,
      typed: value,
      takes: optionCalled(command, name)?.takes ?? [],
      ...line,
    };
  if (!isLiteral && typed.startsWith("-"))
    return { before: "", typed, takes: optionWords(command) };
  return { before: "", typed, takes: takenAt(command, place) ?? [], ...line };
}

/** `--on=desk` as its name and its value; nothing for a word that has no such form. */
function partedOption(word: string): readonly [name?: string, value?: string] {
  const [, name, value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
  return name === undefined || value === undefined ? [] : [name, value];
}

function optionCalled({ options }: CommandForm, word: string): OptionForm | undefined {
  return options.find(({ name, others }) => word === `--${name}` || others.includes(word));
}

function optionWords({ options }: CommandForm): readonly CompletionCandidate[] {
  return [...options.map(({ name, about }) => ({ word: `--${name}`, about })), ...EVERYWHERE];
}

function takenAt({ words }: CommandForm, place: number): Takes | undefined {
  const last = words.at(-1);
  return words[place] ?? (last?.many === true ? last : undefined);
}

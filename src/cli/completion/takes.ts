// What may stand as a word of a command or as the value of an option.
import type { OptionSpec } from "../shell/command.ts";

/** What a word is: a name of the manifest, a file, one of some choices, or nothing that could be offered. */
export type TakenKind =
  | "apps"
  | "choices"
  | "fields"
  | "files"
  | "folders"
  | "list"
  | "lists"
  | "manifest"
  | "members"
  | "nothing"
  | "operators"
  | "paths"
  | "roles"
  | "selection"
  | "settings"
  | "tags"
  | "visors";

/** What one word may be. */
export interface Takes {
  readonly kind: TakenKind;
  /** Of `choices`; of a `list` of them with commas between; of `settings`, the fields that may be set. */
  readonly choices?: readonly string[];
  /** All words that follow are of this kind too. */
  readonly many?: true;
}

/** What words and values are called in help texts, and what they take. */
const BY_NAME: Readonly<Record<string, TakenKind>> = {
  APP: "apps",
  DIR: "folders",
  FIELD: "fields",
  FILE: "files",
  KEY_OR_NAME: "members",
  MANIFEST: "manifest",
  MANIFEST_OR_PLAN: "manifest",
  OPERATOR: "operators",
  PATH: "paths",
  ROLE: "roles",
  SELECTION: "selection",
  TAG: "tags",
  VISOR: "visors",
  WHAT: "files",
};

/** The same name means another thing at these options. */
const BY_OPTION: Readonly<Record<string, Takes>> = {
  "allow-trust-loss": { kind: "visors" },
  manifest: { kind: "manifest" },
  operator: { kind: "operators" },
  via: { kind: "choices", choices: ["dmsg", "skynet"] },
  visor: { kind: "visors" },
};

/** Those whose choices are listed in the line that explains them. */
const LISTED = new Set([
  "CHAPTER",
  "DOCUMENT",
  "FIELD=VALUE",
  "KIND",
  "KIND[=FILE]",
  "LIST",
  "SHELL",
  "VERB",
]);

/** What the value of an option may be; `undefined` for a flag. */
export function takenByOption(command: string, option: OptionSpec): Takes | undefined {
  const { name, value, about } = option;
  if (value === undefined) return undefined;
  if (command.startsWith("whitelist ") && value === "LIST") return { kind: "lists" };
  return BY_OPTION[name] ?? takenByName(value, about);
}

/** What a word of a command may be, by its form, such as `<APP...>`. */
export function takenByWord(
  command: string,
  { form, about }: { readonly form: string; readonly about: string },
): Takes {
  const name = form.replaceAll(/[<>[\]]|\.\.\./g, "");
  const isOperator =
    (command === "operator remove" || command === "ledger witness") && name === "NAME";
  const takes: Takes = name.includes("|")
    ? { kind: "choices", choices: name.split("|") }
    : isOperator
      ? { kind: "operators" }
      : command === "adopt" && name === "VISOR"
        ? { kind: "fields" }
        : takenByName(name, about);
  return form.includes("...") ? { ...takes, many: true } : takes;
}

function takenByName(name: string, about: string): Takes {
  const kind = BY_NAME[name];
  if (kind !== undefined) return { kind };
  const choices = LISTED.has(name) ? listedIn(about) : [];
  if (choices.length === 0) return { kind: "nothing" };
  if (name === "FIELD=VALUE") return { kind: "settings", choices };
  return { kind: name === "LIST" ? "list" : "choices", choices };
}

/** The choices in a line such as `only genesis, keyset, plan`: it is made of the list that the command checks by. */
function listedIn(about: string): readonly string[] {
  const lists = about
    .replaceAll(/ \([^)]*\)/g, "")
    .matchAll(/[a-z_-]+(?:, (?:or )?[a-z_-]+| or [a-z_-]+)+/g);
  return [...lists]
    .map(([list]) => list.split(/, (?:or )?| or /))
    .reduce((most, each) => (each.length > most.length ? each : most), []);
}

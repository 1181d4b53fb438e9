// What stands behind each word and option of a command, for completion.
import {
  APP_FIELD_NAMES,
  appFieldRow,
  BUILT_IN_APPS,
  portFieldsOf,
  SETTINGS,
} from "../../model/index.ts";
import type { OptionSpec } from "../shell/command.ts";

/**
 * What a word may be: names of the manifest of one kind, files, nothing that could be offered (``), or one of the
 * words after `=` (`=on off`); after `=,` several of them, with commas between.
 */
export type Takes = string;

/** What words and values are called in help texts, and what they take. */
const BY_NAME: Readonly<Record<string, Takes>> = {
  APP: "apps",
  DIR: "folders",
  FIELD: "fields",
  FILE: "files",
  KEY_OR_NAME: "members",
  MANIFEST: "files",
  MANIFEST_OR_PLAN: "files",
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
  "allow-trust-loss": "visors",
  operator: "operators",
  via: "=dmsg skynet",
  visor: "visors",
};

/** Those whose choices are listed in the line that explains them. */
const LISTED = new Set(["DOCUMENT", "FIELD=VALUE", "KIND", "KIND[=FILE]", "LIST", "SHELL", "VERB"]);

/** What the value of an option may be; `undefined` for a flag. */
export function takenByOption(command: string, option: OptionSpec): Takes | undefined {
  const { name, value, about } = option;
  if (value === undefined) return undefined;
  if (command.startsWith("whitelist ") && value === "LIST") return "lists";
  return BY_OPTION[name] ?? BY_NAME[value] ?? listedIn(value, about);
}

/** What a word of a command may be, by its form, such as `<APP...>`; with three dots when more may follow. */
export function takenByWord(
  command: string,
  { form, about }: { readonly form: string; readonly about: string },
): Takes {
  const name = form.replaceAll(/[<>[\]]|\.\.\./g, "");
  const more = form.includes("...") ? "..." : "";
  if (name.includes("|")) return `=${name.replaceAll("|", " ")}`;
  if (command === "operator remove" && name === "NAME") return `operators${more}`;
  if (command === "ledger witness" && name === "NAME") return `operators${more}`;
  if (command === "adopt" && name === "VISOR") return `fields${more}`;
  return `${BY_NAME[name] ?? listedIn(name, about)}${more}`;
}

/** The choices in a line such as `only genesis, keyset, plan`: it is made of the list that the command checks by. */
function listedIn(name: string, about: string): Takes {
  if (!LISTED.has(name)) return "";
  const lists = about
    .replaceAll(/ \([^)]*\)/g, "")
    .matchAll(/[a-z_-]+(?:, (?:or )?[a-z_-]+| or [a-z_-]+)+/g);
  const words = [...lists]
    .map(([list]) => list.split(/, (?:or )?| or /))
    .reduce((most, each) => (each.length > most.length ? each : most), [])
    .join(" ");
  if (words === "") return "";
  return name === "FIELD=VALUE"
    ? `=${words.replaceAll(/(?= |$)/g, "=")}`
    : `=${name === "LIST" ? "," : ""}${words}`;
}

/** Values of a visor that a field can name, but those of its apps. */
export const FIELD_PATHS: readonly string[] = [
  "trust.hypervisors",
  "trust.pty",
  "reward_address",
  ...SETTINGS.map(({ path }) => `settings.${path}`),
];

/** Values of one app, but those that only some programs take as an option. */
export const APP_PATHS: readonly string[] = APP_FIELD_NAMES.filter((name) => {
  const { option, type } = appFieldRow(name);
  return option === undefined || type === "keys";
});

/** Values of apps and ports that are true or false. */
export const FLAG_FIELDS: readonly string[] = [
  ...APP_FIELD_NAMES.filter((name) => appFieldRow(name).type === "flag"),
  ...portFieldsOf("flag"),
];

/** Apps that need not stand in a manifest. */
export const USUAL_APPS: readonly string[] = BUILT_IN_APPS;

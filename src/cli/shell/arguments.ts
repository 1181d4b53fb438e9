import { Command as Parser, CommanderError, Option } from "commander";
import { FleetError, parseDuration } from "../../core/index.ts";
import type { Command, OptionSpec } from "./command.ts";
import { foreignOptionHint } from "./foreign-words.ts";
import { COMMON_OPTIONS } from "./options.ts";

/** What the user gave a command: on the command line, or in FLEET_* variables. */
export interface Given {
  readonly words: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** A whole number from 0. */
  count(name: string): number | undefined;
  /** Milliseconds of a text such as `500ms`, `2s`, `1.5h`, `1d`; a number alone is seconds. */
  durationMs(name: string): number | undefined;
}

/** What became of a command line: arguments to run with, or a help text to show. */
export type Parsed =
  | { readonly kind: "given"; readonly given: Given }
  | { readonly kind: "help"; readonly text: string };

type Values = Readonly<Record<string, unknown>>;

/**
 * Parses the words after a command's name. What the command line leaves open is taken from the environment:
 * `--allow-removals` from FLEET_ALLOW_REMOVALS, and so on.
 * @throws FleetError cli/usage (exit 64)
 */
export function parseArguments(
  command: Command,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed {
  const parser = parserOf(command);
  if (wantsHelp(argv)) return { kind: "help", text: parser.helpInformation() + tailOf(command) };
  try {
    parser.parse(unaliased(command, argv), { from: "user" });
  } catch (error) {
    throw usageError(command, error);
  }
  const fromLine: Values = parser.opts();
  const values = { ...fromEnvironment(command, env), ...fromLine };
  return { kind: "given", given: givenOf(command, parser.args, values) };
}

/** The environment variable of an option. */
export function environmentName(option: string): string {
  return `FLEET_${option.toUpperCase().replaceAll("-", "_")}`;
}

function parserOf(command: Command): Parser {
  const parser = new Parser(`fleet ${command.name}`)
    .description(command.about)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption("-h, --help", "show this text")
    .showSuggestionAfterError(true);
  for (const word of command.words) parser.argument(word.form, word.about);
  for (const spec of command.options) {
    const option = new Option(flagsOf(spec), spec.about);
    if (spec.value !== undefined) option.argParser(oneAfterTheOther(spec, command));
    parser.addOption(option);
  }
  for (const spec of COMMON_OPTIONS)
    parser.addOption(new Option(flagsOf(spec), spec.about).hideHelp());
  return parser;
}

/** What an option is worth once it is given again: a list, all selections together, or an error. */
function oneAfterTheOther(spec: OptionSpec, command: Command) {
  return (
    value: string,
    earlier: string | readonly string[] | undefined,
  ): string | readonly string[] => {
    if (isOption(value, command)) {
      throw new FleetError("cli/usage", `--${spec.name} needs a value, and ${value} follows it`, {
        next: `give --${spec.name} ${spec.value ?? "VALUE"}, or --${spec.name}=${value} where that is the value`,
        exit: 64,
      });
    }
    if (spec.many === true)
      return typeof earlier === "string" ? [earlier, value] : [...(earlier ?? []), value];
    if (earlier === undefined) return value;
    // In a selection a comma binds last, so nothing needs parentheses.
    if (spec.joins === true && typeof earlier === "string") return `${earlier},${value}`;
    throw new FleetError(
      "cli/usage",
      `--${spec.name} is given twice: ${JSON.stringify(earlier)} and ${JSON.stringify(value)}`,
      { next: `give --${spec.name} once`, exit: 64 },
    );
  };
}

/** True for the whole word of an option that the command has: it was hardly meant as the value of another. */
function isOption(value: string, { options }: Command): boolean {
  return [...options, ...COMMON_OPTIONS].some(
    ({ name, aliases = [] }) => value === `--${name}` || aliases.includes(value.replace(/^--/, "")),
  );
}

function flagsOf(spec: OptionSpec): string {
  const name = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
  return spec.value === undefined ? name : `${name} <${spec.value}>`;
}

function tailOf(command: Command): string {
  const examples = command.examples.map((example) => `  $ ${example}\n`).join("");
  const common = [
    ...COMMON_OPTIONS.map((spec) => [flagsOf(spec), spec.about] as const),
    ["--no-color", "no colours, as with NO_COLOR"] as const,
  ].map(([flags, about]) => `  ${flags.padEnd(16)} ${about}\n`);
  const env =
    command.options.length === 0
      ? ""
      : `\nEvery option can also be set in the environment, such as ${environmentName(command.options[0]?.name ?? "")}.\n`;
  return `\nEvery command takes as well:\n${common.join("")}\nExamples:\n${examples}${env}`;
}

function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.includes("--help") || words.includes("-h");
}

function unaliased(command: Command, argv: readonly string[]): string[] {
  const names = new Map<string, string>(
    command.options.flatMap((spec) =>
      (spec.aliases ?? []).map((alias) => [`--${alias}`, `--${spec.name}`] as const),
    ),
  );
  const end = argv.indexOf("--");
  return argv.map((word, index) => {
    if (end >= 0 && index >= end) return word;
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    const known = names.get(name);
    return known === undefined ? word : `${known}${word.slice(name.length)}`;
  });
}

function usageError(command: Command, error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
  const [, unknown] = /^unknown option '(-[^'=]*)/.exec(message) ?? [];
  const hint = unknown === undefined ? undefined : foreignOptionHint(unknown, command);
  // What the parser guesses from the letters is no help beside what the word means.
  const said = hint === undefined ? message : message.replace(/ \(Did you mean .*\)$/, "");
  return new FleetError("cli/usage", said, {
    next: hint ?? `read \`fleet ${command.name} --help\``,
    exit: 64,
  });
}

function fromEnvironment(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
): Values {
  const values: Record<string, unknown> = {};
  for (const spec of [...command.options, ...COMMON_OPTIONS]) {
    const text = env[environmentName(spec.name)];
    if (text === undefined || text === "") continue;
    const key = camelCase(spec.name);
    if (spec.value === undefined) values[key] = isYes(spec.name, text);
    else values[key] = spec.many === true ? text.split(",") : text;
  }
  return values;
}

function isYes(name: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new FleetError("cli/usage", `${environmentName(name)} is neither true nor false`, {
    next: `set ${environmentName(name)} to true or false, or unset it`,
    exit: 64,
  });
}

function givenOf(command: Command, words: readonly string[], values: Values): Given {
  const text = (name: string): string | undefined => {
    const value = values[camelCase(name)];
    return typeof value === "string" ? value : undefined;
  };
  return {
    words,
    text,
    flag: (name) => values[camelCase(name)] === true,
    texts: (name) => {
      const value = values[camelCase(name)];
      return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
    },
    count: (name) => {
      const given = text(name);
      if (given === undefined) return undefined;
      if (/^\d{1,9}$/.test(given)) return Number(given);
      throw wrongValue(command, name, given, "a whole number from 0");
    },
    durationMs: (name) => {
      const given = text(name);
      if (given === undefined) return undefined;
      // A number alone is seconds, here only: in a file or a question about the past it could mean anything.
      const durationMs = parseDuration(/^[\d.]+$/.test(given) ? `${given}s` : given);
      if (durationMs !== undefined) return durationMs;
      throw wrongValue(command, name, given, "a time such as 500ms, 90s, 1.5h, 1d or 2w");
    },
  };
}

function wrongValue(command: Command, name: string, given: string, wanted: string): FleetError {
  return new FleetError("cli/usage", `--${name} takes ${wanted}, not ${JSON.stringify(given)}`, {
    next: `read \`fleet ${command.name} --help\``,
    exit: 64,
  });
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

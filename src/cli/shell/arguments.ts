// What a command takes, told to the library that parses command lines, and what the library made of one.
import { type Command as Parser, type CommanderError, Option } from "commander";
import { type FleetError, parseDuration, suggest } from "../../core/index.ts";
import type { Command, OptionSpec } from "./command.ts";
import { foreignOptionHint } from "./foreign-words.ts";
import { COMMON_OPTIONS } from "./options.ts";
import { usage } from "./usage.ts";

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

/**
 * Tells the library what a command takes, and how its help reads.
 * @param parser the library's command of that name
 */
export function declare(parser: Parser, command: Command): void {
  parser
    .description(command.about)
    .configureHelp({})
    .helpOption("-h, --help", "show this text")
    .addHelpText("after", tailOf(command));
  for (const word of command.words) parser.argument(word.form, word.about);
  for (const spec of [...command.options, ...COMMON_OPTIONS]) {
    const option = new Option(flagsOf(spec), spec.about).hideHelp(COMMON_OPTIONS.includes(spec));
    const aliases = (spec.aliases ?? []).map((alias) => new AliasOption(alias, spec));
    for (const each of [option, ...aliases])
      parser.addOption(spec.value === undefined ? each : each.argParser(valueAfter(spec, parser)));
  }
}

/**
 * What the library read of a command line. What the line leaves open is taken from the environment:
 * `--allow-removals` from FLEET_ALLOW_REMOVALS, and so on.
 *
 * The library can read variables too, but of this process alone, and takes each that is there for a yes:
 * FLEET_YES=false would apply.
 * @throws FleetError cli/usage (exit 64)
 */
export function givenOf(
  parser: Parser,
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
): Given {
  for (const spec of [...command.options, ...COMMON_OPTIONS]) {
    const text = env[environmentName(spec.name)];
    if (text === undefined || text === "") continue;
    const value = valueOf(spec, text);
    const key = camelCase(spec.name);
    if (parser.getOptionValueSource(key) !== "cli")
      parser.setOptionValueWithSource(key, value, "env");
  }
  return givenBy(command, parser.args, parser.opts());
}

function valueOf(spec: OptionSpec, text: string): boolean | string | readonly string[] {
  if (spec.value === undefined) return isYes(spec.name, text);
  return spec.many === true ? text.split(",") : text;
}

/** The environment variable of an option. */
export function environmentName(option: string): string {
  return `FLEET_${option.toUpperCase().replaceAll("-", "_")}`;
}

/** Another long name of an option, which gives it its value. */
class AliasOption extends Option {
  readonly #attribute: string;

  constructor(alias: string, { name, value }: OptionSpec) {
    super(value === undefined ? `--${alias}` : `--${alias} <${value}>`);
    this.#attribute = camelCase(name);
    // The library takes `--no-confirm` for the contrary of `--confirm`; here it is another name of `--yes`.
    this.negate = false;
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#attribute;
  }
}

/** What an option is worth once it is given again: a list, all selections together, or an error. */
function valueAfter(spec: OptionSpec, parser: Parser) {
  return (
    value: string,
    earlier: string | readonly string[] | undefined,
  ): string | readonly string[] => {
    if (parser.options.some(({ long }) => long === value)) {
      throw usage(
        `--${spec.name} needs a value, and ${value} follows it`,
        `give --${spec.name} ${spec.value ?? "VALUE"}, or --${spec.name}=${value} where that is the value`,
      );
    }
    if (spec.many === true)
      return typeof earlier === "string" ? [earlier, value] : [...(earlier ?? []), value];
    if (earlier === undefined) return value;
    // In a selection a comma binds last, so nothing needs parentheses.
    if (spec.joins === true && typeof earlier === "string") return `${earlier},${value}`;
    throw usage(
      `--${spec.name} is given twice: ${JSON.stringify(earlier)} and ${JSON.stringify(value)}`,
      `give --${spec.name} once`,
    );
  };
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
  return `\nEvery command takes as well:\n${common.join("")}\nExamples:\n${examples}${env}`.trimEnd();
}

/** What the library says against the words of a command, with the next thing to try. */
export function usageError(command: Command, error: CommanderError): FleetError {
  const message = error.message.replace(/^error: /, "");
  const [, unknown] = /^unknown option '(-[^'=]*)/.exec(message) ?? [];
  return usage(message, nextFor(command, unknown) ?? `read \`fleet ${command.name} --help\``);
}

/** What an option that a command has not was probably meant to be. */
function nextFor(command: Command, unknown: string | undefined): string | undefined {
  if (unknown === undefined) return undefined;
  const known = [...command.options, ...COMMON_OPTIONS].map(({ name }) => `--${name}`);
  const meant = suggest(unknown, known);
  return (
    foreignOptionHint(unknown, command) ??
    (meant === undefined ? undefined : `did you mean ${meant}?`)
  );
}

function isYes(name: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw usage(
    `${environmentName(name)} is neither true nor false`,
    `set ${environmentName(name)} to true or false, or unset it`,
  );
}

function givenBy(
  command: Command,
  words: readonly string[],
  values: Readonly<Record<string, unknown>>,
): Given {
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
  return usage(
    `--${name} takes ${wanted}, not ${JSON.stringify(given)}`,
    `read \`fleet ${command.name} --help\``,
  );
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

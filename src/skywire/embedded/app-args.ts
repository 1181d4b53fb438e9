// How the setters of a release change an app's arguments.
/**
 * Sets, replaces or (with an empty value) removes an option written as two elements, `--option value`. One that stands
 * last, without a value, is passed over. Source: updateStringArg, v1_runtime.go.
 */
export function withValueOption(
  args: readonly string[],
  option: string,
  value: string,
): readonly string[] {
  const at = args.findIndex((arg, index) => arg === option && index + 1 < args.length);
  if (at < 0) return value === "" ? args : [...args, option, value];
  const rest = args.slice(at + 2);
  return value === ""
    ? [...args.slice(0, at), ...rest]
    : [...args.slice(0, at), option, value, ...rest];
}

/** Sets an option written as one element, `-option=true`. Source: session set-app-bools. */
export function withFlagValue(
  args: readonly string[],
  option: string,
  value: boolean,
): readonly string[] {
  const element = `-${option}=${value}`;
  const at = args.findIndex(
    (arg) => arg.startsWith(`-${option}=`) || arg.startsWith(`--${option}=`),
  );
  return at < 0 ? [...args, element] : args.with(at, element);
}

/**
 * Sets an option written as one bare element, `--option`, or takes it away; with it goes every other form of it, and
 * a `true` or `false` behind it. Source: updateBoolArg, v1_runtime.go.
 */
export function withBareFlag(
  args: readonly string[],
  option: string,
  value: boolean,
): readonly string[] {
  const isFlag = (arg: string | undefined): boolean =>
    new RegExp(`^-*${option}(=|$)`).test(arg ?? "");
  const others = args.filter(
    (arg, index) => !isFlag(arg) && !(/^(true|false)$/.test(arg) && isFlag(args[index - 1])),
  );
  return value ? [...others, `--${option}`] : others;
}

/** The value of an option written as two elements. */
export function valueOption(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

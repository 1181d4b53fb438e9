/** Sets, replaces or (with an empty value) removes an option written as two elements, `--option value`. */
export function withValueOption(
  args: readonly string[],
  option: string,
  value: string,
): readonly string[] {
  const at = args.indexOf(option);
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

/** Sets an option written as one bare element, `--option`, or takes it away. Source: updateBoolArg, v1_runtime.go. */
export function withBareFlag(
  args: readonly string[],
  option: string,
  value: boolean,
): readonly string[] {
  const others = args.filter((arg) => !new RegExp(`^--?${option}(=|$)`).test(arg));
  return value ? [...others, `--${option}`] : others;
}

/** The value of an option written as two elements. */
export function valueOption(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

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

/** Sets an option written as one element, `-option=true`. */
export function withFlagOption(
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

/** The value of an option written as two elements. */
export function valueOption(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

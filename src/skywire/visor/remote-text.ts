// Text of a visor made fit to be shown: short, printable, without values that we sent.
const LENGTH_MAX = 300;
/** Shorter texts of ours occur by chance in any sentence. */
const HIDDEN_LENGTH_MIN = 4;
const HIDDEN = "(value)";
const CONTROL = /\p{Cc}+/gu;

/**
 * What a visor wrote, fit to be shown: on one line, of bounded length, and without the values that we sent it,
 * which may be secrets it gives back.
 */
export function remoteText(text: string, sent: readonly string[] = []): string {
  let safe = text;
  for (const value of sent.flatMap(formsOf).sort((left, right) => right.length - left.length)) {
    if (value.length >= HIDDEN_LENGTH_MIN) safe = safe.replaceAll(value, HIDDEN);
  }
  safe = safe.replace(CONTROL, " ").trim();
  return safe.length > LENGTH_MAX ? `${safe.slice(0, LENGTH_MAX)}…` : safe;
}

/** A value as a visor may give it back: whole, without the name before its `=`, and with its quotes escaped. */
function formsOf(value: string): readonly string[] {
  const bare = value.slice(value.indexOf("=") + 1);
  return [value, bare].flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
}

// What of an app's arguments tells which program runs and which fields it is given: all that an observation may hold.
import { BUILT_IN_APPS, OTHER_VALUE_OPTIONS, TYPED_FIELDS } from "./fields/app-fields.ts";
import { APP_WORD, isSkywireProgram, programNamed } from "./app-args.ts";

/** Stands for a word that tells nothing. */
const OTHER_WORD = "_";
const WHITELIST = /^--?whitelist$/;

/**
 * An app's arguments with every word replaced by `_` that neither names a program of Skywire's nor is an option of one.
 * Options that have a field keep their name, flags and whitelists their value too. Of these arguments the functions that
 * tell programs, exits and unreadable options say what they say of the arguments themselves.
 * @param args as they may be shown, secrets masked
 */
export function tellingArgs(args: readonly string[]): readonly string[] {
  return args.map((element, index) => {
    const before = index === 0 ? "" : (args[index - 1] ?? "");
    if (WHITELIST.test(before)) return element;
    if (index === 1 && before === APP_WORD && !element.startsWith("-")) return toldProgram(element);
    return tellingElement(element);
  });
}

/** The word behind `app` says which program runs, whether it is one that is known here or not. */
function toldProgram(element: string): string {
  const program = programNamed(element);
  return program === element ? element : `${OTHER_WORD}/${program}`;
}

function tellingElement(element: string): string {
  const [, dashes = "", option = "", given] = /^(--?)([^-=][^=]*)(?:=(.*))?$/s.exec(element) ?? [];
  const form = TYPED_FIELDS.find((each) => each.option === option);
  if (form === undefined && !OTHER_VALUE_OPTIONS.includes(option)) return tellingWords(element);
  // A flag is shown whole where its form keeps the app from starting.
  const isWhole = form?.form === "flag" || form?.field === "whitelist";
  return given === undefined || isWhole ? element : `${dashes}${option}=${tellingWords(given)}`;
}

/** Words are taken apart as {@link exitOf} does; what stands between them stays. */
function tellingWords(text: string): string {
  const told = text.replaceAll(/[\p{L}\p{N}._-]+/gu, (word) => {
    const isTelling = isSkywireProgram(word) || word.toLowerCase() === APP_WORD || word === "--";
    return isTelling ? word : `${word.startsWith("-") ? "-" : ""}${OTHER_WORD}`;
  });
  // Letters of another width may make one word of several.
  const program = programNamed(text);
  const isHidden = BUILT_IN_APPS.includes(program) && programNamed(told) !== program;
  return isHidden ? `${OTHER_WORD}/${program}` : told;
}

// Which program an app runs, and whether it serves others: the one answer that every reader, guard and writer goes by.
import { BUILT_IN_APPS, EXIT_PROGRAMS } from "./fields/app-fields.ts";

/** What is needed to tell which program an app runs. */
export interface AppProgram {
  readonly name: string;
  /** Empty where the visor runs the app by its name. */
  readonly binary: string;
  readonly args: readonly string[];
}

/** The binary that holds all built-in apps and is told by its arguments which one to be. */
const COMBINED_BINARY = "skywire";

/** The word in front of an app's name in the arguments of {@link COMBINED_BINARY}. */
export const APP_WORD = "app";

const PROGRAM_ENDINGS = /\.(exe|com|bat|cmd)$/;

/**
 * The program that a path or name means: its last part; one that visors know is told in whatever letters and with
 * whatever ending a system would start it.
 */
export function programNamed(path: string): string {
  const last = path.trim().split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .normalize("NFKC")
    .replace(/\p{Pd}/gu, "-")
    .toLowerCase()
    .replace(/[. ]+$/, "")
    .replace(PROGRAM_ENDINGS, "");
  return plain === COMBINED_BINARY || BUILT_IN_APPS.includes(plain) ? plain : last;
}

/** True for a word that names a program of Skywire's, in whatever letters and with whatever ending. */
export function isSkywireProgram(word: string): boolean {
  const program = programNamed(word);
  return program === COMBINED_BINARY || BUILT_IN_APPS.includes(program);
}

/**
 * The program an app runs: its binary; where that is the combined one or none, what the words `app NAME` in front of
 * its arguments say, else its own name.
 */
export function programOf({ name, binary, args }: AppProgram): string {
  const own = programNamed(binary);
  if (own !== "" && own !== COMBINED_BINARY) return own;
  const [first, second] = args;
  const isTold = first === APP_WORD && second !== undefined && !second.startsWith("-");
  return programNamed(isTold ? second : name);
}

/** True for a binary that must be told by its arguments which app to be. */
export function isCombined(binary: string): boolean {
  return programNamed(binary) === COMBINED_BINARY;
}

/** An app that serves others while its whitelist is empty. */
export interface Exit {
  readonly program: string;
  /** False where another program starts it: keys in a whitelist field of the app would not reach it. */
  readonly takesWhitelist: boolean;
}

/**
 * The exit that an app is or may start, or `undefined`. Of a program that nobody here knows every word of its
 * arguments counts, and a name that holds an exit's: it is better to ask once too often than to open an exit.
 */
export function exitOf(app: AppProgram): Exit | undefined {
  const program = programOf(app);
  if (EXIT_PROGRAMS.includes(program)) return { program, takesWhitelist: true };
  const started = [...copyNames(app), ...wordsToStart(app)]
    .map(programNamed)
    .find((word) => EXIT_PROGRAMS.includes(word));
  return started === undefined ? undefined : { program: started, takesWhitelist: false };
}

/** Exits that an app may be by its names: inside a visor's own process it may go by its own, and copies have longer ones. */
function copyNames({ name, binary }: AppProgram): readonly string[] {
  const own = programNamed(binary);
  if (own === "" || own === COMBINED_BINARY) return [name, ...copiesOf(name)];
  return copiesOf(own);
}

/** The exit whose name stands between marks in a longer one, such as `vpn-server-1.3`; that of a client is none. */
function copiesOf(name: string): readonly string[] {
  const marked = `-${programNamed(name).toLowerCase().replace(/[._]/g, "-")}-`;
  if (/-client-/.test(marked)) return [];
  return EXIT_PROGRAMS.filter((exit) => marked.includes(`-${exit}-`));
}

/** Words that a program may take for the app to be: of one that visors know only those that it would. */
function wordsToStart(app: AppProgram): readonly string[] {
  const [first, second] = app.args;
  const own = programNamed(app.binary === "" ? app.name : app.binary);
  const told = programNamed(second ?? "");
  const isKnown = own === COMBINED_BINARY || BUILT_IN_APPS.includes(own);
  if (isKnown && first === APP_WORD && BUILT_IN_APPS.includes(told)) return [told];
  const words = wordsIn(app.args);
  if (!BUILT_IN_APPS.includes(own)) return words;
  const at = words.findIndex((word) => word.toLowerCase() === APP_WORD);
  return at < 0 ? [] : words.slice(at + 1);
}

/** Words as they stand, and as they are without the marks that a shell takes out. */
function wordsIn(args: readonly string[]): readonly string[] {
  return args.flatMap((element) =>
    [element, element.replace(/["'`\\]/g, "")].flatMap((text) =>
      text.split(/[^\p{L}\p{N}\p{Pd}._]+/u),
    ),
  );
}

// An app of a visor: which program it runs, and its argument list taken apart and put together as the app itself reads it.
import { remembering } from "../core/index.ts";
import {
  type AppTypedField,
  BUILT_IN_APPS,
  EXIT_PROGRAMS,
  OTHER_VALUE_OPTIONS,
  TYPED_FIELDS,
  type TypedFieldForm,
} from "./fields/app-fields.ts";

// Which program an app runs, and whether it serves others: the one answer that every reader, guard and writer goes by.

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
 * whatever ending a system would start it. The visors of a fleet run the same few, and each is asked for many times.
 */
export const programNamed: (path: string) => string = remembering(1_000, (path) => {
  const last = path.trim().split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .normalize("NFKC")
    .replace(/\p{Pd}/gu, "-")
    .toLowerCase()
    .replace(/[. ]+$/, "")
    .replace(PROGRAM_ENDINGS, "");
  return plain === COMBINED_BINARY || BUILT_IN_APPS.includes(plain) ? plain : last;
});

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
function isCombined(binary: string): boolean {
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

// An app's argument list taken apart and put together, the way the app itself reads it.

/** One option, or one element that is none. */
interface Piece {
  readonly elements: readonly string[];
  /** The typed field that it stands for. */
  readonly field?: AppTypedField;
  /** Its value, for a typed field. */
  readonly text?: string;
  /** Set when the app ends as it reads it: what may be shown of the element. */
  readonly broken?: string;
}

/** An argument list taken apart: what the launcher needs, what typed fields own, and the rest. */
export interface AppArgs {
  /** `app NAME` of the app's own name, or nothing; never touched. */
  readonly leading: readonly string[];
  /** Values of typed fields as text, as the app reads them; a flag is `true` or `false`. */
  readonly typed: ReadonlyMap<AppTypedField, string>;
  /** Typed fields whose element keeps the app from starting, and what may be shown of it. */
  readonly broken: ReadonlyMap<AppTypedField, string>;
  /** Everything else in its order: the field `apps.NAME.args`. */
  readonly rest: readonly string[];
}

/** What is written into an argument list; what is not named stays as it is found. */
export interface ArgsEdit {
  /** The field `apps.NAME.args`; one that begins with `app` replaces the launcher's words too. */
  readonly rest?: readonly string[];
  /** Typed fields that are set; empty takes the option away. */
  readonly typed: ReadonlyMap<AppTypedField, string>;
}

/** What Go's strconv.ParseBool takes for yes and for no. */
const YES: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const NO: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];

/** How a program's typed field is written, or `undefined` when it has no such field. */
export function typedForm(program: string, field: AppTypedField): TypedFieldForm | undefined {
  return formsOf(program).find((form) => form.field === field);
}

const formsOf: (program: string) => readonly TypedFieldForm[] = remembering(1_000, (program) =>
  TYPED_FIELDS.filter(({ programs }) => programs.includes(program)),
);

/**
 * Takes an app's arguments apart as the app does: options have two dashes, their value behind `=` or as the next
 * element, `--` ends them, and of an option given twice the last one counts.
 */
export function splitArgs(app: AppProgram): AppArgs {
  const { leading, pieces } = piecesOf(app);
  const typed = new Map<AppTypedField, string>();
  const broken = new Map<AppTypedField, string>();
  for (const piece of pieces) {
    if (piece.field === undefined) continue;
    if (piece.broken !== undefined) broken.set(piece.field, piece.broken);
    else typed.set(piece.field, piece.text ?? "");
  }
  for (const field of broken.keys()) typed.delete(field);
  return { leading, typed, broken, rest: restOf(pieces) };
}

/** Elements at which the app ends as it reads its arguments, as far as they may be shown; for built-in apps. */
export function unreadableElements(app: AppProgram): readonly string[] {
  if (!BUILT_IN_APPS.includes(programOf(app))) return [];
  return piecesOf(app).pieces.flatMap(({ broken }) => broken ?? []);
}

/**
 * An app's arguments after an edit. Options that are set stand in front, where no element before them can swallow
 * them, flags as `--option=true`, which every release reads; what is not set keeps its elements as found.
 */
export function editArgs(app: AppProgram, edit: ArgsEdit): readonly string[] {
  const { leading, pieces } = piecesOf(app);
  // Arguments may name another program; it does not know the options of the one before.
  const program = programOf({ ...app, args: edit.rest?.[0] === APP_WORD ? edit.rest : app.args });
  const kept = pieces.filter(
    ({ field }) =>
      field === undefined || (!edit.typed.has(field) && typedForm(program, field) !== undefined),
  );
  const set = formsOf(program).flatMap((form) =>
    elementsOf(form, edit.typed.get(form.field) ?? ""),
  );
  if (edit.rest === undefined) return joined(leading, set, kept.flatMap(elementsIn));
  const typed = kept.filter(({ field }) => field !== undefined).flatMap(elementsIn);
  const isWhole = edit.rest[0] === APP_WORD;
  return joined(isWhole ? [] : leadingFor(app, leading), [...set, ...typed], edit.rest);
}

/** Options go behind the words that say which program it is. */
function joined(
  leading: readonly string[],
  options: readonly string[],
  rest: readonly string[],
): readonly string[] {
  const isTold = leading.length === 0 && rest[0] === APP_WORD && rest[1]?.startsWith("-") === false;
  const words = isTold ? rest.slice(0, 2) : [];
  return [...leading, ...words, ...options, ...rest.slice(words.length)];
}

/** The combined binary must be told which app to be; a visor that runs apps by name needs no words. */
function leadingFor(app: AppProgram, found: readonly string[]): readonly string[] {
  if (found.length > 0) return found;
  return isCombined(app.binary) && BUILT_IN_APPS.includes(app.name) ? [APP_WORD, app.name] : [];
}

function elementsOf(form: TypedFieldForm, value: string): readonly string[] {
  if (value === "") return [];
  return form.form === "flag" ? [`--${form.option}=${value}`] : [`--${form.option}`, value];
}

function elementsIn({ elements }: Piece): readonly string[] {
  return elements;
}

function restOf(pieces: readonly Piece[]): readonly string[] {
  return pieces.filter(({ field }) => field === undefined).flatMap(elementsIn);
}

function piecesOf(app: AppProgram): {
  readonly leading: readonly string[];
  readonly pieces: readonly Piece[];
} {
  const { name, args } = app;
  const hasOwnWords = args[0] === APP_WORD && args[1] === name;
  const leading = hasOwnWords ? args.slice(0, 2) : [];
  const program = programOf(app);
  const pieces: Piece[] = [];
  for (let index = leading.length; index < args.length;) {
    if (args[index] === "--") {
      pieces.push({ elements: args.slice(index) });
      break;
    }
    const piece = pieceAt(args, index, program);
    pieces.push(piece);
    index += piece.elements.length;
  }
  return { leading, pieces };
}

/** The option that begins at an index, with its value, or the one element there. */
function pieceAt(args: readonly string[], index: number, program: string): Piece {
  const element = args[index] ?? "";
  const [, dashes = "", option = "", given] = /^(--?)([^-=][^=]*)(?:=(.*))?$/s.exec(element) ?? [];
  const form = formsOf(program).find((one) => one.option === option);
  const takesValue = form?.form === "value" || OTHER_VALUE_OPTIONS.includes(option);
  if (form === undefined && !takesValue) return { elements: [element] };
  const next = given === undefined && takesValue ? args.slice(index + 1, index + 2) : [];
  const field = form === undefined ? {} : { field: form.field };
  const name = `${dashes}${option}`;
  if (dashes === "-") {
    // Its value, where it stands as an element of its own, goes with it.
    const value = next[0]?.startsWith("-") === true ? [] : next;
    const shown = form?.form === "flag" ? element : name;
    return { elements: [element, ...value], ...field, broken: shown };
  }
  const elements = [element, ...next];
  if (takesValue) {
    const isMissing = given === undefined && next.length === 0;
    return {
      elements,
      ...field,
      text: given ?? next[0] ?? "",
      ...(isMissing ? { broken: name } : {}),
    };
  }
  const isYes = given === undefined || YES.includes(given);
  if (isYes || NO.includes(given)) return { elements, ...field, text: String(isYes) };
  return { elements, ...field, broken: name };
}

/** The arguments that a manifest names without the launcher's own words, `app NAME`, which it keeps by itself. */
export function withoutOwnWords<T>(name: string, args: readonly T[]): readonly T[] {
  return args[0] === APP_WORD && args[1] === name ? args.slice(2) : args;
}

// What may stand in place of one word: names of the manifest and choices, whole, as they would be typed.
import type { NamesInText } from "../../manifest/index.ts";
import {
  APP_FIELD_NAMES,
  appFieldRow,
  BUILT_IN_APPS,
  OWN_FIELDS,
  OWN_LISTS,
  portFieldsOf,
  SETTINGS,
} from "../../model/index.ts";
import type { CompletionCandidate } from "./asked.ts";
import type { TakenKind, Takes } from "./takes.ts";

/** Values of a visor that a field can name, but those of its apps and ports. */
const VISOR_PATHS: readonly CompletionCandidate[] = [
  ...Object.entries(OWN_FIELDS).map(([word, { about }]) => ({ word, about: firstSentence(about) })),
  ...SETTINGS.map(({ path, about }) => ({ word: `settings.${path}`, about })),
];
/** Lists of a visor that keys are put into, beside those of its apps. */
const LISTS = OWN_LISTS.map((path) => path.replace(/^trust\./, ""));
/** Fields of apps and ports that are true or false. */
const FLAGS: ReadonlySet<string> = new Set([
  ...APP_FIELD_NAMES.filter((name) => appFieldRow(name).type === "flag"),
  ...portFieldsOf("flag"),
]);

/** True for kinds whose names stand in the manifest. */
export function needsManifest(kind: TakenKind): boolean {
  return !["choices", "files", "folders", "list", "manifest", "nothing", "settings"].includes(kind);
}

/** What begins with what is typed, each once. */
export function candidatesFor(
  takes: Takes,
  typed: string,
  names: NamesInText,
): readonly CompletionCandidate[] {
  const found = new Map<string, CompletionCandidate>();
  for (const candidate of ofKind(takes, typed, names)) {
    if (candidate.word.startsWith(typed) && !found.has(candidate.word))
      found.set(candidate.word, candidate);
  }
  return [...found.values()];
}

function ofKind(
  { kind, choices = [] }: Takes,
  typed: string,
  names: NamesInText,
): readonly CompletionCandidate[] {
  switch (kind) {
    case "visors":
      return called(names.visors, "visor");
    case "roles":
      return called(names.roles, "role");
    case "tags":
      return called(names.tags, "tag");
    case "operators":
      return called(names.operators, "operator");
    case "apps":
      return called([...names.apps, ...BUILT_IN_APPS], "app");
    case "members":
      return [
        ...called(names.visors, "visor"),
        ...called(names.keys, "key"),
        ...called(names.whitelists, "whitelist"),
      ];
    case "lists":
      return [...called(LISTS, "list"), ...called(names.apps, "app")];
    case "selection":
      return afterBegun(typed, /^.*[,&!( ]/, (rest) => selectable(rest, names));
    case "fields":
      return fields(typed, names);
    case "paths":
      return paths(typed, names);
    case "choices":
      return choices.map((word) => ({ word }));
    case "list":
      return afterBegun(typed, /^.*,/, () => choices.map((word) => ({ word })));
    case "settings":
      return settings(typed, choices);
    case "files":
    case "folders":
    case "manifest":
    case "nothing":
      return [];
  }
}

function called(words: readonly string[], about: string): readonly CompletionCandidate[] {
  return words.map((word) => ({ word, about }));
}

/** Candidates for the last part of a word, with what stands before it. */
function afterBegun(
  typed: string,
  begun: RegExp,
  offer: (rest: string) => readonly CompletionCandidate[],
): readonly CompletionCandidate[] {
  const [base = ""] = begun.exec(typed) ?? [];
  return offer(typed.slice(base.length)).map((one) => ({ ...one, word: `${base}${one.word}` }));
}

/** One name of a selection: a visor, `all`, a tag or a role. */
function selectable(rest: string, names: NamesInText): readonly CompletionCandidate[] {
  if (rest.startsWith("tag:"))
    return called(
      names.tags.map((tag) => `tag:${tag}`),
      "tag",
    );
  if (rest.startsWith("role:"))
    return called(
      names.roles.map((role) => `role:${role}`),
      "role",
    );
  return [
    { word: "all", about: "every visor" },
    ...called(names.visors, "visor"),
    ...(names.tags.length > 0 ? [{ word: "tag:", about: "visors with a tag" }] : []),
    ...(names.roles.length > 0 ? [{ word: "role:", about: "visors with a role" }] : []),
  ];
}

/** `VISOR/PATH`: first who, then what of it. */
function fields(typed: string, names: NamesInText): readonly CompletionCandidate[] {
  const slash = typed.indexOf("/");
  if (slash >= 0) return afterBegun(typed, /^[^/]*\//, () => pathsOfVisor(names));
  return afterBegun(typed, /^.*[,&!( ]/, (rest) =>
    selectable(rest, names).map((one) =>
      one.word.endsWith(":") ? one : { ...one, word: `${one.word}/` },
    ),
  );
}

/** A path alone, or below the visor that it names: `visors.desk.trust.pty`. */
function paths(typed: string, names: NamesInText): readonly CompletionCandidate[] {
  const whole = pathsOfVisor(names);
  const [base] = /^visors\.[^.]+\./.exec(typed) ?? [];
  if (base !== undefined) return whole.map((one) => ({ ...one, word: `${base}${one.word}` }));
  return [
    ...whole,
    ...called(
      names.visors.map((name) => `visors.${name}`),
      "visor",
    ),
  ];
}

function pathsOfVisor({ apps }: NamesInText): readonly CompletionCandidate[] {
  const ofApps = apps.flatMap((app) =>
    APP_FIELD_NAMES.map((field) => ({
      word: `apps.${app}.${field}`,
      about: firstSentence(appFieldRow(field).about),
    })),
  );
  return [...VISOR_PATHS, ...ofApps];
}

/** `FIELD=VALUE`: first the field, then its value where it can only be true or false. */
function settings(typed: string, choices: readonly string[]): readonly CompletionCandidate[] {
  const [, field] = /^([^=]*)=/.exec(typed) ?? [];
  if (field === undefined) return choices.map((word) => ({ word: `${word}=` }));
  return FLAGS.has(field) ? [{ word: `${field}=true` }, { word: `${field}=false` }] : [];
}

function firstSentence(text: string): string {
  return text.replace(/\. .*/, "").replace(/\.$/, "");
}

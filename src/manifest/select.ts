// Which visors a selection such as `tag:shop & !shop-2` chooses, or why it chooses none.
import { suggest } from "../core/index.ts";
import { parseSelection, type Selection } from "./selection.ts";

/** What a visor is chosen by. */
export interface Selectable {
  readonly name: string;
  readonly key?: string | undefined;
  readonly tags: readonly string[];
  /** All its roles, those that its roles extend included. */
  readonly roles: readonly string[];
}

/** Why a selection chooses nothing: it is none, it names what nothing has, or nothing is left over. */
export interface ChoiceFault {
  readonly kind: "syntax" | "unknown-name" | "nothing";
  readonly message: string;
  readonly next: string;
  /** Characters from the beginning of the selection. */
  readonly offset: number;
}

/** The visors that a selection chooses, in the order given; none when it has faults, and it has some when none. */
export function chosenBy<Visor extends Selectable>(
  expression: string,
  visors: readonly Visor[],
): { readonly visors: readonly Visor[]; readonly faults: readonly ChoiceFault[] } {
  const parsed = parseSelection(expression);
  if ("fault" in parsed) return { visors: [], faults: [{ kind: "syntax", ...parsed.fault }] };
  const unknown: UnknownName[] = [];
  const matches = matcher(parsed.selection, new Known(visors), unknown);
  if (unknown.length > 0) {
    const faults = unknown.map((each) => ({ kind: "unknown-name" as const, ...each, offset: 0 }));
    return { visors: [], faults };
  }
  const chosen = visors.filter(matches);
  return { visors: chosen, faults: chosen.length > 0 ? [] : [NOTHING_LEFT] };
}

const NOTHING_LEFT: ChoiceFault = {
  kind: "nothing",
  message: "this selection matches no visor of the manifest",
  next: "take a part of it away to see which part leaves nothing over",
  offset: 0,
};

/** A name in a selection that nothing has. */
interface UnknownName {
  readonly message: string;
  readonly next: string;
}

class Known {
  readonly names = new Set<string>();
  readonly keys = new Set<string>();
  readonly tags = new Set<string>();
  readonly roles = new Set<string>();

  constructor(visors: readonly Selectable[]) {
    for (const visor of visors) {
      this.names.add(visor.name);
      if (visor.key !== undefined) this.keys.add(visor.key);
      for (const tag of visor.tags) this.tags.add(tag);
      for (const role of visor.roles) this.roles.add(role);
    }
  }
}

type Matches = (visor: Selectable) => boolean;

function matcher(selection: Selection, known: Known, unknown: UnknownName[]): Matches {
  switch (selection.kind) {
    case "all":
      return () => true;
    case "name": {
      const { name } = selection;
      const key = name.toLowerCase();
      if (known.keys.has(key)) return (visor) => visor.key === key;
      if (!known.names.has(name)) {
        unknown.push(unknownName("visor", name, known.names, known));
      }
      return (visor) => visor.name === name;
    }
    case "pattern": {
      const { pattern } = selection;
      return (visor) => matchesPattern(pattern, visor.name);
    }
    case "tag": {
      const { name } = selection;
      if (!known.tags.has(name)) unknown.push(unknownName("tag", name, known.tags, known));
      return (visor) => visor.tags.includes(name);
    }
    case "role": {
      const { name } = selection;
      if (!known.roles.has(name)) unknown.push(unknownName("role", name, known.roles, known));
      return (visor) => visor.roles.includes(name);
    }
    case "not": {
      const inner = matcher(selection.of, known, unknown);
      return (visor) => !inner(visor);
    }
    case "and": {
      const parts = selection.of.map((part) => matcher(part, known, unknown));
      return (visor) => parts.every((part) => part(visor));
    }
    case "or": {
      const parts = selection.of.map((part) => matcher(part, known, unknown));
      return (visor) => parts.some((part) => part(visor));
    }
  }
}

/**
 * Matches a name against text with `*`. Walks both once and goes back only to the last star, so that
 * a pattern of many stars is not slow (as a regular expression it would be).
 */
function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < name.length) {
    if (pattern[at] === "*") {
      star = at;
      resume = index;
      at += 1;
    } else if (pattern[at] === name[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      at = star + 1;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

function unknownName(
  kind: "visor" | "tag" | "role",
  name: string,
  candidates: ReadonlySet<string>,
  known: Known,
): UnknownName {
  const message = `no visor ${kind === "visor" ? "is named" : `has the ${kind}`} ${JSON.stringify(name)}`;
  const meant = suggest(name, candidates);
  if (meant !== undefined) return { message, next: `did you mean ${JSON.stringify(meant)}?` };
  if (kind === "visor" && known.tags.has(name))
    return { message, next: `did you mean tag:${name}?` };
  if (kind === "visor" && known.roles.has(name))
    return { message, next: `did you mean role:${name}?` };
  if (kind === "tag" && known.roles.has(name))
    return { message, next: `did you mean role:${name}?` };
  if (kind === "role" && known.tags.has(name))
    return { message, next: `did you mean tag:${name}?` };
  return {
    message,
    next: candidates.size === 0 ? `no visor has a ${kind}` : listed(kind, candidates),
  };
}

const LISTED_MAX = 12;

function listed(kind: string, names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, LISTED_MAX).join(", ");
  return `there are the ${kind}s ${shown}${names.size > LISTED_MAX ? ", …" : ""}`;
}

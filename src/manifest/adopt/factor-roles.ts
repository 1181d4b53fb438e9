// Sharing the values of visors out between roles and the visors themselves.
import { counted, type VisorKey } from "../../core/index.ts";
import { freeName } from "../first-manifest.ts";
import type { AdoptedRole } from "./adoption.ts";
import type { Fact, VisorFacts } from "./facts.ts";
import { findRoles, type FoundRole, type Line, savedBy } from "./find-roles.ts";
import { nameOfRole } from "./name-roles.ts";
import type { Spelling } from "./spelling.ts";
import { flowText, writtenBody, writtenFact } from "./written.ts";

/** What factoring needs beside the facts. */
export interface FactorContext {
  readonly spelling: Spelling;
  readonly taken: Set<string>;
  readonly nameOf: (key: VisorKey) => string;
}

/** Facts shared out between roles and visors. */
export interface FactoredVisors {
  readonly roles: readonly AdoptedRole[];
  /** In the order of the input. */
  readonly visors: readonly FactoredVisor[];
  /** Every word that stands in a list somewhere, names of lists among them. */
  readonly spelled: ReadonlySet<string>;
}

interface FactoredVisor {
  readonly roles: readonly string[];
  /** What stays at the visor. */
  readonly facts: readonly Fact[];
  readonly notes: readonly string[];
}

/** Indentation, colon and line end of a value. */
const LINE_EXTRA = 6;
const NAMED_VISORS = 3;

/** Writes what visors share once, in roles. */
export function factorRoles(visors: readonly VisorFacts[], context: FactorContext): FactoredVisors {
  const table = new LineTable(context.spelling);
  const own = visors.map(({ facts }) => facts.map((fact) => table.add(fact)));
  const found = findRoles(table.lines, own).toSorted(
    (a, b) => b.visors.length - a.visors.length || b.lines.length - a.lines.length,
  );
  const names = found.map((role, index) => {
    const wanted = nameOfRole(table.factsOf(role.lines), {
      isWidest: index === 0,
      isMost: role.visors.length * 2 > visors.length,
    });
    return freeName(wanted, context.taken);
  });
  const rolesAt = visors.map((_, visor) =>
    found.flatMap((role, index) => (role.visors.includes(visor) ? [index] : [])),
  );
  const leftover = own.map((lines, visor) => leftOf(lines, rolesAt[visor] ?? [], found, table));
  return {
    roles: found.map((role, index) => ({
      name: names[index] ?? "",
      visors: role.visors.map((visor) => nameAt(visors, visor, context)),
      values: role.lines.length,
      body: writtenBody(table.factsOf(role.lines), context.spelling),
      about: aboutRole(role, names[index] ?? "", { visors, table, own, context }),
    })),
    visors: visors.map((_, visor) => {
      const at = rolesAt[visor] ?? [];
      const facts = table.factsOf(leftover[visor] ?? []);
      return {
        roles: at.map((index) => names[index] ?? ""),
        facts,
        notes: exceptionNotes(facts, at, names, found, table),
      };
    }),
    spelled: table.spelledBy([...found.flatMap(({ lines }) => lines), ...leftover.flat()]),
  };
}

/** Every distinct fact once, as a line with a size. */
class LineTable {
  readonly lines: Line[] = [];
  readonly #spelling: Spelling;
  readonly #facts: Fact[] = [];
  readonly #known = new Map<string, number>();
  readonly #subjects = new Map<string, number>();

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  add(fact: Fact): number {
    const text = `${fact.path}: ${flowText(writtenFact(fact, this.#spelling))}`;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const subject = this.#subjects.get(fact.path) ?? this.#subjects.size;
    this.#subjects.set(fact.path, subject);
    const line = this.lines.length;
    // Records of ports and lists that are only added to are joined with the role's, so they cannot win over it.
    const yields = fact.kind !== "port" && !(fact.kind === "keys" && fact.form === "add");
    this.lines.push({ subject, size: text.length + LINE_EXTRA, yields });
    this.#facts.push(fact);
    this.#known.set(text, line);
    return line;
  }

  factsOf(lines: readonly number[]): readonly Fact[] {
    return lines.flatMap((line) => this.#facts[line] ?? []);
  }

  subjectOf(line: number): number | undefined {
    return this.lines[line]?.subject;
  }

  spelledBy(lines: readonly number[]): ReadonlySet<string> {
    const words = new Set<string>();
    for (const fact of this.factsOf(lines)) {
      const keys =
        fact.kind === "keys"
          ? fact.keys
          : fact.kind === "port" && fact.whitelist !== "anyone"
            ? fact.whitelist
            : [];
      for (const word of this.#spelling.list(keys)) words.add(word);
    }
    return words;
  }
}

/** The lines that a visor's roles do not give, or of which they give others. */
function leftOf(
  own: readonly number[],
  roles: readonly number[],
  found: readonly FoundRole[],
  table: LineTable,
): readonly number[] {
  const given = roles.flatMap((index) => found[index]?.lines ?? []);
  return own.filter((line) => {
    const same = given.filter((other) => table.subjectOf(other) === table.subjectOf(line));
    return same.length === 0 || same.some((other) => other !== line);
  });
}

function exceptionNotes(
  facts: readonly Fact[],
  roles: readonly number[],
  names: readonly string[],
  found: readonly FoundRole[],
  table: LineTable,
): readonly string[] {
  const written = new Set(facts.map(({ path }) => path));
  return roles.flatMap((index) => {
    const differing = table
      .factsOf(found[index]?.lines ?? [])
      .map(({ path }) => path)
      .filter((path) => written.has(path));
    return differing.length === 0
      ? []
      : [`differs from role ${names[index] ?? ""} in ${differing.join(", ")}`];
  });
}

function nameAt(visors: readonly VisorFacts[], visor: number, { nameOf }: FactorContext): string {
  const key = visors[visor]?.key;
  return key === undefined ? "" : nameOf(key);
}

/** Why a role is there, in one line. */
function aboutRole(
  role: FoundRole,
  name: string,
  facts: {
    readonly visors: readonly VisorFacts[];
    readonly table: LineTable;
    readonly own: readonly (readonly number[])[];
    readonly context: FactorContext;
  },
): string {
  const { visors, table, own, context } = facts;
  const differing = role.visors.map(
    (visor) => role.lines.filter((line) => own[visor]?.includes(line) !== true).length,
  );
  const exact = differing.filter((count) => count === 0).length;
  const values = role.lines.length === 1 ? "this value" : `these ${role.lines.length} values`;
  const most = Math.max(...differing);
  const others = most === 0 ? "" : `, ${differing.length - exact} more all but ${most} of them`;
  const named = nameVisors(visors, role, context);
  const saved = savedBy(table.lines, role, own);
  return `role ${name}: ${exact} of ${counted(visors.length, "visor")} share ${values}${others}${named}; saves ${saved} letters`;
}

/** Names the few: those that have the role, or those that do not. */
function nameVisors(
  visors: readonly VisorFacts[],
  role: FoundRole,
  context: FactorContext,
): string {
  const list = (indexes: readonly number[]): string =>
    indexes.map((visor) => nameAt(visors, visor, context)).join(", ");
  if (role.visors.length === visors.length) return "";
  if (role.visors.length <= NAMED_VISORS) return ` (${list(role.visors)})`;
  const without = visors.map((_, index) => index).filter((index) => !role.visors.includes(index));
  return without.length <= NAMED_VISORS ? ` (not ${list(without)})` : "";
}

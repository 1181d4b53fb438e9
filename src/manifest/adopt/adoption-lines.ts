// The lines that an adoption writes: sections, their order, and the comments in them.
import { commentLines, commentText, yamlList } from "../yaml-text.ts";
import type { AdoptedKey, AdoptedList, AdoptedRole, AdoptedVisor, Adoption } from "./adoption.ts";
import { blockLines, flowText, type WrittenText, type WrittenMap } from "./written.ts";

/** The sections that an adoption adds to, in the order of a manifest. */
export type AdoptionSection = "keys" | "whitelists" | "roles" | "visors";

/** A visor's name, key and roles still fit on a line of this size. */
const VISOR_WIDTH = 130;

/** Stands above the keys of a new manifest, and goes with them. */
export const KEYS_COMMENT =
  "# Keys that stand in lists and that no visor here has. Give them better names.";

/** One entry of a section, ready to stand in a block or inside braces. */
export interface SectionEntry {
  readonly name: string;
  /** Comments that stand above it. */
  readonly above: readonly string[];
  /** Lines in a block, the entry's key at `indent`. */
  readonly block: (indent: string) => readonly string[];
  /** The value on one line, for sections written in braces. */
  readonly flow: string;
}

/** What an adoption adds to each section. */
export function adoptionEntries(
  adoption: Adoption,
): Readonly<Record<AdoptionSection, readonly SectionEntry[]>> {
  return {
    keys: adoption.keys.map(keyEntry),
    whitelists: adoption.whitelists.map(listEntry),
    roles: adoption.roles.map(roleEntry),
    visors: adoption.visors.map(visorEntry),
  };
}

/** An entry as lines, comments first. */
export function entryLines(entry: SectionEntry, indent: string): readonly string[] {
  return [...entry.above.flatMap((text) => commentLines(text, indent)), ...entry.block(indent)];
}

function keyEntry({ name, key, about }: AdoptedKey): SectionEntry {
  return {
    name,
    above: [],
    block: (indent) => [`${indent}${name}: ${key}  # ${commentText(about)}`],
    flow: key,
  };
}

function listEntry({ name, members, about }: AdoptedList): SectionEntry {
  return {
    name,
    above: [about],
    block: (indent) => blockLines(new Map([[name, members]]), indent),
    flow: yamlList(members),
  };
}

function roleEntry({ name, body, about }: AdoptedRole): SectionEntry {
  return {
    name,
    above: [about],
    block: (indent) => [`${indent}${name}:`, ...blockLines(body, `${indent}  `)],
    flow: flowText(body),
  };
}

function visorEntry(visor: AdoptedVisor): SectionEntry {
  const { name, key, roles, body, notes, about } = visor;
  const whole: WrittenMap = new Map<string, WrittenText>([
    ["key", key],
    ...(roles.length === 0 ? [] : [["roles", roles] as const]),
    ...body,
  ]);
  const flow = flowText(whole).replace(`"${key}"`, key);
  return {
    name,
    above: [],
    block: (indent) => {
      const line = `${indent}${name}: ${flow}`;
      const short = body.size === 0 && notes.length === 0 && line.length <= VISOR_WIDTH;
      if (short) return [`${line}  # ${commentText(about)}`];
      return [
        `${indent}${name}:  # ${commentText(about)}`,
        `${indent}  key: "${key}"`,
        ...(roles.length === 0 ? [] : [`${indent}  roles: ${yamlList(roles)}`]),
        ...blockLines(body, `${indent}  `),
        ...notes.flatMap((note) => commentLines(note, `${indent}  `)),
      ];
    },
    flow,
  };
}

/** What is added to a visor that is there already, in a block. */
export function bodyLines(visor: AdoptedVisor, indent: string): readonly string[] {
  const [where = "", ...notes] = remarkLines(visor, indent);
  return [
    where,
    ...(visor.roles.length === 0 ? [] : [`${indent}roles: ${yamlList(visor.roles)}`]),
    ...blockLines(visor.body, indent),
    ...notes,
  ];
}

/** Where the values of a visor come from, and what was left out, as comments. */
export function remarkLines(visor: AdoptedVisor, indent: string): readonly string[] {
  return [
    `${indent}# adopted: ${commentText(visor.about)}`,
    ...visor.notes.flatMap((note) => commentLines(note, indent)),
  ];
}

/** The same inside braces: entries without the braces; empty when there is nothing to add. */
export function bodyFlow(visor: AdoptedVisor): string {
  const roles = visor.roles.length === 0 ? [] : [["roles", visor.roles] as const];
  const entries = new Map<string, WrittenText>([...roles, ...visor.body]);
  return entries.size === 0 ? "" : flowText(entries).slice(2, -2);
}

/** Takes out what is to be said of every one of several visors, so that it is said once. */
export function commonNotes(visors: readonly AdoptedVisor[]): {
  readonly common: readonly string[];
  readonly visors: readonly AdoptedVisor[];
} {
  const [first, ...others] = visors;
  if (first === undefined || others.length === 0) return { common: [], visors };
  const common = first.notes.filter((note) => others.every(({ notes }) => notes.includes(note)));
  return {
    common,
    visors: visors.map((visor) => ({
      ...visor,
      notes: visor.notes.filter((note) => !common.includes(note)),
    })),
  };
}

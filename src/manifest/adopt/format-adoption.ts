// An adoption as a manifest of its own, for a fleet that has none.
import { counted, type VisorKey } from "../../core/index.ts";
import {
  type FirstOperator,
  freeName,
  operatorLines,
  type Unread,
  unreadLines,
} from "../first-manifest.ts";
import { API_VERSION } from "../schema.ts";
import { commentLines, commentText, yamlList } from "../yaml-text.ts";
import { adoptionEntries, commonNotes, entryLines, KEYS_COMMENT } from "./adoption-lines.ts";
import { type AdoptInput, type Adoption, factorFleet, emptyNames } from "./adoption.ts";

/** What the first manifest of a fleet that is there already is made of. */
export interface AdoptFleetInput extends AdoptInput {
  readonly fleet: string;
  /** Operators with keys on this machine; without one the lines stand there as a comment. */
  readonly operators?: readonly FirstOperator[];
  readonly controllers: readonly VisorKey[];
  /** Visors that could not be read, and why; they are named and own nothing. */
  readonly unread: readonly (Unread & { readonly name: string; readonly key: VisorKey })[];
  /** Path or address of the schema for editors. */
  readonly schemaPath?: string;
  /** What the file is, for who opens it: a sentence or more. Absent for what `adopt` says. */
  readonly about?: string;
}

/** A manifest as text, and what stands in it. */
export interface AdoptedFleet {
  readonly text: string;
  readonly adoption: Adoption;
}

/**
 * Writes the manifest that a fleet follows as it is: the plan of it on the same fleet is empty. What cannot
 * be known exactly and what may be secret is left out and said in comments.
 */
export function adoptFleet(input: AdoptFleetInput): AdoptedFleet {
  const known = emptyNames();
  // Names of visors come first: what was called so stays called so.
  const keys = new Map<VisorKey, string>();
  for (const { key, name } of [
    ...input.visors.map(({ name: wanted, seen }) => ({ key: seen.key, name: wanted })),
    ...input.unread,
  ]) {
    keys.set(key, freeName(name, known.taken));
  }
  const adoption = factorFleet(input, { ...known, keys, named: new Set(keys.keys()) });
  return { text: formatAdoption(input, adoption, keys), adoption };
}

function formatAdoption(
  input: AdoptFleetInput,
  adoption: Adoption,
  names: ReadonlyMap<VisorKey, string>,
): string {
  const { common, visors } = commonNotes(adoption.visors);
  const entries = adoptionEntries({ ...adoption, visors });
  const spelled = new Map([
    ...names,
    ...adoption.keys.map(({ key, name }) => [key, name] as const),
  ]);
  const controllers = input.controllers.map((key) => spelled.get(key) ?? key);
  const section = (name: keyof typeof entries, about: string): readonly string[] =>
    entries[name].length === 0
      ? []
      : ["", about, `${name}:`, ...entries[name].flatMap((entry) => entryLines(entry, "  "))];
  return [
    `# yaml-language-server: $schema=${commentText(input.schemaPath ?? "./schemas/fleet.schema.json")}`,
    ...commentLines(input.about ?? aboutAdopted(adoption), ""),
    `apiVersion: ${API_VERSION}`,
    `fleet: ${freeName(input.fleet, new Set())}`,
    "",
    ...operatorLines(input.operators ?? []),
    "",
    "# Visors we come through. Each of them always keeps its way into every visor.",
    controllers.length === 0 ? "# controllers: [NAME]" : `controllers: ${yamlList(controllers)}`,
    ...section("keys", KEYS_COMMENT),
    ...section("whitelists", "# Lists that several visors share."),
    ...section("roles", "# What visors have in common."),
    "",
    ...common.flatMap((note) => commentLines(`On every visor: ${note}`, "")),
    adoption.visors.length + input.unread.length === 0
      ? "# visors: { NAME: { key: … } }"
      : "visors:",
    ...entries.visors.flatMap((entry) => entryLines(entry, "  ")),
    ...aboutUnread(input),
    ...input.unread.flatMap((visor) => [
      `  ${names.get(visor.key) ?? "visor"}:`,
      `    key: "${visor.key}"`,
      ...unreadLines(visor),
    ]),
    "",
  ].join("\n");
}

function aboutAdopted({ visors }: Adoption): string {
  return `Adopted from ${counted(visors.length, "visor")}. Whatever is named here is owned, as it was found; everything else is never touched.`;
}

/** Stands above the visors that could not be read: what becomes of them, and how they come in later. */
function aboutUnread({ unread, sections }: AdoptFleetInput): readonly string[] {
  if (unread.length === 0) return [];
  const line = `fleet adopt NAME --into FILE --sections ${[...sections].join(",")}`;
  const which = unread.length === 1 ? "the visor below, which" : "the visors below, which";
  return commentLines(`Nothing is owned of ${which} could not be read. Later: ${line}`, "  ");
}

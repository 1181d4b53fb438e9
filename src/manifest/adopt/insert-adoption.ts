// Putting an adoption into the text of a manifest.
import type { VisorKey } from "../../core/index.ts";
import {
  type AdoptionSection,
  adoptionEntries,
  bodyFlow,
  bodyLines,
  commonNotes,
  entryLines,
  KEYS_COMMENT,
  remarkLines,
  type SectionEntry,
} from "./adoption-lines.ts";
import type { AdoptedVisor, Adoption } from "./adoption.ts";
import {
  aboveEntry,
  behindEntry,
  type Edit,
  type KeyPlace,
  insertedLines,
  lineStart,
  type MapPlace,
  placesOf,
  spliced,
  withLineEnds,
} from "../edit/splice.ts";
import { commentLines } from "../yaml-text.ts";

/** What is there of the visors to adopt. */
export interface VisorsThere {
  /** Visors that are in the manifest and own nothing yet. */
  readonly unowned: ReadonlySet<VisorKey>;
  /** Names in `keys` whose keys become visors. */
  readonly moved: ReadonlySet<string>;
}

/** Puts an adoption into the text of a good manifest. Whatever it does not touch stays to the letter. */
export function insertAdoption(text: string, adoption: Adoption, present: VisorsThere): string {
  const top = placesOf(text);
  const { common, visors } = commonNotes(adoption.visors);
  const added: Adoption = {
    ...adoption,
    visors: visors.filter(({ key }) => !present.unowned.has(key)),
  };
  const entries = adoptionEntries(added);
  const filled = visors.filter(({ key }) => present.unowned.has(key));
  const edits = [
    ...removeMoved(text, top, present.moved),
    // New visors stand behind what is added to the last one: of two edits at one place the first comes first.
    ...filled.flatMap((visor) => fillVisor(text, top, visor)),
    ...(["keys", "whitelists", "roles", "visors"] as const).flatMap((section) =>
      addEntries(text, top, section, entries[section], present),
    ),
    ...noteCommon(text, top, common, visors),
  ];
  return spliced(text, withLineEnds(text, edits));
}

function sectionOf(top: MapPlace, name: string): KeyPlace | undefined {
  return top.entries.find((entry) => entry.name === name);
}

/** What was left out on all of them, once, above the visors. */
function noteCommon(
  text: string,
  top: MapPlace,
  common: readonly string[],
  visors: readonly AdoptedVisor[],
): readonly Edit[] {
  const section = sectionOf(top, "visors");
  const [first, last] = [visors[0], visors.at(-1)];
  if (common.length === 0 || section === undefined || first === undefined || last === undefined) {
    return [];
  }
  const who = `On all ${visors.length} visors adopted together (${first.name} to ${last.name})`;
  const lines = common.flatMap((note) => commentLines(`${who}: ${note}`, ""));
  return [insertedLines(text, lineStart(text, section.keyFrom), lines)];
}

function addEntries(
  text: string,
  top: MapPlace,
  section: AdoptionSection,
  added: readonly SectionEntry[],
  { moved }: VisorsThere,
): readonly Edit[] {
  if (added.length === 0) return [];
  const place = sectionOf(top, section);
  const emptied =
    section === "keys" && place?.value?.entries.every(({ name }) => moved.has(name)) === true;
  const last = place?.value?.entries.at(-1);
  if (place?.value === undefined || last === undefined || emptied) {
    return [newSection(text, top, section, added)];
  }
  if (place.value.isFlow) {
    const flow = added.map((entry) => `, ${entry.name}: ${entry.flow}`).join("");
    return [{ from: last.valueTo, to: last.valueTo, text: flow }];
  }
  const { indent } = place.value;
  return [
    insertedLines(
      text,
      behindEntry(text, last),
      added.flatMap((entry) => entryLines(entry, indent)),
    ),
  ];
}

/** A section that is not there yet stands above the visors. */
function newSection(
  text: string,
  top: MapPlace,
  section: AdoptionSection,
  added: readonly SectionEntry[],
): Edit {
  const lines = [`${section}:`, ...added.flatMap((entry) => entryLines(entry, "  ")), ""];
  const visors = sectionOf(top, "visors");
  const at = visors === undefined ? text.length : aboveEntry(text, visors);
  return insertedLines(text, at, lines);
}

/** Adds what was found to a visor that is there and owns nothing. */
function fillVisor(text: string, top: MapPlace, visor: AdoptedVisor): readonly Edit[] {
  const visors = sectionOf(top, "visors")?.value;
  const entry = visors?.entries.find(({ name }) => name === visor.name);
  const last = entry?.value?.entries.at(-1);
  if (visors === undefined || entry?.value === undefined || last === undefined) return [];
  if (!entry.value.isFlow) {
    const lines = bodyLines(visor, entry.value.indent);
    return [insertedLines(text, behindEntry(text, last), lines)];
  }
  const flow = bodyFlow(visor);
  const comments = visors.isFlow ? [] : remarkLines(visor, visors.indent);
  return [
    ...(comments.length === 0
      ? []
      : [insertedLines(text, lineStart(text, entry.keyFrom), comments)]),
    ...(flow === "" ? [] : [{ from: last.valueTo, to: last.valueTo, text: `, ${flow}` }]),
  ];
}

/** A key that becomes a visor leaves `keys`: a key has one name. */
function removeMoved(text: string, top: MapPlace, moved: ReadonlySet<string>): readonly Edit[] {
  const section = sectionOf(top, "keys");
  const entries = section?.value?.entries ?? [];
  const kept = entries.filter(({ name }) => !moved.has(name));
  if (section?.value === undefined || kept.length === entries.length) return [];
  if (kept.length === 0) {
    const start = lineStart(text, section.keyFrom);
    const isOurs = text.slice(0, start).endsWith(`\n${KEYS_COMMENT}\n`);
    const from = isOurs ? start - `${KEYS_COMMENT}\n`.length : start;
    return [{ from, to: behindEntry(text, section), text: "" }];
  }
  if (!section.value.isFlow) {
    return entries
      .filter(({ name }) => moved.has(name))
      .map((entry) => ({
        from: lineStart(text, entry.keyFrom),
        to: behindEntry(text, entry),
        text: "",
      }));
  }
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return [];
  const words = kept.map(({ keyFrom, valueTo }) => text.slice(keyFrom, valueTo));
  return [{ from: first.keyFrom, to: last.valueTo, text: words.join(", ") }];
}

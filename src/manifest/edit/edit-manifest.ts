// One edit of a manifest: written, resolved again, and checked to want exactly what was meant.
import {
  type Diagnostic,
  FleetError,
  fromUtf8,
  someOf,
  utf8,
  type VisorKey,
} from "../../core/index.ts";
import type { DesiredFleet, DesiredVisor } from "../../model/index.ts";
import { type ExistingManifest, readExisting } from "../existing-manifest.ts";
import { type MeaningDifference, meaningDifferences, visorDifferences } from "../field-meaning.ts";
import { loadManifest } from "../resolve-manifest.ts";
import { fieldEdits } from "./field-edits.ts";
import { isOwnedFieldEdit, type ManifestEdit } from "./manifest-edit.ts";
import { fittingRoles } from "./roles.ts";
import { spliced, withLineEnds } from "./splice.ts";
import { cannotBe, wantedFleet } from "./wanted-fleet.ts";

/** A good manifest, the visors that are meant, and what is wanted of them. */
export interface EditInput {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly visors: readonly VisorKey[];
  readonly edit: ManifestEdit;
}

/** A manifest after an edit. */
export interface EditedManifest {
  readonly text: string;
  /** What the text comes to. */
  readonly desired: DesiredFleet;
  /** Where it was edited, such as `role chat` or `visor desk`; empty when it wanted all this before. */
  readonly places: readonly string[];
  /** What else follows, because selections of the manifest go by tags and roles. */
  readonly followers: readonly MeaningDifference[];
  /** The visors that are meant, and those whose records follow. */
  readonly concerned: readonly VisorKey[];
}

/**
 * Edits the text of a manifest where it stands, so that it wants something of some visors: in a role when exactly
 * these visors have it, else at each visor. Whatever is not edited stays to the letter. What the text comes to is
 * held against what was wanted: an edit that would change anything else is refused.
 * @throws FleetError manifest/edit (exit 64 for what the manifest cannot say, 4 for what would change more)
 */
export function editManifest({ bytes, file, visors, edit }: EditInput): EditedManifest {
  const text = fromUtf8(bytes);
  const existing = readExisting(text, file);
  if ("diagnostics" in existing) throw cannotBe(existing.diagnostics);
  const meant = new Set(visors);
  const wanted = wantedFleet(existing, meant, edit);
  const editing: Editing = { existing, file, edit, meant, wanted };
  const { desired } = existing;
  if (meaningDifferences(desired, wanted).length === 0) {
    return { text, desired, places: [], followers: [], concerned: visors };
  }
  const edited = firstThatFits(text, editing);
  return { ...edited, ...followersOf(desired, edited.desired, editing) };
}

interface Editing {
  readonly existing: ExistingManifest;
  readonly file: string;
  readonly edit: ManifestEdit;
  readonly meant: ReadonlySet<VisorKey>;
  readonly wanted: DesiredFleet;
}

type Attempt = Pick<EditedManifest, "text" | "desired" | "places">;

/** Tries the roles that fit, then the visors alone. */
function firstThatFits(text: string, editing: Editing): Attempt {
  const { existing, edit, meant } = editing;
  const roles = isOwnedFieldEdit(edit) ? fittingRoles(existing, meant, edit) : [];
  for (const role of roles) {
    const attempt = attemptWith(text, editing, role);
    if (!(attempt instanceof FleetError)) return attempt;
  }
  const attempt = attemptWith(text, editing, undefined);
  if (attempt instanceof FleetError) throw attempt;
  return attempt;
}

/** Edits a role, and then the visors that do not want what is wanted yet. */
function attemptWith(
  before: string,
  editing: Editing,
  role: string | undefined,
): Attempt | FleetError {
  const { existing, file, wanted } = editing;
  const open = visorsToEdit(existing.desired, editing);
  let text = before;
  let desired: DesiredFleet | undefined = existing.desired;
  let left = open;
  if (role !== undefined) {
    text = editedAt(before, editing, "roles", [role]);
    desired = load(text, file).desired;
    left = desired === undefined ? open : visorsToEdit(desired, editing);
    if (text === before || left.length >= open.length) return notInRole(role);
  }
  if (left.length > 0) {
    text = editedAt(
      text,
      editing,
      "visors",
      left.map(({ name }) => name),
    );
    const loaded = load(text, file);
    if (loaded.desired === undefined) return refusedAfter(loaded.diagnostics);
    desired = loaded.desired;
  }
  if (desired === undefined) return notInRole(role ?? "");
  const differences = meaningDifferences(wanted, desired);
  if (differences.length > 0) return wouldDiffer(differences, editing);
  const places = [
    ...(role === undefined ? [] : [`role ${role}`]),
    ...left.map(({ name }) => `visor ${name}`),
  ];
  return { text, desired, places };
}

/** Only decides that the next place is tried; nobody sees it. */
function notInRole(role: string): FleetError {
  return new FleetError("manifest/edit", `the role ${role} cannot say this`, { exit: 64 });
}

function load(text: string, file: string): ReturnType<typeof loadManifest> {
  return loadManifest(utf8(text), file);
}

/** Visors that are meant and not as wanted; what follows from a selection of the manifest needs no edit. */
function visorsToEdit(
  now: DesiredFleet,
  { edit, meant, wanted }: Editing,
): readonly DesiredVisor[] {
  const byKey = new Map(wanted.visors.map((visor) => [visor.key, visor]));
  const fact = edit.kind === "tag" ? "tags" : edit.kind === "role" ? "roles" : undefined;
  return now.visors.filter((visor) => {
    const goal = byKey.get(visor.key);
    if (goal === undefined || !meant.has(visor.key)) return false;
    const differences = visorDifferences(visor, goal);
    return fact === undefined ? differences.length > 0 : differences.includes(fact);
  });
}

function editedAt(
  text: string,
  { existing, edit, meant }: Editing,
  section: "roles" | "visors",
  names: readonly string[],
): string {
  const edits = fieldEdits({ text, existing, edit, meant, section, names });
  return spliced(text, withLineEnds(text, edits));
}

/** What is wrong with a text only since it is no YAML of a manifest, whatever it says. */
const FORM_FAULTS: ReadonlySet<string> = new Set([
  "manifest/syntax",
  "manifest/tab",
  "manifest/key",
  "manifest/duplicate-key",
  "manifest/second-document",
  "manifest/not-a-map",
]);

/** The error of an edited text that is refused: where its form is wrong it is ours, and nobody has seen its lines. */
function refusedAfter(diagnostics: readonly Diagnostic[]): FleetError {
  const [first] = diagnostics;
  if (first === undefined || !FORM_FAULTS.has(first.code)) return cannotBe(diagnostics);
  const line = first.at === undefined ? "" : ` near line ${first.at.line}`;
  return new FleetError("manifest/edit", `this cannot be written into this layout${line} by us`, {
    next: "nothing was written; write it by hand, or first write each visor and role as `name:` with what it has below",
    exit: 4,
  });
}

const NAMED_MAX = 5;

/** The error of an edit whose text does not come to what was wanted. */
function wouldDiffer(
  differences: readonly MeaningDifference[],
  { existing, edit, meant }: Editing,
): FleetError {
  const [first] = differences;
  const visor = existing.desired.visors.find(({ name }) => name === first?.visor);
  const field = edit.kind === "member" ? visor?.leaves.get(edit.list) : undefined;
  if (
    edit.kind === "member" &&
    field?.kind === "set" &&
    visor !== undefined &&
    meant.has(visor.key)
  ) {
    const names = existing.desired.keyNames;
    const element = field.members.find(
      ({ value }) => value === edit.member || names.get(value) === edit.member,
    );
    const { place, role, via } = element?.origin ?? field.origin;
    const through = via === undefined ? "" : ` through ${via}`;
    const of = role === undefined ? "" : ` of role ${role}`;
    return new FleetError(
      "manifest/edit",
      `${edit.member} is in ${edit.list} of ${visor.name}${through}, by line ${place.line}${of}: that cannot be undone for these visors alone`,
      { next: `change line ${place.line} of ${place.file}, then run fleet plan`, exit: 4 },
    );
  }
  const places = differences.map(({ visor: name = "the fleet", path }) => `${name} ${path}`);
  return new FleetError(
    "manifest/edit",
    `no edit of these visors alone comes to exactly this; it would differ in ${someOf(places, NAMED_MAX)}`,
    { next: "edit the manifest by hand, then run fleet plan", exit: 4 },
  );
}

/** What follows beside the edit, and everybody it concerns. */
function followersOf(
  before: DesiredFleet,
  after: DesiredFleet,
  { edit, meant }: Editing,
): Pick<EditedManifest, "followers" | "concerned"> {
  const meantNames = new Set(
    before.visors.filter(({ key }) => meant.has(key)).map(({ name }) => name),
  );
  const followers = meaningDifferences(before, after).filter(({ visor, path }) => {
    if (visor === undefined || !meantNames.has(visor)) return true;
    return edit.kind === "tag" && path !== "tags";
  });
  const names = new Set([...meantNames, ...followers.flatMap(({ visor }) => visor ?? [])]);
  const concerned = before.visors.filter(({ name }) => names.has(name)).map(({ key }) => key);
  return { followers, concerned };
}

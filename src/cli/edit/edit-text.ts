// Edits made to the text of a manifest in memory, and the end of a command that only edits: show, ask, write.
import { type ExitCode, utf8, type VisorKey } from "../../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { outLine, printJson } from "../shell/print.ts";
import {
  isToBeWritten,
  type ManifestFile,
  type NewText,
  showDifference,
  withText,
  type WriteRequest,
  writeText,
} from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";
import { offerCommit } from "../git/commit.ts";

/** What edits make of a manifest. */
export interface EditedText extends NewText {
  readonly edited: EditedManifest;
  /** False where the manifest says so already. */
  readonly isEdited: boolean;
}

/** What is said of an edit beside the edit itself. */
export interface EditWords {
  /** The command line as a person would say it again, without `fleet`. */
  readonly line: readonly string[];
  /** What the visors had of it, a sentence. */
  readonly visors: string;
}

/** Makes edits one after the other, each for its visors, and shows how the text differs. */
export async function editInTurn(
  read: ManifestFile,
  edits: Iterable<{ readonly edit: ManifestEdit; readonly visors: readonly VisorKey[] }>,
  world: World,
): Promise<EditedText> {
  const { editManifest } = await import("../manifest/manifest-room.ts");
  const { name: file, text } = read;
  const { desired } = read.source;
  let edited: EditedManifest = { text, desired, places: [], followers: [], concerned: [] };
  for (const { edit, visors } of edits) {
    const next = editManifest({ bytes: utf8(edited.text), file, visors, edit });
    edited = {
      ...next,
      places: [...new Set([...edited.places, ...next.places])],
      followers: [...edited.followers, ...next.followers],
      concerned: [...new Set([...edited.concerned, ...next.concerned])],
    };
  }
  const isEdited = edited.places.length > 0;
  const changed = await withText(read, isEdited ? edited.text : text);
  showDifference(changed, world);
  return { ...changed, edited, isEdited };
}

/**
 * Ends a command that only edits: asks whether the text that was shown is to be written, writes it, says so, and
 * offers the commit. Exit code 4 when it is declined.
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/changed (exit 5), cli/commit (exit 6)
 */
export async function writeEdited(
  text: EditedText,
  { line, visors }: EditWords,
  request: WriteRequest,
  world: World,
): Promise<ExitCode> {
  const { diff, isEdited } = text;
  const { places } = text.edited;
  const { name, path } = text.read;
  const isAgreed = isEdited && (await isToBeWritten(text, request, world));
  if (isAgreed) await writeText(text, world);
  const outcome = !isEdited ? "unchanged" : isAgreed ? "written" : "declined";
  if (request.isJson) {
    printJson(world, { format: "fleet.skywire/edit/v1", file: name, outcome, places, diff });
  } else if (outcome === "unchanged") {
    outLine(world, `Nothing to edit: ${name} says so already.`);
  } else if (outcome === "declined")
    outLine(world, `Declined: nothing was written, ${name} is as it was.`);
  else outLine(world, `Wrote ${name}: ${places.join(", ")}. ${visors}`);
  if (outcome === "declined") return 4;
  if (outcome === "written") await offerCommit({ path, line, exit: 0 }, request, world);
  return 0;
}

import { type ExitCode, utf8, type VisorKey } from "../../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { textDiff } from "../shell/text-diff.ts";
import type { Given } from "../shell/arguments.ts";
import { saysYes, type Unasked } from "../shell/ask.ts";
import { manifestName } from "../manifest/manifest-source.ts";
import { outLine, printJson } from "../shell/print.ts";
import { type ManifestFile, readEditableFile, rewriteFile } from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";
import { offerCommit } from "../git/commit.ts";
import { printableLines } from "../../view/index.ts";

/** What edits make of a manifest. */
export interface EditedText {
  readonly read: ManifestFile;
  readonly edited: EditedManifest;
  /** False where the manifest says so already. */
  readonly isEdited: boolean;
  /** How the text differs, as people and git read it; empty where it does not. */
  readonly diff: string;
}

/** What is said of an edit beside the edit itself. */
export interface EditWords {
  /** The command line as a person would say it again, without `fleet`. */
  readonly line: readonly string[];
  /** What the visors had of it, a sentence. */
  readonly visors: string;
}

/**
 * Reads the manifest that a command edits; it must be good.
 * @param option names the manifest on the command line
 * @throws FleetError cli/usage for standard input, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function readEditable(
  option: "manifest" | "into",
  given: Given,
  world: World,
): Promise<ManifestFile> {
  const name = manifestName(given, world, option === "into" ? given.text("into") : undefined);
  return await readEditableFile(name, option, world);
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
  const diff = isEdited ? await textDiff(file, text, edited.text) : "";
  world.terminal.err(printableLines(diff));
  return { read, edited, isEdited, diff };
}

/**
 * Ends a command that only edits: asks whether the text that was shown is to be written, writes it, says so, and
 * offers the commit. Exit code 4 when it is declined.
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/changed (exit 5), cli/commit (exit 6)
 */
export async function writeEdited(
  { read, edited: { text, places }, isEdited, diff }: EditedText,
  { line, visors }: EditWords,
  given: Given,
  world: World,
): Promise<ExitCode> {
  const { name, path } = read;
  const isAgreed =
    isEdited &&
    (given.flag("yes") || (await saysYes(`Write ${name}?`, unaskedToWrite(name), world)));
  if (isAgreed) await rewriteFile(read, utf8(text), world);
  const outcome = !isEdited ? "unchanged" : isAgreed ? "written" : "declined";
  if (given.flag("json")) {
    printJson(world, { format: "fleet.skywire/edit/v1", file: name, outcome, places, diff });
  } else if (outcome === "unchanged") {
    outLine(world, `Nothing to edit: ${name} says so already.`);
  } else if (outcome === "declined")
    outLine(world, `Declined: nothing was written, ${name} is as it was.`);
  else outLine(world, `Wrote ${name}: ${places.join(", ")}. ${visors}`);
  if (outcome === "declined") return 4;
  if (outcome === "written") await offerCommit({ path, line, exit: 0 }, given, world);
  return 0;
}

/** What is said where nobody can be asked whether a file is to be written. */
export function unaskedToWrite(name: string): Unasked {
  return {
    message: `nobody can be asked whether to write ${name}`,
    next: "read the difference above; --yes writes it",
  };
}

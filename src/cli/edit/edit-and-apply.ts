import { basename } from "node:path";
import { type ExitCode, FleetError, fromUtf8 } from "../../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { textDiff } from "../adopt-text-diff.ts";
import { applyManifest } from "../apply-manifest.ts";
import type { Given } from "../arguments.ts";
import type { OptionSpec } from "../command.ts";
import { canAsk } from "../look.ts";
import {
  manifestName,
  type ManifestSource,
  readNamed,
  selectedVisors,
  verifyManifest,
} from "../manifest-source.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  LOCK_OPTION,
  MANIFEST_OPTION,
  ON_OPTION,
  OPERATOR_OPTIONS,
  OVERRIDE_OPTIONS,
} from "../options.ts";
import { printJson } from "../print.ts";
import type { World } from "../world.ts";
import { checkCommit, offerCommit } from "./commit.ts";
import { writeText } from "./write-text.ts";

/** What every command takes that edits the manifest for a selection of visors. */
export const EDIT_OPTIONS: readonly OptionSpec[] = [
  ON_OPTION,
  MANIFEST_OPTION,
  { name: "yes", about: "answer the ordinary question; trust removals still ask" },
  { name: "edit-only", about: "edit the manifest and stop; no visor is asked anything" },
  {
    name: "commit",
    about: "commit the manifest once all is done; everything else must be committed already",
  },
  LOCK_OPTION,
  JSON_OPTION,
  ...ACCESS_OPTIONS,
  ...OVERRIDE_OPTIONS,
  ...OPERATOR_OPTIONS,
];

/** A manifest that was read, and what an edit makes of it. */
interface Editing {
  readonly source: ManifestSource;
  readonly bytes: Uint8Array;
  readonly edited: EditedManifest;
  readonly diff: string;
}

/**
 * Edits the manifest for the visors of `--on`, shows the difference and the plan of it, asks once, writes the
 * manifest, applies it, and offers the commit.
 * @param words the command line as a person would say it again, without `fleet` and `--on`
 */
export async function editAndApply(
  edit: ManifestEdit,
  words: readonly string[],
  given: Given,
  world: World,
): Promise<ExitCode> {
  const isYes = given.flag("yes");
  if (!isYes && !canAsk(world)) throw cannotAsk();
  const editing = await editNamed(edit, given, world);
  const { path, name } = editing.source;
  const line = [...words, "--on", given.text("on") ?? ""];
  await checkCommit(path, given);
  const isEdited = editing.edited.places.length > 0;
  if (given.flag("edit-only")) {
    const exit = await editOnly(editing, given, world);
    if (exit === 0) await offerCommit({ path, line, exit }, given, world);
    return exit;
  }
  let isWritten = !isEdited;
  let exit: ExitCode = 1;
  try {
    exit = await applyManifest(given, world, {
      source: { ...editing.source, desired: editing.edited.desired, isUnsaved: true },
      selected: concernedVisors(editing.edited),
      ...(isEdited ? { alsoWrites: name } : {}),
      agreed: async () => {
        if (!isEdited) return;
        await writeEdited(editing, world);
        isWritten = true;
      },
    });
  } finally {
    if (isEdited && isWritten && exit !== 0) {
      const names = concernedVisors(editing.edited).map((visor) => visor.name);
      world.terminal.err(
        `${name} is written; \`fleet apply ${name} --on ${names.join(",")}\` goes on from there\n`,
      );
    }
  }
  if (isWritten) await offerCommit({ path, line, exit }, given, world);
  return exit;
}

function concernedVisors({
  desired,
  concerned,
}: EditedManifest): ManifestSource["desired"]["visors"] {
  const keys = new Set(concerned);
  return desired.visors.filter(({ key }) => keys.has(key));
}

/** Reads, selects, edits, and shows how the text differs. */
async function editNamed(edit: ManifestEdit, given: Given, world: World): Promise<Editing> {
  const name = manifestName(given, world, undefined);
  if (name === "-") {
    throw new FleetError("cli/usage", "standard input cannot be edited", {
      next: "name a file with --manifest",
      exit: 64,
    });
  }
  requireSelection(given);
  const bytes = await readNamed(name, world);
  const source = await verifyManifest(name, bytes, world);
  const visors = (await selectedVisors(source, given, world)).map(({ key }) => key);
  const { editManifest } = await import("../../manifest/index.ts");
  const edited = editManifest({ bytes, file: name, visors, edit });
  if (edited.places.length === 0) {
    world.terminal.err(`${name} says so already\n`);
    return { source, bytes, edited, diff: "" };
  }
  const diff = await textDiff(basename(name), fromUtf8(bytes), edited.text);
  world.terminal.err(diff);
  for (const { visor = "the fleet", path } of edited.followers) {
    world.terminal.err(`follows through the selections of ${name}: ${visor} ${path}\n`);
  }
  return { source, bytes, edited, diff };
}

/**
 * A command for several visors at once must be told which: it never means all by silence.
 * @throws FleetError cli/usage (exit 64)
 */
export function requireSelection(given: Given): void {
  if (given.text("on") !== undefined) return;
  throw new FleetError("cli/usage", "--on is missing: on which visors?", {
    next: "give names or a selection such as --on tag:home, or --on all",
    exit: 64,
  });
}

async function editOnly(
  { source, bytes, edited, diff }: Editing,
  given: Given,
  world: World,
): Promise<ExitCode> {
  const isEdited = edited.places.length > 0;
  let outcome: "written" | "unchanged" | "declined" = isEdited ? "written" : "unchanged";
  if (isEdited && !given.flag("yes")) {
    const question = `Write ${source.name}? Only yes goes on: `;
    const answer = await world.terminal.ask(question, world.stopSoftly());
    if (answer.trim().toLowerCase() !== "yes") outcome = "declined";
  }
  if (outcome === "written") await writeEdited({ source, bytes, edited }, world);
  if (given.flag("json")) {
    const format = "fleet.skywire/edit/v1";
    printJson(world, { format, file: source.name, outcome, places: edited.places, diff });
  } else world.terminal.out(`${closingLine(outcome, source.name, edited.places)}\n`);
  return outcome === "declined" ? 4 : 0;
}

function closingLine(outcome: string, name: string, places: readonly string[]): string {
  if (outcome === "unchanged") return `Nothing to edit: ${name} is as it was.`;
  if (outcome === "declined") return `Declined: ${name} is as it was.`;
  return `Wrote ${name}: ${places.join(", ")}. No visor was asked anything.`;
}

async function writeEdited(
  { source: { name, path }, bytes, edited }: Omit<Editing, "diff">,
  world: World,
): Promise<void> {
  await writeText({ name, path, bytes, text: edited.text }, world);
}

function cannotAsk(): FleetError {
  return new FleetError("cli/cannot-ask", "nobody can be asked here, and --yes was not given", {
    next: "look at the same line with --edit-only in a copy, then give --yes",
    exit: 64,
  });
}

// What every command goes through that edits the manifest for the visors of `--on` and then applies it.
import { usage } from "../shell/usage.ts";
import { type ApplyRequest, applyRequestOf } from "../apply/apply-request.ts";
import { reporterOf, type ReportRequest, reportRequestOf } from "../shell/screen.ts";
import type { ExitCode } from "../../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { applyManifest } from "../apply/apply.ts";
import type { Given } from "../shell/arguments.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import type { OptionSpec } from "../shell/command.ts";
import { type ManifestSource, selectedVisors } from "../manifest/manifest-source.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  LOCK_OPTION,
  MANIFEST_OPTION,
  ON_OPTION,
  OPERATOR_OPTIONS,
  OVERRIDE_OPTIONS,
} from "../shell/options.ts";
import {
  readEditable,
  type WriteRequest,
  writeRequestOf,
  writeText,
} from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";
import { checkCommit, offerCommit } from "../git/commit.ts";
import { editInTurn, writeEdited } from "./edit-text.ts";
import { checkKnownApps } from "./known-app.ts";
import { checkNewPort } from "./new-port.ts";
import { errLine } from "../shell/print.ts";

/** What every command takes that edits the manifest for a selection of visors. */
export const EDIT_OPTIONS: readonly OptionSpec[] = [
  ON_OPTION,
  MANIFEST_OPTION,
  { name: "yes", short: "y", about: "answer the ordinary question; trust removals still ask" },
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

/** What an edit of the manifest for a selection of visors is asked for. */
export interface EditRequest extends ApplyRequest, WriteRequest, ReportRequest {
  readonly on: string;
  /** The manifest is edited, and no visor is asked anything. */
  readonly isEditOnly: boolean;
}

/** Reads {@link EDIT_OPTIONS}. @throws FleetError cli/usage (exit 64) */
export function editRequestOf(given: Given, world: World): EditRequest {
  const on = requireSelection(given.text("on"));
  return {
    ...applyRequestOf(given, world, manifestRequestOf(given, world)),
    ...writeRequestOf(given),
    ...reportRequestOf(given),
    on,
    isEditOnly: given.flag("edit-only"),
  };
}

/** An edit of the manifest, and how a person would ask for it again. */
export interface SaidEdit {
  readonly edit: ManifestEdit;
  /** The command line without `fleet` and `--on`. */
  readonly words: readonly string[];
}

/**
 * Edits the manifest for the visors of `--on`, shows the difference and the plan of it, asks once, writes the
 * manifest, applies it, and offers the commit.
 */
export async function editAndApply(
  { edit, words }: SaidEdit,
  request: EditRequest,
  world: World,
): Promise<ExitCode> {
  const editable = await readEditable(request.manifest, "manifest", world);
  const { source } = editable;
  const { path, name } = source;
  await checkCommit(path, request);
  await checkKnownApps(edit, editable);
  const chosen = await selectedVisors(source, request.on, world);
  const { on } = request;
  checkNewPort(edit, words, { visors: chosen, on });
  const visors = chosen.map(({ key }) => key);
  const text = await editInTurn(editable, [{ edit, visors }], world);
  const { isEdited, edited } = text;
  for (const { visor = "the fleet", path: field } of isEdited ? edited.followers : [])
    errLine(world, `follows through the selections of ${name}: ${visor} ${field}`);
  const line = [...words, "--on", on];
  if (request.isEditOnly)
    return await writeEdited(
      text,
      { line, visors: "No visor was asked anything." },
      request,
      world,
    );
  if (!isEdited) errLine(world, `${name} says so already`);
  const selected = concernedVisors(edited);
  let isWritten = !isEdited;
  let exit: ExitCode = 1;
  try {
    exit = await applyManifest(request, world, reporterOf(request, world), {
      source: { ...source, desired: edited.desired, isUnsaved: true },
      selected,
      ...(isEdited ? { alsoWrites: name } : {}),
      agreed: async () => {
        if (!isEdited) return;
        await writeText(text, world);
        isWritten = true;
      },
    });
  } finally {
    if (isEdited && isWritten && exit !== 0) {
      const names = selected.map((visor) => visor.name).join(",");
      errLine(
        world,
        `${name} is written; \`fleet apply ${name} --on ${names}\` goes on from there`,
      );
    }
  }
  if (isWritten) await offerCommit({ path, line, exit }, request, world);
  return exit;
}

function concernedVisors({
  desired,
  concerned,
}: EditedManifest): ManifestSource["desired"]["visors"] {
  const keys = new Set(concerned);
  return desired.visors.filter(({ key }) => keys.has(key));
}

/**
 * The selection of a command for several visors at once: it must be told which, and never means all by silence.
 * @param on the selection, if there is one
 * @throws FleetError cli/usage (exit 64)
 */
export function requireSelection(on: string | undefined): string {
  if (on !== undefined) return on;
  throw usage(
    "--on is missing: on which visors?",
    "give names or a selection such as --on tag:home, or --on all",
  );
}

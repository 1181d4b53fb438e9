// The one way in which a command edits a manifest: read it, show what a new text changes, ask, write.
import { FleetError, fromUtf8, utf8 } from "../../core/index.ts";
import { printableLines } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { saysYes } from "../shell/ask.ts";
import { type FileAsRead, rewriteFile } from "../shell/rewrite-file.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";
import {
  type ManifestSource,
  readNamed,
  STANDARD_INPUT,
  verifyManifest,
} from "./manifest-source.ts";

/** A good manifest as it was read. */
export interface ManifestFile extends FileAsRead {
  readonly text: string;
  readonly source: ManifestSource;
}

/** A manifest that was read, and the text that it is to have. */
export interface NewText {
  readonly read: ManifestFile;
  readonly text: string;
  /** How the texts differ, as people and git read it; empty where they do not. */
  readonly diff: string;
}

/**
 * Reads a manifest that must be good, once: what is checked is what is edited.
 * @throws FleetError cli/no-file, cli/too-large, cli/invalid-manifest (exit 64)
 */
export async function readManifestFile(name: string, world: World): Promise<ManifestFile> {
  const bytes = await readNamed(name, world, "manifest");
  const source = await verifyManifest(name, bytes, world);
  return { name, path: source.path, bytes, text: fromUtf8(bytes), source };
}

/** What was answered about an edit beforehand, and how it is shown. */
export interface WriteRequest {
  /** The question whether to write was answered. */
  readonly isYes: boolean;
  /** One JSON document is printed instead of text. */
  readonly isJson: boolean;
  /** The edit is committed once all is done. */
  readonly isCommit: boolean;
}

/** Reads `--yes`, `--json` and `--commit`. */
export function writeRequestOf(given: Given): WriteRequest {
  return {
    isYes: given.flag("yes"),
    isJson: given.flag("json"),
    isCommit: given.flag("commit"),
  };
}

/**
 * Reads the manifest that a command is to edit; it must be good.
 * @param name as the user named it
 * @param option names the manifest on the command line
 * @throws FleetError cli/usage for standard input, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function readEditable(
  name: string,
  option: "manifest" | "into",
  world: World,
): Promise<ManifestFile> {
  if (name === STANDARD_INPUT)
    throw usage("standard input cannot be edited", `name a file with --${option}`);
  return await readManifestFile(name, world);
}

/** A manifest with a new text, and the difference, named as the user named the file. */
export async function withText(read: ManifestFile, text: string): Promise<NewText> {
  if (text === read.text) return { read, text, diff: "" };
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const name = read.name === STANDARD_INPUT ? "stdin" : read.name.replace(/^\/+/, "");
  const diff = createTwoFilesPatch(
    `a/${name}`,
    `b/${name}`,
    read.text,
    text,
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
  return { read, text, diff };
}

/** Shows on standard error what a new text changes. */
export function showDifference({ diff }: Pick<NewText, "diff">, world: World): void {
  world.terminal.err(printableLines(diff));
}

/**
 * Asks whether a new text that was shown is to be written, unless `--yes` says so.
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/interrupted (exit 130)
 */
export async function isToBeWritten(
  { read: { name } }: NewText,
  { isYes }: Pick<WriteRequest, "isYes">,
  world: World,
  question = `Write ${name}?`,
): Promise<boolean> {
  const message = `nobody can be asked whether to write ${name}`;
  const next = "read the difference above; --yes writes it";
  return await saysYes({ question, isAnswered: isYes, message, next }, world);
}

/**
 * Writes the new text, if it is another one.
 * @throws FleetError cli/changed, cli/locked (exit 5) as {@link rewriteFile}
 */
export async function writeText({ read, text, diff }: NewText, world: World): Promise<void> {
  if (diff !== "") await rewriteFile(read, utf8(text), world);
}

/**
 * Checks that a new text of a manifest wants exactly what the old one wants.
 * @throws FleetError cli/would-change (exit 4) when it does not; that is our mistake, and nothing is written
 */
export async function verifySame({ read: { name, source }, text, diff }: NewText): Promise<void> {
  if (diff === "") return;
  const { isSameFleet, loadManifest } = await import("./manifest-room.ts");
  const after = loadManifest(utf8(text), name).desired;
  if (after !== undefined && isSameFleet(source.desired, after)) return;
  throw new FleetError("cli/would-change", `the new text of ${name} would want something else`, {
    next: "nothing was written; please report this with the manifest",
    exit: 4,
  });
}

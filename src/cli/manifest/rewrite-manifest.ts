import { basename, dirname, join } from "node:path";
import { FileLock, FleetError, fromUtf8, hasCode, utf8 } from "../../core/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import {
  type ManifestSource,
  readNamed,
  STANDARD_INPUT,
  verifyManifest,
} from "./manifest-source.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

/** A file as it was read, to be written anew. */
export interface ReadFile {
  /** As the user named it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A good manifest as it was read. */
export interface ManifestFile extends ReadFile {
  readonly text: string;
  readonly source: ManifestSource;
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

/**
 * The same of a manifest that is to be edited.
 * @param option names the manifest on the command line
 * @throws FleetError cli/usage (exit 64) for standard input
 */
export async function readEditableFile(
  name: string,
  option: "manifest" | "into",
  world: World,
): Promise<ManifestFile> {
  if (name === STANDARD_INPUT)
    throw usage("standard input cannot be edited", `name a file with --${option}`);
  return await readManifestFile(name, world);
}

/**
 * Checks that a new text of a manifest wants exactly what the old one wants.
 * @throws FleetError cli/would-change (exit 4) when it does not; that is our mistake, and nothing is written
 */
export async function verifySame({ name, source }: ManifestFile, text: string): Promise<void> {
  const { isSameFleet, loadManifest } = await import("./manifest-room.ts");
  const after = loadManifest(utf8(text), name).desired;
  if (after !== undefined && isSameFleet(source.desired, after)) return;
  throw new FleetError("cli/would-change", `the new text of ${name} would want something else`, {
    next: "nothing was written; please report this with the manifest",
    exit: 4,
  });
}

/**
 * Writes a new text of a manifest that wants just what the old one wants.
 * @throws FleetError cli/would-change (exit 4), cli/changed (exit 5) when somebody changed the file meanwhile
 */
export async function rewriteManifest(
  read: ManifestFile,
  text: string,
  world: World,
): Promise<void> {
  await verifySame(read, text);
  await rewriteFile(read, utf8(text), world);
}

/**
 * Writes a file anew that was read: where its name leads to, in one step, with the mode and owner it has, and only
 * while it holds what was read. Commands that do so at once take turns.
 * @throws FleetError cli/changed (exit 5) when somebody changed the file meanwhile, cli/locked (exit 5)
 */
export async function rewriteFile(
  { name, path, bytes }: ReadFile,
  now: Uint8Array,
  world: World,
): Promise<void> {
  const real = await world.files.realPath(path);
  if (real === undefined) throw changedMeanwhile(name);
  const lock = await FileLock.take(
    { files: world.files, clock: world.clock, random: world.random, process: nodeProcess() },
    {
      path: join(dirname(real), `.${basename(real)}.lock`),
      held: (holder) => locked(name, holder),
      lost: () => changedMeanwhile(name),
      notMade: (cause) =>
        new FleetError("cli/not-written", `nothing can be written beside ${name}`, { cause }),
    },
  );
  try {
    await world.files.write(path, now, { expected: bytes });
  } catch (cause) {
    throw hasCode(cause, "files/changed") ? changedMeanwhile(name, cause) : cause;
  } finally {
    await lock.release();
  }
}

function changedMeanwhile(name: string, cause?: unknown): FleetError {
  return new FleetError("cli/changed", `${name} was changed by somebody else meanwhile`, {
    next: "nothing was written; run the command again",
    exit: 5,
    ...(cause === undefined ? {} : { cause }),
  });
}

function locked(name: string, holder: string): FleetError {
  return new FleetError("cli/locked", `${name} is being written by ${holder}`, {
    next: "nothing was written; run the command again once that has ended",
    exit: 5,
  });
}

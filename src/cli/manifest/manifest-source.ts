// Finding and reading the manifest that a command works with; one with errors never gets further than here.
import { dirname, resolve } from "node:path";
import { counted, type Diagnostic, FleetError, hasCode } from "../../core/index.ts";
import {
  DEFAULT_MANIFEST,
  type DesiredFleet,
  type DesiredVisor,
  MANIFEST_BYTES_MAX,
} from "../../model/index.ts";
import { diagnosticCounts, diagnosticsText } from "../../view/index.ts";
import { errPaint } from "../shell/screen.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** The name that stands for standard input. */
export const STANDARD_INPUT = "-";

/** A manifest that was read and found good. */
export interface ManifestSource {
  /** As the user wrote it. */
  readonly name: string;
  /** Absolute; the working folder when the manifest came on standard input. */
  readonly path: string;
  readonly folder: string;
  readonly desired: DesiredFleet;
  /** What was read. */
  readonly bytes: Uint8Array;
  /** The commit that it was read at, instead of the file. */
  readonly commit?: string;
  /** The text is one that a ledger keeps, not what the file holds. */
  readonly isKeptText?: true;
  /** The text is an edit that the file does not hold yet. */
  readonly isUnsaved?: true;
}

/** The absolute path of a manifest; `undefined` for standard input. */
export function manifestPath(name: string, world: World): string | undefined {
  return name === STANDARD_INPUT ? undefined : resolve(world.folder, name);
}

const MIB = 1024 * 1024;

/** What a file that the user named is to be. */
export type NamedKind = "manifest" | "document" | "note";

/** The largest files that are read, by what they are, in bytes. */
const BYTES_MAX: Readonly<Record<NamedKind, number>> = {
  manifest: MANIFEST_BYTES_MAX,
  /** Plans and observations: those of ten thousand visors have some ten MiB. */
  document: 128 * MIB,
  /** Evidence, proofs, checkpoints, changes of operators, lists of keys. */
  note: 8 * MIB,
};

/**
 * The bytes of a file the user named, or of standard input for `-`. What is too large to be of its kind is not read to
 * its end.
 * @throws FleetError cli/no-file, cli/is-folder, cli/too-large (exit 64), files/no-writer
 */
export async function readNamed(
  name: string,
  world: Pick<World, "terminal" | "files" | "folder">,
  kind: NamedKind,
): Promise<Uint8Array> {
  const bytesMax = BYTES_MAX[kind];
  try {
    if (name === STANDARD_INPUT) return await world.terminal.readInput({ bytesMax });
    const path = resolve(world.folder, name);
    if ((await world.files.stat(path))?.isFolder === true) throw isFolder(name);
    const bytes = await world.files.read(path, { bytesMax });
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw hasCode(cause, "files/too-large") ? tooLarge(name, kind) : cause;
  }
  throw new FleetError("cli/no-file", `${name}: no such file`, {
    next:
      name === DEFAULT_MANIFEST
        ? "`fleet init` writes one from the visors you have, or name another file"
        : "check the name",
    exit: 64,
  });
}

function isFolder(name: string): FleetError {
  return new FleetError("cli/is-folder", `${name} is a folder`, {
    next: "name the file in it",
    exit: 64,
  });
}

function tooLarge(name: string, kind: NamedKind): FleetError {
  const what = name === STANDARD_INPUT ? "standard input" : name;
  const than = kind === "manifest" ? "any manifest" : "anything that is read here";
  return new FleetError(
    "cli/too-large",
    `${what} has more than ${BYTES_MAX[kind] / MIB} MiB, and is larger than ${than}`,
    { next: "check that this is the right file", exit: 64 },
  );
}

/** Reads and resolves a manifest; what is wrong with it comes back as diagnostics. */
export async function checkManifest(
  name: string,
  world: World,
): Promise<{ readonly source?: ManifestSource; readonly diagnostics: readonly Diagnostic[] }> {
  return await checkManifestBytes(name, await readNamed(name, world, "manifest"), world);
}

async function checkManifestBytes(
  name: string,
  bytes: Uint8Array,
  world: World,
): ReturnType<typeof checkManifest> {
  const { loadManifest } = await import("./manifest-room.ts");
  const { desired, diagnostics } = loadManifest(bytes, name === STANDARD_INPUT ? "stdin" : name);
  const path = name === STANDARD_INPUT ? world.folder : resolve(world.folder, name);
  const folder = name === STANDARD_INPUT ? world.folder : dirname(path);
  return {
    diagnostics,
    ...(desired === undefined ? {} : { source: { name, path, folder, desired, bytes } }),
  };
}

/**
 * Reads a manifest that must be good. Warnings are printed.
 * @throws FleetError cli/invalid-manifest (exit 64) after printing every error
 */
export async function readManifest(name: string, world: World): Promise<ManifestSource> {
  return await verifyManifest(name, await readNamed(name, world, "manifest"), world);
}

/**
 * The same of bytes that were read already.
 * @throws FleetError cli/invalid-manifest (exit 64) after printing every error
 */
export async function verifyManifest(
  name: string,
  bytes: Uint8Array,
  world: World,
): Promise<ManifestSource> {
  const { source, diagnostics } = await checkManifestBytes(name, bytes, world);
  world.terminal.err(diagnosticsText(diagnostics, errPaint(world)));
  if (source !== undefined) return source;
  throw invalidManifest(name, diagnostics);
}

/**
 * The visors of `--on`, all without it. What was matched is said on standard error.
 * @throws FleetError cli/selection (exit 64)
 */
export async function selectedVisors(
  source: ManifestSource,
  expression: string | undefined,
  world: World,
): Promise<readonly DesiredVisor[]> {
  if (expression === undefined) return source.desired.visors;
  const { selectVisors } = await import("./manifest-room.ts");
  const { visors, diagnostics } = selectVisors(expression, source.desired);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) {
    world.terminal.err(diagnosticsText(diagnostics, errPaint(world)));
    throw new FleetError("cli/selection", `--on ${expression} selects nothing`, {
      next: "see above; `fleet status` lists the visors",
      exit: 64,
    });
  }
  const names = visors.map((visor) => visor.name).join(", ");
  errLine(
    world,
    `--on ${expression}: ${visors.length} of ${counted(source.desired.visors.length, "visor")}: ${names}`,
  );
  return visors;
}

/** The error of a manifest whose faults were printed. */
export function invalidManifest(name: string, diagnostics: readonly Diagnostic[]): FleetError {
  return new FleetError("cli/invalid-manifest", `${name} has ${diagnosticCounts(diagnostics)}`, {
    next: "correct the lines named above and run `fleet validate` again",
    exit: 64,
  });
}

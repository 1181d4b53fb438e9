// The files of a command: its manifest, where this machine's key and ledgers are, what results are written to, and whether anything was written.
import { dirname, join, resolve } from "node:path";
import type { Files } from "../../core/index.ts";
import type { FeedKey } from "../../ledger/index.ts";
import { DEFAULT_MANIFEST } from "../../model/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { Given } from "./arguments.ts";
import { usage } from "./usage.ts";
import type { World } from "./world.ts";

// Where this machine's key and ledgers are kept.

const SECRET_FILE = "operator.json";
const LEDGERS_FOLDER = "ledgers";

/** The file that the operator's secret is in. */
export interface KeyFileChoice {
  /** Absolute. */
  readonly path: string;
  /** The user named it: it must be there, and its mode is its own business. */
  readonly isNamed: boolean;
}

/** The key file of `--operator-secret-file`, or this machine's own. */
export function keyFileOf(given: Given, world: World): KeyFileChoice {
  const named = given.text("operator-secret-file");
  return {
    path:
      named === undefined
        ? join(homeFolders(world.env).config, SECRET_FILE)
        : resolve(world.folder, named),
    isNamed: named !== undefined,
  };
}

// Which manifest a command is about, and by whose key it works.

/** Which manifest a command is about. */
export interface ManifestRequest {
  /** As the user named it, or the usual name. */
  readonly manifest: string;
  /** The user named it: it must be there. */
  readonly isManifestNamed: boolean;
}

/**
 * The manifest that a word names, or `--manifest`, or FLEET_MANIFEST; fleet.yaml otherwise.
 * @param word names the manifest, where a word of the command can
 */
export function manifestRequestOf(given: Given, world: World, word?: string): ManifestRequest {
  const named = word ?? given.text("manifest") ?? manifestOfEnvironment(world);
  return { manifest: named ?? DEFAULT_MANIFEST, isManifestNamed: named !== undefined };
}

/** The manifest of FLEET_MANIFEST, if that names one. */
export function manifestOfEnvironment({ env }: Pick<World, "env">): string | undefined {
  const name = env["FLEET_MANIFEST"];
  return name === "" ? undefined : name;
}

/** The key by which a command works here, and the manifest by which others are called. */
export interface LedgerRequest extends ManifestRequest {
  readonly keyFile: KeyFileChoice;
}

/** Reads `--operator-secret-file` and, where nothing else names the manifest, `--manifest`. */
export function ledgerRequestOf(
  given: Given,
  world: World,
  manifest: ManifestRequest = manifestRequestOf(given, world),
): LedgerRequest {
  return { ...manifest, keyFile: keyFileOf(given, world) };
}

/** Where the ledger of a feed is kept on this machine. */
export function ledgerFolderOf(feed: FeedKey, world: World): string {
  return join(homeFolders(world.env).state, LEDGERS_FOLDER, feed);
}

// Files that remember whether anything was written to them, for what is said when a command is interrupted.

/** Methods that leave every file as it is. */
const READS: ReadonlySet<keyof Files> = new Set(["read", "openRead", "list", "stat", "realPath"]);

/** The same files, and whether one of them was to be changed since. */
export function watchedFiles(files: Files): {
  readonly files: Files;
  readonly hasWritten: () => boolean;
} {
  let wasWritten = false;
  const watched = new Proxy(files, {
    get: (target, name: keyof Files) => {
      if (typeof target[name] === "function" && !READS.has(name)) {
        return (...args: readonly unknown[]): unknown => {
          wasWritten = true;
          return Reflect.apply(target[name], target, args);
        };
      }
      return target[name];
    },
  });
  return { files: watched, hasWritten: () => wasWritten };
}

// The files that a command is to write its results to, checked before anything is read.

/** The variable that names the file which GitHub shows as the summary of a step. */
export const SUMMARY_FILE = "GITHUB_STEP_SUMMARY";

/**
 * Refuses files that a command cannot, or must not, write its results to: in a folder that is not there, two in one
 * file, and one that it reads itself, the operator's secret included. Asked before anything is read.
 * @param written the names that the user gave; absent ones count for nothing
 * @param read the names of the command's inputs; absent ones and standard input count for nothing
 * @throws FleetError cli/usage (exit 64)
 */
export async function checkOutputFiles(
  written: readonly (string | undefined)[],
  read: readonly (string | undefined)[],
  keyFile: KeyFileChoice,
  world: World,
): Promise<void> {
  const inputs = new Map<string, string>();
  for (const name of [...read, keyFile.path])
    if (name !== undefined && name !== "-") inputs.set(await placeOf(name, world), name);
  const places = new Set<string>();
  for (const name of written) {
    if (name === undefined) continue;
    const folder = dirname(resolve(world.folder, name));
    if ((await world.files.stat(folder))?.isFolder === false || !(await isThere(folder, world)))
      throw usage(`${name}: there is no folder ${folder}`, "make it, or name another file");
    const place = await placeOf(name, world);
    if ((await world.files.stat(place))?.isFolder === true)
      throw usage(`${name} is a folder`, "name a file in it");
    if (places.has(place))
      throw usage(
        `two outputs want the file ${place}${await ofStepSummary(place, world)}`,
        "give each a file of its own",
      );
    places.add(place);
    const input = inputs.get(place);
    if (input !== undefined)
      throw usage(
        resolve(world.folder, input) === resolve(world.folder, name)
          ? `${input} is read, and would be written over`
          : `${name} would be written over, and it is read as ${input}`,
        "name another file",
      );
  }
}

/** Says of the file that GitHub names why it is wanted: no option has to name it. */
async function ofStepSummary(place: string, world: World): Promise<string> {
  const summary = world.env[SUMMARY_FILE] ?? "";
  return summary !== "" && (await placeOf(summary, world)) === place
    ? `, which ${SUMMARY_FILE} names`
    : "";
}

/** Folders exist when they are named, for some files; a real one is missing only where the disk says so. */
async function isThere(folder: string, { files }: Pick<World, "files">): Promise<boolean> {
  return (await files.realPath(folder)) !== undefined;
}

/** The file that a name leads to, links followed. */
async function placeOf(
  name: string,
  { files, folder }: Pick<World, "files" | "folder">,
): Promise<string> {
  const path = resolve(folder, name);
  return (await files.realPath(path)) ?? path;
}

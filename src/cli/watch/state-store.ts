import { join } from "node:path";
import { fromUtf8, hasCode, sha256, toHex, utf8 } from "../../core/index.ts";
import { homeFolders } from "../../platform/index.ts";
import {
  formatWatchState,
  newWatchState,
  parseWatchState,
  type WatchState,
} from "../../watch/index.ts";
import type { World } from "../world.ts";

const FOLDER = "watch";
const ID_LENGTH = 16;

/** Where a watch keeps what it remembers: one file for each source. */
export function stateFileOf(source: string, world: World): string {
  const id = toHex(sha256(utf8(source))).slice(0, ID_LENGTH);
  return join(homeFolders(world.env).state, FOLDER, `${id}.json`);
}

/**
 * Reads what an earlier watch of the same source left. A damaged file is moved aside, and the watch begins anew.
 * @returns the state, and what to tell of the file
 * @throws FleetError watch/format (exit 64) for the file of another version
 */
export async function readState(
  path: string,
  intervalMs: number,
  { files }: Pick<World, "files">,
): Promise<{ readonly state: WatchState; readonly note?: string }> {
  const bytes = await files.read(path);
  if (bytes === undefined) return { state: newWatchState(intervalMs) };
  try {
    return { state: parseWatchState(fromUtf8(bytes)) };
  } catch (error) {
    if (hasCode(error, "watch/format")) throw error;
    await files.replace(`${path}.damaged`, bytes);
    const note = `the state in ${path} was damaged and is kept beside it; fights and reverts before now are forgotten`;
    return { state: newWatchState(intervalMs), note };
  }
}

/** Keeps a state, in one step: a crash leaves the one before or this one. */
export async function writeState(
  path: string,
  state: WatchState,
  { files }: Pick<World, "files">,
): Promise<void> {
  await files.makeFolder(join(path, ".."));
  await files.replace(path, utf8(formatWatchState(state)), { mode: 0o600 });
}

// What a watch remembers between runs, in one file for each source, and the lock that keeps a second watch away.
import { join } from "node:path";
import { FileLock, FleetError, fromUtf8, hasCode, sha256, toHex, utf8 } from "../../core/index.ts";
import { homeFolders, nodeProcess } from "../../platform/index.ts";
import {
  formatWatchState,
  newWatchState,
  parseWatchState,
  type WatchState,
} from "../../watch/index.ts";
import type { World } from "../shell/world.ts";

const FOLDER = "watch";
const ID_LENGTH = 16;

/** Where a watch keeps what it remembers: one file for each source. */
export function stateFileOf(source: string, world: World): string {
  const id = toHex(sha256(utf8(source))).slice(0, ID_LENGTH);
  return join(homeFolders(world.env).state, FOLDER, `${id}.json`);
}

/**
 * Takes the place of the one watch of a source on this machine: two would write over what the other remembers, and
 * neither would see that they fight.
 * @param path the state file
 * @throws FleetError watch/running (exit 4)
 */
export async function takeWatchLock(
  path: string,
  { files, clock, random }: Pick<World, "files" | "clock" | "random">,
): Promise<FileLock> {
  const lock = `${path}.lock`;
  await files.makeFolder(join(path, ".."));
  return await FileLock.take(
    { files, clock, random, process: nodeProcess(), lockTimeoutMs: 0 },
    {
      path: lock,
      held: (holder) =>
        new FleetError("watch/running", `this source is being watched by ${holder}`, {
          next: `stop that watch first, or read its log; if no fleet runs there, remove ${lock}`,
          exit: 4,
        }),
      lost: () => new FleetError("watch/running", `somebody took the lock ${lock}`, { exit: 4 }),
      notMade: (cause) =>
        new FleetError("watch/not-writable", `the watch's lock ${lock} cannot be made`, {
          next: "make the folder writable, or make room on the disk",
          exit: 4,
          cause,
        }),
    },
  );
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

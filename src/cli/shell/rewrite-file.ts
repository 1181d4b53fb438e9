// The one way to write a file anew that was read: through links, in one step, and only while it is as it was read.
import { basename, dirname, join } from "node:path";
import { defined, FileLock, FleetError, hasCode } from "../../core/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { World } from "./world.ts";

/** A file as it was read, to be written anew. */
export interface FileAsRead {
  /** As the user named it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a file anew that was read: where its name leads to, in one step, with the mode and owner it has, and only
 * while it holds what was read. Commands that do so at once take turns.
 * @throws FleetError cli/changed (exit 5) when somebody changed the file meanwhile, cli/locked (exit 5)
 */
export async function rewriteFile(
  { name, path, bytes }: FileAsRead,
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
    ...defined({ cause }),
  });
}

function locked(name: string, holder: string): FleetError {
  return new FleetError("cli/locked", `${name} is being written by ${holder}`, {
    next: "nothing was written; run the command again once that has ended",
    exit: 5,
  });
}

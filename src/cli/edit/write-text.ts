import { equalBytes, FleetError, utf8 } from "../../core/index.ts";
import { canAsk } from "../look.ts";
import type { World } from "../world.ts";

/** A new text of a file that was read. */
export interface NewText {
  readonly name: string;
  readonly path: string;
  /** What was read. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Asks whether a file that was shown is to be written.
 * @throws FleetError cli/unconfirmed (exit 64) when nobody can be asked
 */
export async function agreedToWrite(name: string, world: World): Promise<boolean> {
  if (!canAsk(world)) {
    throw new FleetError("cli/unconfirmed", `nobody can be asked whether to write ${name}`, {
      next: "read the difference above; --yes writes it",
      exit: 64,
    });
  }
  const answer = await world.terminal.ask(`Write ${name}? Only yes goes on: `, world.stopSoftly());
  return answer.trim().toLowerCase() === "yes";
}

/**
 * Writes the new text in one step, with the permissions that the file has.
 * @throws FleetError cli/changed (exit 5) when the file is not what was read any more
 */
export async function writeText({ name, path, bytes, text }: NewText, world: World): Promise<void> {
  const now = await world.files.read(path);
  if (now === undefined || !equalBytes(now, bytes)) {
    throw new FleetError("cli/changed", `${name} was changed meanwhile`, {
      next: "nothing was written; run the command again",
      exit: 5,
    });
  }
  const mode = (await world.files.stat(path))?.mode;
  const options = mode === undefined ? {} : { mode: mode & 0o777 };
  await world.files.replace(path, utf8(text), options);
}

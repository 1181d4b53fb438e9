import { basename } from "node:path";
import { type ExitCode, FleetError } from "../../core/index.ts";
import { commitFile, readGitState } from "../../platform/index.ts";
import type { Given } from "../arguments.ts";
import type { World } from "../world.ts";
import { shellWord } from "../../view/index.ts";

const SHOWN_MAX = 3;

/**
 * Checks before anything is done that `--commit` could commit our edit of the manifest and nothing else.
 * @throws FleetError cli/not-in-git, cli/uncommitted (exit 64)
 */
export async function checkCommit(path: string, given: Given): Promise<void> {
  if (!given.flag("commit")) return;
  const state = await readGitState(path);
  if (state === undefined) {
    throw new FleetError("cli/not-in-git", `git does not know ${basename(path)}`, {
      next: "add it to a repository first, or leave --commit out",
      exit: 64,
    });
  }
  if (state.isChanged) {
    throw new FleetError(
      "cli/uncommitted",
      `${basename(path)} has edits of its own that are not committed`,
      { next: "commit or stash those first, or leave --commit out", exit: 64 },
    );
  }
  const [first] = state.othersChanged;
  if (first === undefined) return;
  const shown = state.othersChanged.slice(0, SHOWN_MAX).join(", ");
  throw new FleetError("cli/uncommitted", `other files are not committed either: ${shown}`, {
    next: "commit or stash them first, or leave --commit out",
    exit: 64,
  });
}

/** What was done to a manifest, and in which words. */
export interface CommitOffer {
  readonly path: string;
  readonly line: readonly string[];
  readonly exit: ExitCode;
}

/**
 * Says how to commit the manifest, or commits it with `--commit` when all went well. Nothing where git does not
 * know the file or it does not differ.
 * @throws FleetError cli/commit (exit 6) when git does not commit: the visors were changed already
 */
export async function offerCommit(
  { path, line, exit }: CommitOffer,
  given: Given,
  world: World,
): Promise<void> {
  const state = await readGitState(path);
  if (state?.isChanged !== true) return;
  const message = `fleet: ${line.join(" ")}`;
  const command = `git commit -m ${shellWord(message)} -- ${shellWord(basename(path))}`;
  if (!given.flag("commit") || exit !== 0) {
    world.terminal.err(`to commit it: ${command}\n`);
    return;
  }
  const refusal = await commitFile(path, message);
  if (refusal === undefined) world.terminal.err(`committed: ${message}\n`);
  else {
    throw new FleetError("cli/commit", `git did not commit ${basename(path)}: ${refusal}`, {
      next: `everything else is done; commit it yourself: ${command}`,
      exit: 6,
    });
  }
}

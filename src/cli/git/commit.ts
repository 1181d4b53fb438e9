// The commit of an edited manifest: offered after an edit, made with `--commit`, and never of any other change.
import { basename, dirname } from "node:path";
import { type ExitCode, FleetError } from "../../core/index.ts";
import { commitFile, type GitState, readGitState } from "../../platform/index.ts";
import type { World } from "../shell/world.ts";
import { printable, shellWord } from "../../view/index.ts";
import { errLine } from "../shell/print.ts";

const SHOWN_MAX = 3;

/**
 * Checks before anything is done that `--commit` could commit our edit of the manifest and nothing else.
 * @throws FleetError cli/git-refuses, cli/not-in-git, cli/under-way, cli/uncommitted (exit 64)
 */
export async function checkCommit(
  path: string,
  { isCommit }: { readonly isCommit: boolean },
): Promise<void> {
  if (!isCommit) return;
  const state = await readGitState(path);
  const name = basename(path);
  const refuse = (code: `cli/${string}`, message: string, next: string): FleetError =>
    new FleetError(code, message, { next: `${next}, or leave --commit out`, exit: 64 });
  if (state.kind === "refused")
    throw refuse("cli/git-refuses", `git says nothing of ${name}: ${state.why}`, state.next);
  if (state.kind === "none")
    throw refuse("cli/not-in-git", `git does not know ${name}`, "add it to a repository first");
  if (state.underWay !== undefined)
    throw refuse(
      "cli/under-way",
      `a ${state.underWay} is under way in the repository of ${name}, and a commit of one file alone would not belong to it`,
      `end it first with \`${endOf(state.underWay)}\``,
    );
  if (state.isChanged)
    throw refuse(
      "cli/uncommitted",
      `${name} has edits of its own that are not committed`,
      "commit or stash those first",
    );
  const [first] = state.othersChanged;
  if (first === undefined) return;
  const shown = state.othersChanged.slice(0, SHOWN_MAX).join(", ");
  throw refuse(
    "cli/uncommitted",
    `other files are not committed either: ${shown}`,
    "commit or stash them first",
  );
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
  { isCommit }: { readonly isCommit: boolean },
  world: World,
): Promise<void> {
  const state = await readGitState(path);
  const isAsked = isCommit && exit === 0;
  const notDone = (why: string, next: string): FleetError =>
    new FleetError("cli/commit", `git did not commit ${basename(path)}: ${why}`, {
      next: `everything else is done; ${next}`,
      exit: 6,
    });
  if (state.kind !== "known") {
    if (!isAsked) return;
    throw state.kind === "refused"
      ? notDone(state.why, state.next)
      : notDone("it does not know the file", "commit it yourself");
  }
  if (!state.isChanged) {
    if (isAsked) world.terminal.err("nothing to commit: git has this text already\n");
    return;
  }
  const message = `fleet: ${line.join(" ")}`;
  if (!isAsked) {
    errLine(world, offerOf(state, message, world));
    return;
  }
  const refusal = await commitFile(state.path, message);
  if (refusal !== undefined)
    throw notDone(refusal, `commit it yourself: ${commandOf(state, message, world)}`);
  errLine(world, `committed: ${message}`);
}

function offerOf(state: GitState, message: string, world: World): string {
  return state.underWay === undefined
    ? `to commit it: ${commandOf(state, message, world)}`
    : `to commit it: a ${state.underWay} is under way in its repository; \`git add\` takes the manifest into it`;
}

function commandOf({ path }: GitState, message: string, { folder }: World): string {
  const at = dirname(path) === folder ? "" : ` -C ${shellWord(dirname(path))}`;
  return printable(`git${at} commit -m ${shellWord(message)} -- ${shellWord(basename(path))}`);
}

/** The line that ends what git is in the middle of. */
function endOf(underWay: string): string {
  return `git ${underWay} ${underWay === "bisect" ? "reset" : "--continue"}`;
}

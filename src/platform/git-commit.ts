// Committing one file as the user's own git does, and whether that can be done now.
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { defined } from "../core/index.ts";
import { gitBytes, gitEnv, gitText, runGit } from "./git-run.ts";
import { gitPath, type GitRefusal, noCommitCause, realFile, trackedName } from "./git-facts.ts";

/** Hooks may check the whole repository, and a signature may wait for somebody. */
const COMMIT_TIMEOUT_MS = 120_000;
/** Files in git's own folder that are there while something is not finished, and its name. */
const MARKS: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["BISECT_START", "bisect"],
];

/** How a file and its neighbours stand to the last commit. */
export interface GitState {
  readonly kind: "known";
  /** The file itself, where its name is a link. */
  readonly path: string;
  /** The last commit has another text of the file. */
  readonly isChanged: boolean;
  /** Other files that git knows and that differ, from the top of the repository. */
  readonly othersChanged: readonly string[];
  /** What was begun in the repository and is not finished, such as a merge. */
  readonly underWay?: string;
}

/** Asks git what is not committed; nothing outside a repository, or of a file git does not know. */
export async function readGitState(
  name: string,
): Promise<GitState | { readonly kind: "none" } | GitRefusal> {
  const path = await realFile(name);
  const folder = dirname(path);
  const [own, status, isCommitted, underWay] = await Promise.all([
    trackedName(folder, basename(path)),
    // Both sides of a rename stand alone, so that every entry is a status and one path.
    runGit(folder, ["status", "--porcelain", "-z", "--untracked-files=no", "--no-renames"]),
    isAsCommitted(path),
    readUnderWay(folder),
  ]);
  if (status.code !== 0) return await noCommitCause(folder, status);
  if (own === undefined) return { kind: "none" };
  const paths = Buffer.from(status.out)
    .toString("utf8")
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(3));
  return {
    kind: "known",
    path,
    isChanged: !isCommitted || paths.includes(own),
    othersChanged: paths.filter((each) => each !== own),
    ...defined({ underWay }),
  };
}

/**
 * Commits one file and nothing else, as the user's own git does; what git says when it does not is returned.
 * @param path the file itself, no link
 */
export async function commitFile(path: string, message: string): Promise<string | undefined> {
  const refusal = await runCommit(path, message);
  if (refusal !== undefined) return refusal;
  return (await isAsCommitted(path)) ? undefined : "the last commit has another text than the file";
}

function runCommit(path: string, message: string): Promise<string | undefined> {
  const args = ["commit", "--quiet", "--only", "-m", message, "--", basename(path)];
  return new Promise((resolve) => {
    execFile(
      "git",
      ["--literal-pathspecs", ...args],
      { cwd: dirname(path), timeout: COMMIT_TIMEOUT_MS, windowsHide: true, env: gitEnv() },
      (error, stdout, stderr) =>
        resolve(error === null ? undefined : `${stderr}${stdout}`.trim() || error.message),
    );
  });
}

/** True when the last commit has what git would make of the file now, whatever the index says of it. */
async function isAsCommitted(path: string): Promise<boolean> {
  const [folder, name] = [dirname(path), basename(path)];
  const [now, tree] = await Promise.all([
    gitText(folder, ["hash-object", "--", name]),
    gitBytes(folder, ["ls-tree", "-z", "HEAD", "--", name]),
  ]);
  const [, blob] = /^\d{6} blob ([0-9a-f]+)\t/.exec(Buffer.from(tree ?? []).toString("utf8")) ?? [];
  return now !== undefined && now === blob;
}

async function readUnderWay(folder: string): Promise<string | undefined> {
  // One path alone: a folder may have the end of a line in its name.
  const own = await gitPath(folder, ["rev-parse", "--absolute-git-dir"]);
  if (own === undefined) return undefined;
  for (const [mark, what] of MARKS) {
    const isThere = await access(join(own, mark)).then(
      () => true,
      () => false,
    );
    if (isThere) return what;
  }
  return undefined;
}

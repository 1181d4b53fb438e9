import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";
import { isCommitId } from "./git-history.ts";
import { gitBytes, gitText, runGit } from "./git-run.ts";

/** Hooks may check the whole repository, and a signature may wait for somebody. */
const COMMIT_TIMEOUT_MS = 120_000;

/** How a file and its neighbours stand to the last commit. */
export interface GitState {
  /** The file differs from the last commit. */
  readonly isChanged: boolean;
  /** Other files that git knows and that differ, from the top of the repository. */
  readonly othersChanged: readonly string[];
}

/** Asks git what is not committed; `undefined` without git, outside a repository, or for a file git does not know. */
export async function readGitState(file: string): Promise<GitState | undefined> {
  const folder = dirname(file);
  const [own, changes] = await Promise.all([
    gitText(folder, ["ls-files", "--full-name", "--error-unmatch", "--", basename(file)]),
    // Both sides of a rename stand alone, so that every entry is a status and one path.
    gitText(folder, ["status", "--porcelain", "-z", "--untracked-files=no", "--no-renames"]),
  ]);
  if (own === undefined || changes === undefined) return undefined;
  const paths = changes
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.replace(/^.{1,2} /, ""));
  return {
    isChanged: paths.includes(own),
    othersChanged: paths.filter((path) => path !== own),
  };
}

/** Commits one file and nothing else, as the user's own git does; what git says when it does not is returned. */
export function commitFile(file: string, message: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "git",
      ["commit", "--quiet", "--only", "-m", message, "--", basename(file)],
      { cwd: dirname(file), timeout: COMMIT_TIMEOUT_MS, windowsHide: true },
      (error, stdout, stderr) =>
        resolve(error === null ? undefined : `${stderr}${stdout}`.trim() || error.message),
    );
  });
}

/** Why git finds no commit of a name. */
export type NoCommitCause =
  /** Git did not run in the folder, or took too long. */
  "no-answer" | "no-repository" | "empty-repository" | "unknown-name";

/** Asks git why it finds no commit from a folder, once it did not find one. */
export async function readNoCommitCause(folder: string): Promise<NoCommitCause> {
  const { code, out, err } = await runGit(folder, ["rev-list", "--max-count=1", "--all"]);
  if (code === undefined) return "no-answer";
  if (err.includes("not a git repository")) return "no-repository";
  return code === 0 && out.length === 0 ? "empty-repository" : "unknown-name";
}

/** A file as a commit has it, or why git cannot say. */
export type FileAtCommit =
  | { readonly kind: "file"; readonly commit: string; readonly bytes: Uint8Array }
  /** No git, no repository, or no such commit in it. */
  | { readonly kind: "no-commit" }
  | { readonly kind: "no-file"; readonly commit: string };

/**
 * Reads a file as it stands at a commit, from the repository that its folder is in; nothing is checked out, and
 * nothing fetched.
 * @param ref a commit, branch or tag as git takes it
 */
export async function readFileAt(file: string, ref: string): Promise<FileAtCommit> {
  const folder = dirname(file);
  const commit = await gitText(folder, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  if (commit === undefined || !isCommitId(commit)) return { kind: "no-commit" };
  // The leading dot has git look in this folder, wherever in the repository it is.
  const bytes = await gitBytes(folder, ["cat-file", "blob", `${commit}:./${basename(file)}`]);
  return bytes === undefined ? { kind: "no-file", commit } : { kind: "file", commit, bytes };
}

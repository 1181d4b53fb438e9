// A file as a commit has it, and why git finds no commit of a name.
import { basename, dirname } from "node:path";
import { isCommitId } from "./git-history.ts";
import { findInTree, type GitRefusal, noCommitCause, realFile } from "./git-facts.ts";
import { gitBytes, gitText, runGit } from "./git-run.ts";

/** Why git finds no commit of a name. */
export type NoCommitCause =
  /** Git did not run in the folder, or took too long. */
  "no-answer" | "no-repository" | "empty-repository" | "unknown-name" | GitRefusal;

/** Asks git why it finds no commit from a folder, once it did not find one. */
export async function readNoCommitCause(folder: string): Promise<NoCommitCause> {
  const { code, out, err } = await runGit(folder, ["rev-list", "--max-count=1", "--all"]);
  if (code === undefined) return "no-answer";
  if (err.includes("not a git repository")) return "no-repository";
  if (code !== 0) {
    const cause = await noCommitCause(folder, { code, out, err });
    if (cause.kind === "refused") return cause;
  }
  return code === 0 && out.length === 0 ? "empty-repository" : "unknown-name";
}

/** A file as a commit has it, or why git cannot say. */
export type FileAtCommit =
  | { readonly kind: "file"; readonly commit: string; readonly bytes: Uint8Array }
  /** No git, no repository, or no such commit in it. */
  | { readonly kind: "no-commit" }
  | { readonly kind: "no-file"; readonly commit: string };

/**
 * Reads a file as it stands at a commit, from the repository that its folder is in, through links of its tree; nothing is
 * checked out, and nothing fetched.
 * @param ref a commit, branch or tag as git takes it
 */
export async function readFileAt(name: string, ref: string): Promise<FileAtCommit> {
  const first = await readNameAt(name, ref);
  if (first.kind === "file") return first;
  const real = await realFile(name);
  if (real === name) return first;
  const second = await readNameAt(real, ref);
  return second.kind === "no-commit" ? first : second;
}

async function readNameAt(file: string, ref: string): Promise<FileAtCommit> {
  const folder = dirname(file);
  const commit = await gitText(folder, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  if (commit === undefined || !isCommitId(commit)) return { kind: "no-commit" };
  const found = await findInTree(folder, basename(file), commit);
  if (found === undefined) return { kind: "no-file", commit };
  const bytes = await gitBytes(folder, ["cat-file", "blob", found.blob]);
  return bytes === undefined ? { kind: "no-file", commit } : { kind: "file", commit, bytes };
}

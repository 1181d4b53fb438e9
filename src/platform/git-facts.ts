import { basename, dirname } from "node:path";
import { gitText } from "./git-run.ts";

/** A name that is longer is cut: it is for showing. */
const AUTHOR_LENGTH_MAX = 200;

/** Where git has a file. */
export interface GitFacts {
  /** What is checked out. */
  readonly commit: string;
  /** The file differs from that commit. */
  readonly dirty: boolean;
  /** The file's path from the top of its repository (a submodule is one of its own), with `/`. */
  readonly file: string;
  /** The commit that last changed the file; absent where a shallow clone ends before it. */
  readonly changed?: FileCommit;
}

/** A commit that changed a file. Author and time are its maker's word. */
export interface FileCommit {
  readonly commit: string;
  /** `Name <address>` */
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Asks git about one file; `undefined` without git, outside a repository, or for a file git does not know. */
export async function readGitFacts(file: string): Promise<GitFacts | undefined> {
  const folder = dirname(file);
  const name = basename(file);
  const [commit, tracked, changes, changed] = await Promise.all([
    gitText(folder, ["rev-parse", "HEAD"]),
    gitText(folder, ["ls-files", "--full-name", "--error-unmatch", "--", name]),
    gitText(folder, ["status", "--porcelain", "--", name]),
    lastChange(folder, name),
  ]);
  if (commit === undefined || !isCommitId(commit) || tracked === undefined) return undefined;
  return {
    commit,
    dirty: changes !== "",
    file: tracked,
    ...(changed === undefined ? {} : { changed }),
  };
}

/** True for the whole id of a commit. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * The commit that last changed a file, of those that what is checked out goes back to by first parents: of a merge
 * it is the merge that counts, by whoever made it.
 */
async function lastChange(folder: string, name: string): Promise<FileCommit | undefined> {
  const format = ["%H", "%P", "%aI", "%an <%ae>"].join("%x00");
  const text = await gitText(folder, [
    "-c",
    "log.showSignature=false",
    "-c",
    "log.follow=false",
    "log",
    "-1",
    "--first-parent",
    "--encoding=UTF-8",
    `--format=${format}`,
    "HEAD",
    "--",
    name,
  ]);
  const [commit = "", parents = "", at = "", author = ""] = text?.split("\0") ?? [];
  if (!isCommitId(commit) || (parents === "" && (await hasParents(folder, commit))))
    return undefined;
  return { commit, author: author.slice(0, AUTHOR_LENGTH_MAX), at };
}

/** True when a commit names parents: where git shows none of them, a shallow clone ends there. */
export async function hasParents(folder: string, commit: string): Promise<boolean> {
  const text = (await gitText(folder, ["cat-file", "commit", commit])) ?? "";
  return text.startsWith("tree ") && text.split("\n", 2)[1]?.startsWith("parent ") === true;
}

import { basename, dirname } from "node:path";
import { type FileCommit, isCommitId, readFileHistory } from "./git-history.ts";
import { gitText } from "./git-run.ts";

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

/** Asks git about one file; `undefined` without git, outside a repository, or for a file git does not know. */
export async function readGitFacts(file: string): Promise<GitFacts | undefined> {
  const folder = dirname(file);
  const name = basename(file);
  const [commit, tracked, changes, history] = await Promise.all([
    gitText(folder, ["rev-parse", "HEAD"]),
    gitText(folder, ["ls-files", "--full-name", "--error-unmatch", "--", name]),
    gitText(folder, ["status", "--porcelain", "--", name]),
    readFileHistory(file, { until: "HEAD", countMax: 1 }),
  ]);
  if (commit === undefined || !isCommitId(commit) || tracked === undefined) return undefined;
  const [changed] = history.commits;
  return {
    commit,
    dirty: changes !== "",
    file: tracked,
    ...(changed === undefined ? {} : { changed }),
  };
}

/** The same for a file as a commit has it, whatever is checked out. */
export async function readGitFactsAt(file: string, commit: string): Promise<GitFacts | undefined> {
  const folder = dirname(file);
  const [prefix, history] = await Promise.all([
    gitText(folder, ["rev-parse", "--show-prefix"]),
    readFileHistory(file, { until: commit, countMax: 1 }),
  ]);
  if (prefix === undefined) return undefined;
  const [changed] = history.commits;
  return {
    commit,
    dirty: false,
    file: `${prefix}${basename(file)}`,
    ...(changed === undefined ? {} : { changed }),
  };
}

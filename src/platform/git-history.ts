// The commits that changed a file, and whether one commit follows another.
import { basename, dirname } from "node:path";
import { gitText, runGit } from "./git-run.ts";

/** A name that is longer is cut: it is for showing. */
const AUTHOR_LENGTH_MAX = 200;

/** A commit that changed a file. Author and time are its maker's word. */
export interface FileCommit {
  readonly commit: string;
  /** `Name <address>` */
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
}

/** The commits that changed a file, newest first. */
export interface FileHistory {
  readonly commits: readonly FileCommit[];
  /** A shallow clone ends where the list does: what came before is not known. */
  readonly isCutOff: boolean;
}

/** True for the whole id of a commit. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * Lists the commits that changed a file, of those that `until` goes back to by first parents and that `since` does not
 * go back to at all: of a merge it is the merge that counts, by whoever made it.
 * @param until a commit, or HEAD
 */
export async function readFileHistory(
  file: string,
  {
    until,
    since,
    countMax,
  }: { readonly until: string; readonly since?: string; readonly countMax: number },
): Promise<FileHistory> {
  const folder = dirname(file);
  const format = ["%H", "%P", "%aI", "%an <%ae>"].join("%x00");
  const text = await gitText(folder, [
    "-c",
    "log.showSignature=false",
    "-c",
    "log.follow=false",
    "log",
    `--max-count=${countMax}`,
    "--first-parent",
    "--encoding=UTF-8",
    `--format=${format}`,
    until,
    ...(since === undefined ? [] : [`^${since}`]),
    "--",
    basename(file),
  ]);
  // What git could not say within its time is not there: no commit may count as unchanged or signed for that.
  if (text === undefined) return { commits: [], isCutOff: true };
  const rows = text.split("\n").filter((line) => line !== "");
  const commits: FileCommit[] = [];
  for (const row of rows) {
    const [commit = "", parents = "", at = "", author = ""] = row.split("\0");
    if (!isCommitId(commit)) continue;
    // Where a shallow clone ends everything looks new: whether the commit changed the file cannot be told.
    if (parents === "" && (await namesParents(folder, commit))) return { commits, isCutOff: true };
    commits.push({ commit, author: author.slice(0, AUTHOR_LENGTH_MAX), at });
  }
  return { commits, isCutOff: false };
}

/** True when a commit itself names parents, whether or not they are here. */
async function namesParents(folder: string, commit: string): Promise<boolean> {
  const text = await gitText(folder, ["cat-file", "commit", commit]);
  return text === undefined || text.split("\n", 2)[1]?.startsWith("parent ") === true;
}

/** How a commit stands to an earlier one. */
export type Ancestry =
  /** The earlier one is among those that it goes back to, or is the same. */
  | "follows"
  | "beside"
  /** One of the two is not here. */
  | "missing";

/** Asks whether a commit goes back to an earlier one, by any parents. */
export async function readAncestry(
  folder: string,
  { since, until }: { readonly since: string; readonly until: string },
): Promise<Ancestry> {
  const { code } = await runGit(folder, ["merge-base", "--is-ancestor", since, until]);
  return code === 0 ? "follows" : code === 1 ? "beside" : "missing";
}

/**
 * The commit at which the first parents of `until` meet what `since` goes back to; `undefined` when they never do.
 * It is `since` itself unless that came in by a merge from the side.
 */
export async function readMeeting(
  folder: string,
  { since, until }: { readonly since: string; readonly until: string },
): Promise<string | undefined> {
  const text = await gitText(folder, [
    "rev-list",
    "--first-parent",
    "--parents",
    until,
    `^${since}`,
  ]);
  if (text === undefined) return undefined;
  if (text === "") return until;
  return text.split("\n").at(-1)?.split(" ")[1];
}

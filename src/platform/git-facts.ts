// What git knows of a file: its commit, its repository, and whether it was edited since.
import { basename, dirname, join } from "node:path";
import { digestOfBytes } from "../core/index.ts";
import { type FileCommit, isCommitId, readFileHistory } from "./git-history.ts";
import {
  findInTree,
  gitPath,
  type GitRefusal,
  leadsThroughLink,
  noCommitCause,
  realFile,
} from "./git-place.ts";
import { gitBytes, runGit } from "./git-run.ts";

/** Where git has a file. */
export interface GitFacts {
  /** What is checked out. */
  readonly commit: string;
  /** The bytes that were read are not those of that commit. */
  readonly dirty: boolean;
  /** The file's path from the top of its repository (a submodule is one of its own), with `/`. */
  readonly file: string;
  /** The commit that last changed the file; absent where a shallow clone ends before it. */
  readonly changed?: FileCommit;
}

/** Facts, and where on this machine they were asked for. */
export interface PlacedFacts {
  readonly kind: "known";
  readonly facts: GitFacts;
  /** Absolute; the file itself, where its name leads through links. */
  readonly path: string;
  /** The name leads through a link that the repository holds. */
  readonly isLinked: boolean;
}

/** What git says of a file: nothing where it is in no repository, or not committed there. */
export type GitAnswer = PlacedFacts | { readonly kind: "none" } | GitRefusal;

/**
 * Asks git about a file that was read; links are followed.
 * @param digest of the bytes that were read, `sha256:…`
 */
export async function readGitFacts(name: string, digest: string): Promise<GitAnswer> {
  const path = await realFile(name);
  const folder = dirname(path);
  const head = await runGit(folder, ["rev-parse", "--verify", "HEAD"]);
  const commit = Buffer.from(head.out).toString("utf8").trim();
  if (head.code !== 0 || !isCommitId(commit)) return await noCommitCause(folder, head);
  const [file, top, bytes, history] = await Promise.all([
    trackedName(folder, basename(path)),
    gitPath(folder, ["rev-parse", "--show-toplevel"]),
    blobAt(folder, basename(path), commit),
    readFileHistory(path, { until: commit, countMax: 1 }),
  ]);
  if (file === undefined) return { kind: "none" };
  return {
    kind: "known",
    path,
    isLinked: top !== undefined && (await leadsThroughLink(name, top)),
    facts: {
      commit,
      dirty: bytes === undefined || digestOfBytes(bytes) !== digest,
      file,
      ...changedOf(history.commits),
    },
  };
}

/** The same for a file as a commit has it, whatever is checked out. */
export async function readGitFactsAt(name: string, commit: string): Promise<GitAnswer> {
  for (const path of new Set([name, await realFile(name)])) {
    const folder = dirname(path);
    const found = await findInTree(folder, basename(path), commit);
    const top = await gitPath(folder, ["rev-parse", "--show-toplevel"]);
    if (found === undefined || top === undefined) continue;
    const real = found.isLinked ? join(top, found.path) : path;
    const history = await readFileHistory(real, { until: commit, countMax: 1 });
    return {
      kind: "known",
      path: real,
      isLinked: found.isLinked || (await leadsThroughLink(path, top)),
      facts: { commit, dirty: false, file: found.path, ...changedOf(history.commits) },
    };
  }
  return { kind: "none" };
}

/** The path of a file of this folder as git tracks it; `undefined` where it does not. */
export async function trackedName(folder: string, name: string): Promise<string | undefined> {
  const bytes = await gitBytes(folder, [
    "ls-files",
    "-z",
    "--full-name",
    "--error-unmatch",
    "--",
    name,
  ]);
  const [path = ""] = Buffer.from(bytes ?? [])
    .toString("utf8")
    .split("\0");
  return path === "" ? undefined : path;
}

async function blobAt(
  folder: string,
  name: string,
  commit: string,
): Promise<Uint8Array | undefined> {
  const found = await findInTree(folder, name, commit);
  return found === undefined || found.isLinked
    ? undefined
    : await gitBytes(folder, ["cat-file", "blob", found.blob]);
}

function changedOf([changed]: readonly FileCommit[]): Pick<GitFacts, "changed"> {
  return changed === undefined ? {} : { changed };
}

// What git knows of a file: where it stands in a repository, behind which links, its commit, and whether it was edited since.
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { digestOfBytes } from "../core/index.ts";
import { type FileCommit, isCommitId, readFileHistory } from "./git-history.ts";
import { gitBytes, type GitEnd, runGit } from "./git-run.ts";

// What git knows of a file: its commit, its repository, and whether it was edited since.

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
interface PlacedFacts {
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

// Where a file is as git sees it: behind links, on the disk and in the tree of a commit.

const LINKS_MAX = 16;

/** Why git says nothing of a file that a repository may well have. */
export interface GitRefusal {
  readonly kind: "refused";
  /** Git's own words, of one line. */
  readonly why: string;
  readonly next: string;
}

/** The file that a name leads to; the name itself where it leads nowhere. */
export async function realFile(name: string): Promise<string> {
  return await realpath(name).catch(() => name);
}

/**
 * Asks whether a name leads through a link that a repository holds: then the commits of the file it leads to do not
 * tell when the link was turned to it.
 * @param top the real path of the repository's work tree
 */
async function leadsThroughLink(name: string, top: string): Promise<boolean> {
  for (let at = name; at !== dirname(at); at = dirname(at)) {
    const isLink = await lstat(at).then(
      (facts) => facts.isSymbolicLink(),
      () => false,
    );
    if (!isLink) continue;
    const folder = await realFile(dirname(at));
    if (folder === top || folder.startsWith(top.endsWith("/") ? top : `${top}/`)) return true;
  }
  return false;
}

/**
 * Why git gave no commit: because there is no repository or no commit in it, or because it would not, or could not, look.
 */
export async function noCommitCause(
  folder: string,
  { code, err }: GitEnd,
): Promise<{ readonly kind: "none" } | GitRefusal> {
  if (code === undefined) {
    if (!(await isBelowRepository(folder))) return { kind: "none" };
    return {
      kind: "refused",
      why: "git did not answer",
      next: "check that git is installed, and how long `git status` takes there",
    };
  }
  if (err.includes("not a git repository") || err.includes("Needed a single revision"))
    return { kind: "none" };
  const line = err.split("\n").find((each) => each.trim() !== "") ?? `git ended with ${code}`;
  const why = line.replace(/^(?:fatal|error): /, "");
  const at = /repository at '(.*)'/.exec(line)?.[1] ?? folder;
  return {
    kind: "refused",
    why,
    next: err.includes("dubious ownership")
      ? `if you trust whoever owns it: git config --global --add safe.directory ${quoted(at)}`
      : "run `git status` in its folder, which says more",
  };
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function isBelowRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await lstat(join(at, ".git")).catch(() => undefined)) !== undefined) return true;
    if (at === dirname(at)) return false;
  }
}

/** A file in the tree of a commit. */
export interface GitTreeFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  /** The id of its blob. */
  readonly blob: string;
  /** The name leads to it through a link of the tree. */
  readonly isLinked: boolean;
}

/** Finds a file in the tree of a commit, by its name in a folder, and through links that stay in the tree. */
export async function findInTree(
  folder: string,
  name: string,
  commit: string,
): Promise<GitTreeFile | undefined> {
  let found = await entryOf(folder, ["--full-name", commit, "--", name]);
  for (let steps = 0; found !== undefined && steps < LINKS_MAX; steps += 1) {
    if (found.mode !== "120000") {
      const { path, blob } = found;
      return found.mode.startsWith("100") ? { path, blob, isLinked: steps > 0 } : undefined;
    }
    const bytes = await gitBytes(folder, ["cat-file", "blob", found.blob]);
    if (bytes === undefined) return undefined;
    // To the letter: blanks at the end of a name are part of it.
    const target = Buffer.from(bytes).toString("utf8");
    if (target.startsWith("/")) return undefined;
    const path: string = posix.join(posix.dirname(found.path), target);
    found = path.startsWith("../")
      ? undefined
      : await entryOf(folder, ["--full-tree", commit, "--", path]);
  }
  return undefined;
}

interface TreeEntry {
  readonly mode: string;
  readonly blob: string;
  readonly path: string;
}

async function entryOf(folder: string, args: readonly string[]): Promise<TreeEntry | undefined> {
  const bytes = await gitBytes(folder, ["ls-tree", "-z", ...args]);
  if (bytes === undefined) return undefined;
  const [entry = ""] = Buffer.from(bytes).toString("utf8").split("\0");
  const [, mode, blob, path] = /^(\d{6}) \w+ ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
  if (mode === undefined || blob === undefined || path === undefined) return undefined;
  return { mode, blob, path };
}

/** A path that git printed on a line of its own, to the letter. */
export async function gitPath(
  folder: string,
  args: readonly string[],
): Promise<string | undefined> {
  const { code, out } = await runGit(folder, args);
  return code === 0
    ? Buffer.from(out)
        .toString("utf8")
        .replace(/\r?\n$/, "")
    : undefined;
}

import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";

const GIT_TIMEOUT_MS = 3_000;

/** Which commit a file stands at, and whether it differs from it. */
export interface GitFacts {
  readonly commit: string;
  readonly dirty: boolean;
}

/** Asks git about one file; `undefined` without git, outside a repository, or for a file git does not know. */
export async function readGitFacts(file: string): Promise<GitFacts | undefined> {
  const folder = dirname(file);
  const name = basename(file);
  const [commit, tracked, changes] = await Promise.all([
    git(folder, ["rev-parse", "HEAD"]),
    git(folder, ["ls-files", "--error-unmatch", "--", name]),
    git(folder, ["status", "--porcelain", "--", name]),
  ]);
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit) || tracked === undefined) {
    return undefined;
  }
  return { commit, dirty: changes !== "" };
}

/** Output without white space around it, or `undefined` when git says no. */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "git",
      // Reading must not take locks nor run what a repository configures.
      ["-c", "core.fsmonitor=false", "--no-optional-locks", ...args],
      { cwd: folder, timeout: GIT_TIMEOUT_MS, windowsHide: true },
      (error, stdout) => resolve(error === null ? stdout.trim() : undefined),
    );
  });
}

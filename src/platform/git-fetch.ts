// Fetching a branch from a remote before it is read.
import { execFile } from "node:child_process";
import { gitEnv } from "./git-run.ts";

/** A remote may be behind a slow line. */
const FETCH_TIMEOUT_MS = 60_000;

/** A branch of a remote. */
export interface RemoteBranch {
  readonly remote: string;
  readonly branch: string;
}

/** True for what may be the name of a remote or branch, and can be no option. */
export function isRefName(text: string): boolean {
  return /^[A-Za-z0-9_][\w./-]*$/.test(text) && !text.includes("..") && !text.endsWith("/");
}

/** The name under which a clone keeps what it fetched of a branch. */
export function trackingRef({ remote, branch }: RemoteBranch): string {
  return `refs/remotes/${remote}/${branch}`;
}

/**
 * Fetches a branch into the ref that tracks it. The work tree, the index and local branches are not touched, and
 * nobody is asked for a password.
 * @param folder any folder of the clone
 * @returns why it could not be fetched; `undefined` when it was
 */
export function fetchBranch(folder: string, from: RemoteBranch): Promise<string | undefined> {
  const spec = `+refs/heads/${from.branch}:${trackingRef(from)}`;
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--no-recurse-submodules",
    from.remote,
    spec,
  ];
  return new Promise((resolve) => {
    execFile(
      "git",
      args,
      {
        cwd: folder,
        timeout: FETCH_TIMEOUT_MS,
        windowsHide: true,
        env: { ...gitEnv(), GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
      },
      (error, _stdout, stderr) => resolve(error === null ? undefined : faultOf(stderr, error)),
    );
  });
}

/** An address may hold a password: what git says is told without it. */
function faultOf(
  stderr: string,
  { killed, message }: Error & { readonly killed?: boolean },
): string {
  if (killed === true) return `git fetch took more than ${FETCH_TIMEOUT_MS / 1_000} s`;
  const [line = message] = stderr.split("\n").filter((text) => text.trim() !== "");
  return line.replaceAll(/\/\/[^\s'"]*@/g, "//…@").slice(0, 300);
}

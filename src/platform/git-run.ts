// Running git so that it reads objects only: no locks, no hooks, no programs that a repository names.
import { execFile } from "node:child_process";
import { readingGitEnv } from "./git-env.ts";

const GIT_TIMEOUT_MS = 3_000;
/** More than the largest manifest; a git that says more is ended. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Reading must not take locks nor run what a repository configures, and must go by the objects themselves: not by a
 * cache of their parents, nor by others that were put in their place.
 */
const READ_ONLY = [
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.commitGraph=false",
  "--no-optional-locks",
  "--no-replace-objects",
  // A file is named to the letter, never as a pattern.
  "--literal-pathspecs",
];

/** How git ended. */
export interface GitEnd {
  /** 0 when git is content; `undefined` when it did not run, or was ended by us. */
  readonly code: number | undefined;
  readonly out: Uint8Array;
  readonly err: string;
}

/** Runs a git that only reads. It never fails: what went wrong is part of the end. */
export function runGit(
  folder: string,
  args: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<GitEnd> {
  return new Promise((resolve) => {
    const child = execFile(
      "git",
      [...READ_ONLY, ...args],
      {
        cwd: folder,
        timeout: options.timeoutMs ?? GIT_TIMEOUT_MS,
        windowsHide: true,
        encoding: "buffer",
        maxBuffer: OUTPUT_BYTES_MAX,
        env: readingGitEnv(),
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
        resolve({ code, out: new Uint8Array(stdout), err: Buffer.from(stderr).toString("utf8") });
      },
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end();
  });
}

/** Output without white space around it, or `undefined` when git says no. */
export async function gitText(
  folder: string,
  args: readonly string[],
): Promise<string | undefined> {
  const bytes = await gitBytes(folder, args);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8").trim();
}

/** Output as it is, or `undefined` when git says no. */
export async function gitBytes(
  folder: string,
  args: readonly string[],
): Promise<Uint8Array | undefined> {
  const { code, out } = await runGit(folder, args);
  return code === 0 ? out : undefined;
}

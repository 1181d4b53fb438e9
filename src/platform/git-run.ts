// Running git so that it reads objects only: no locks, no hooks, no programs that a repository names.
import { execFile } from "node:child_process";
import { devNull } from "node:os";
import process from "node:process";

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

// The environment that git is run in: whoever ran us may have told a git of theirs where to look.

/**
 * What names a repository, an index, objects or a way to read names. A hook, an alias or a script hands them on, and
 * they would answer for another repository than the one that a file is in.
 * Source: `git rev-parse --local-env-vars` and git(1), "Environment variables"
 */
const OF_ANOTHER_GIT: ReadonlySet<string> = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_ATTR_SOURCE",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GLOB_PATHSPECS",
  "GIT_GRAFT_FILE",
  "GIT_ICASE_PATHSPECS",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_LITERAL_PATHSPECS",
  "GIT_NAMESPACE",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

/** The environment for a git that changes something as the user's own does. */
export function gitEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !OF_ANOTHER_GIT.has(name) && !name.startsWith("GIT_TRACE"),
  );
  return Object.fromEntries(own);
}

/** The same for a git whose answers are read: it speaks one language, asks nobody, and makes up no history. */
function readingGitEnv(): NodeJS.ProcessEnv {
  return {
    ...gitEnv(),
    GIT_GRAFT_FILE: devNull,
    // A clone that lacks an object must say so instead of asking the network for it.
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
}

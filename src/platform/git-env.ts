// The environment that git is run in: whoever ran us may have told a git of theirs where to look.
import { devNull } from "node:os";
import process from "node:process";

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
export function readingGitEnv(): NodeJS.ProcessEnv {
  return {
    ...gitEnv(),
    GIT_GRAFT_FILE: devNull,
    // A clone that lacks an object must say so instead of asking the network for it.
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
}

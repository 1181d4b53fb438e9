// The reasons why git finds no commit of some name, in words that say what to do.
import { dirname } from "node:path";
import { readNoCommitCause } from "../../platform/index.ts";

/** What is wrong with the name of a commit, and what to do. */
export interface NoCommit {
  readonly message: string;
  readonly next: string;
}

/** Says why git finds no commit beside a file. */
export async function noCommitAt(
  ref: string,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<NoCommit> {
  const cause = await readNoCommitCause(dirname(path));
  if (typeof cause !== "string") {
    return {
      message: `git does not say what commit ${ref} is beside ${name}: ${cause.why}`,
      next: cause.next,
    };
  }
  switch (cause) {
    case "no-answer":
      return {
        message: `git does not answer in the folder of ${name}, which commit ${ref} is asked of`,
        next: "check that git is installed and that the folder is there",
      };
    case "no-repository":
      return {
        message: `there is no commit ${ref}: the folder of ${name} is in no git repository`,
        next: "run the command in a clone of the repository that has the manifest",
      };
    case "empty-repository":
      return {
        message: `there is no commit ${ref}: the git repository of ${name} has no commits yet`,
        next: "commit the manifest first, or fetch what others committed",
      };
    case "unknown-name":
      return {
        message: `git knows no commit ${ref} beside ${name}`,
        next: "check the name, and fetch it first where this clone lacks it",
      };
  }
}

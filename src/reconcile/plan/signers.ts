// Whose signature on a commit counts under several keysets.
import type { GitKey } from "../../core/index.ts";
import type { Keyset, SignedCommits } from "../../model/index.ts";

/** An operator whose signature on a commit counts. */
export interface CommitSigner {
  readonly name: string;
  readonly keys: readonly GitKey[];
}

/**
 * Whose signature on a commit counts under all of these keysets: a key must be listed in each of them, at an operator
 * who may apply there, so that no manifest can bring in a signer of its own, nor keep one that was taken out. Names are
 * those of the last.
 */
export function signersOf(keysets: readonly Keyset[]): readonly CommitSigner[] {
  const listed = keysets.map((keyset) => new Set(appliers(keyset).flatMap(({ git = [] }) => git)));
  const last = keysets.at(-1);
  if (last === undefined) return [];
  return appliers(last)
    .map(({ name, git = [] }) => ({
      name,
      keys: git.filter((key) => listed.every((keys) => keys.has(key))),
    }))
    .filter(({ keys }) => keys.length > 0);
}

/** What the policies of these keysets ask of commits, each word once. */
export function signedCommitsOf(keysets: readonly Keyset[]): readonly SignedCommits[] {
  return [
    ...new Set(keysets.flatMap(({ policy: { signedCommits } }) => signedCommits ?? [])),
  ].toSorted();
}

function appliers({ operators }: Keyset): Keyset["operators"] {
  return operators.filter(({ may }) => may.includes("apply"));
}

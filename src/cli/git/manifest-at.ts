// A manifest as some commit has it, what the applied one named, and where git has the one at hand; nothing is checked out or fetched.
import { type Digest, digestOfBytes, FleetError } from "../../core/index.ts";
import {
  type GitAnswer,
  type GitRefusal,
  readFileAt,
  readGitFacts,
  readGitFactsAt,
} from "../../platform/index.ts";
import type { History, NamedBefore } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";
import { manifestPath, type ManifestSource, verifyManifest } from "../manifest/manifest-source.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";
import { noCommitAt } from "./no-commit.ts";

// A manifest as some commit has it, and where git has the one at hand; nothing is checked out or fetched.

/** A manifest as a commit has it. */
export interface ManifestAt {
  readonly source: ManifestSource;
  /** The whole id. */
  readonly commit: string;
}

/**
 * Reads a manifest as it stands at a commit, which is neither checked out nor fetched; it must be good.
 * @param ref a commit, branch or tag as git takes it
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/invalid-manifest (exit 64)
 */
export async function readManifestAt(name: string, ref: string, world: World): Promise<ManifestAt> {
  const { bytes, commit } = await manifestBytesAt(name, ref, world);
  const source = await verifyManifest(name, bytes, world);
  return { source: { ...source, commit }, commit };
}

/**
 * The bytes of a manifest at a commit, good or not.
 * @param digest what they must have, where that is known
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/other-text (exit 64)
 */
export async function manifestBytesAt(
  name: string,
  ref: string,
  world: World,
  digest?: Digest,
): Promise<{ readonly bytes: Uint8Array; readonly commit: string }> {
  const path = manifestPath(name, world);
  if (path === undefined) {
    throw usage(
      "a commit has its manifest under a name, and standard input has none",
      "name the file",
    );
  }
  const found = await readFileAt(path, ref);
  switch (found.kind) {
    case "no-commit": {
      const { message, next } = await noCommitAt(ref, { name, path });
      throw new FleetError("cli/no-commit", message, { next, exit: 64 });
    }
    case "no-file":
      throw new FleetError("cli/not-in-commit", `commit ${found.commit} has no ${name}`, {
        next: "name a commit that has it, or the name that it had there",
        exit: 64,
      });
    case "file": {
      const { bytes, commit } = found;
      if (digest === undefined || digestOfBytes(bytes) === digest) return { bytes, commit };
      throw new FleetError("cli/other-text", `commit ${commit} has another text of ${name}`, {
        next: "name another commit",
        exit: 64,
      });
    }
  }
}

/** Where git has the manifest that was read: at its commit, or as it is checked out. */
export async function gitFactsOf(source: ManifestSource): Promise<GitAnswer> {
  const { name, path, commit, desired } = source;
  if (name === "-" || source.isKeptText === true) return { kind: "none" };
  return commit === undefined
    ? await readGitFacts(path, desired.manifestDigest)
    : await readGitFactsAt(path, commit);
}

/** Says that git would not answer, so that no commit is named; a sentence for a note. */
export function refusedNote(name: string, { why, next }: GitRefusal): string {
  return printable(`git says nothing of ${name}: ${why}; no commit is named for it (${next})`);
}

// What the manifest that was applied last named, as git has it.

/** The keys that the manifest of the last recorded commit names; `undefined` where git has no other one than this. */
export async function namedAtLastCommit(
  source: ManifestSource,
  history: History,
): Promise<NamedBefore | undefined> {
  const commit = history.known ? history.lastCommit : undefined;
  if (commit === undefined || source.name === "-") return undefined;
  const found = await readFileAt(source.path, commit);
  return found.kind === "file" ? await keysNamedAt(found.bytes, found.commit, source) : undefined;
}

/** The keys that a manifest of a commit names; `undefined` where it is the very one that was read. */
export async function keysNamedAt(
  bytes: Uint8Array,
  commit: string,
  { desired, name }: ManifestSource,
): Promise<NamedBefore | undefined> {
  if (digestOfBytes(bytes) === desired.manifestDigest) return undefined;
  const { keysNamedIn } = await import("../manifest/manifest-room.ts");
  return { commit, keys: keysNamedIn(bytes, name) };
}

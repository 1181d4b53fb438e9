// What the manifest that was applied last named, as git has it.
import { digestOfBytes } from "../../core/index.ts";
import { readFileAt } from "../../platform/index.ts";
import type { History, NamedBefore } from "../../reconcile/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";

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

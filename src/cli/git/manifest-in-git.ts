import { dirname } from "node:path";
import type { ManifestCommit, PlanManifest } from "../../model/index.ts";
import { type GitFacts, type GitSigner, verifyCommit } from "../../platform/index.ts";

/** What a plan says of where git has its manifest. */
export type ManifestInGit = Pick<PlanManifest, "commit" | "dirty" | "file" | "changed">;

/**
 * Verifies the commit that last changed the manifest by the keys of these signers. Nothing outside of git. Where nobody
 * lists a key no program is asked, so that a plan does not depend on what this machine has.
 * @param path the manifest's, absolute
 */
export async function manifestInGit(
  path: string,
  facts: GitFacts | undefined,
  signers: readonly GitSigner[],
): Promise<ManifestInGit> {
  if (facts === undefined) return {};
  const { changed, ...place } = facts;
  if (changed === undefined) return place;
  return { ...place, changed: { ...changed, signature: await signatureOf() } };

  async function signatureOf(): Promise<ManifestCommit["signature"]> {
    if (signers.some(({ keys }) => keys.length > 0) && changed !== undefined)
      return await verifyCommit(dirname(path), changed.commit, signers);
    return { kind: "unchecked", why: "no operator lists a key for it" };
  }
}

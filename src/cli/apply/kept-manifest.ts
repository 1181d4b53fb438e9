// Which manifest's text an apply keeps in the ledger, so that it can be planned again.
import { resolve } from "node:path";
import { digestOfBytes, fromUtf8, hasCode } from "../../core/index.ts";
import { MANIFEST_BYTES_MAX, type Plan } from "../../model/index.ts";
import type { KnownHistory } from "../../reconcile/index.ts";
import { STANDARD_INPUT } from "../manifest/manifest-source.ts";
import type { World } from "../shell/world.ts";

/** What is asked when an apply begins. */
export interface KeepInput {
  readonly plan: Pick<Plan, "manifest" | "seal">;
  readonly history: Pick<KnownHistory, "keptManifests">;
  /** Nobody we accept signed the plan: what it says of a manifest counts for nothing. */
  readonly isStrangers: boolean;
  /** The bytes of the manifest that was planned, where they are at hand; the file is read where they are not. */
  readonly bytes?: Uint8Array;
}

/** The text that the plan's entry keeps, or why none is kept where one should be. */
export type TextToKeep =
  | { readonly kind: "text"; readonly text: string }
  /** A commit has it, our ledger keeps it already, or it is not wanted. */
  | { readonly kind: "needless" }
  /** One sentence. */
  | { readonly kind: "not-kept"; readonly why: string };

/**
 * Says what an apply keeps of its manifest: the text where no clean commit has it, the ledger is sealed, does not hold
 * it yet and is not told otherwise. A text that holds a secret is never kept.
 */
export async function textToKeep(
  { plan, history, isStrangers, bytes }: KeepInput,
  world: Pick<World, "files" | "folder">,
): Promise<TextToKeep> {
  const { manifest, seal } = plan;
  const isCommitted = manifest.commit !== undefined && manifest.dirty === false;
  const isHeld = history.keptManifests?.has(manifest.digest) === true;
  if (isCommitted || isHeld || isStrangers || !seal) return { kind: "needless" };
  const found = bytes ?? (await readManifestFile(manifest.path, world));
  if (found === undefined || digestOfBytes(found) !== manifest.digest)
    return { kind: "not-kept", why: `${manifest.path} is not the one that was planned` };
  const { keepable } = await import("../manifest/manifest-room.ts");
  const text = fromUtf8(found);
  const verdict = keepable(text, manifest.path);
  switch (verdict.kind) {
    case "keepable":
      return { kind: "text", text };
    case "unwanted":
      return { kind: "needless" };
    case "secret": {
      const { at, message } = verdict.first;
      return { kind: "not-kept", why: `line ${at?.line ?? 0} of ${manifest.path}: ${message}` };
    }
  }
}

/** Says that the text is not kept; a sentence for a note. */
export function notKeptNote(why: string): string {
  return `no commit has the manifest, and its text is not kept in the ledger: ${why}; \`fleet rollback\` cannot plan it again`;
}

async function readManifestFile(
  name: string,
  { files, folder }: Pick<World, "files" | "folder">,
): Promise<Uint8Array | undefined> {
  if (name === STANDARD_INPUT) return undefined;
  try {
    return await files.read(resolve(folder, name), { bytesMax: MANIFEST_BYTES_MAX });
  } catch (error) {
    if (hasCode(error, "files/")) return undefined;
    throw error;
  }
}

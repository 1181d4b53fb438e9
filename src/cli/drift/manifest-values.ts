// The manifest at hand, for records that name a manifest or a digest instead of the value.
import type { VisorKey } from "../../core/index.ts";
import type { AtHand } from "../../ledger/index.ts";
import { plainWanted } from "../../reconcile/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";

/** What the manifest wants of a field, as records are compared with it. */
export function atHandOf({
  desired,
}: Pick<ManifestSource, "desired">): (visor: VisorKey, path: string) => AtHand | undefined {
  const fields = new Map(desired.visors.map((each) => [each.key, each.leaves]));
  return (visor, path) => {
    const field = fields.get(visor)?.get(path);
    return field === undefined
      ? undefined
      : { manifest: desired.manifestDigest, wanted: plainWanted(field) };
  };
}

// The visor that a word of a command line means, by name or by key.
import { FleetError, parseVisorKey, type VisorKey } from "../../core/index.ts";
import type { ManifestSource } from "./manifest-source.ts";

/**
 * The key of a visor that a word names: a name of the manifest, or a whole key.
 * @throws FleetError cli/unknown-visor (exit 64)
 */
export function visorKeyOf(word: string, manifest: ManifestSource | undefined): VisorKey {
  const known = manifest?.desired.visors.find(({ name, key }) => name === word || key === word);
  if (known !== undefined) return known.key;
  if (/^[0-9a-f]+$/i.test(word) && word.length > 32) return parseVisorKey(word);
  throw new FleetError("cli/unknown-visor", `no visor is named "${word}"`, {
    next:
      manifest === undefined
        ? "there is no manifest to find names in: name it with --manifest, or give a visor key"
        : "name a visor of the manifest, or give a visor key; `fleet status` lists the visors",
    exit: 64,
  });
}

import type { OperatorKey } from "../core/index.ts";
import type { Names } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import { checkManifest, manifestName, type ManifestSource } from "./manifest-source.ts";
import type { World } from "./world.ts";

/** What a manifest adds to a command that works without one. */
export interface ManifestFacts {
  readonly source: ManifestSource | undefined;
  readonly names: Names;
  readonly operators: readonly OperatorKey[];
}

/** Names and operators of the manifest when there is a good one; nothing of it is needed. */
export async function manifestFacts(given: Given, world: World): Promise<ManifestFacts> {
  try {
    const { source } = await checkManifest(manifestName(given, world, undefined), world);
    return {
      source,
      names: source?.desired.keyNames ?? {},
      operators: source?.desired.operators.map((operator) => operator.key) ?? [],
    };
  } catch {
    return { source: undefined, names: {}, operators: [] };
  }
}

// What relays were caught with while ledgers were fetched, kept as evidence where a signature proves it.
import { evidenceOfLie, type PulledFeed } from "../../replicas/index.ts";
import { keepEvidenceFile } from "./evidence-file.ts";
import type { World } from "../shell/world.ts";

/**
 * Keeps what feeds signed and that contradicts itself, a file each.
 * @returns the paths, those that were there already included
 */
export async function keepEvidence(
  pulled: readonly PulledFeed[],
  world: World,
): Promise<readonly string[]> {
  const kept = new Set<string>();
  for (const { feed, outcomes } of pulled) {
    for (const outcome of outcomes) {
      if (outcome.kind !== "lie") continue;
      const document = evidenceOfLie(feed, outcome.lie);
      if (document !== undefined) kept.add(await keepEvidenceFile(document, world));
    }
  }
  return [...kept];
}

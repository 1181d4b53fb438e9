import { join } from "node:path";
import { sha256, toHex } from "../../core/index.ts";
import { formatEvidence, makeEvidence } from "../../ledger/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { PulledFeed } from "../../replicas/index.ts";
import type { World } from "../world.ts";

const EVIDENCE_FOLDER = "evidence";
const NAME_DIGITS = 16;

/**
 * Keeps what feeds signed and contradicts itself, a file each, named by its content.
 * @returns the paths, those that were there already included
 */
export async function keepEvidence(
  pulled: readonly PulledFeed[],
  world: World,
): Promise<readonly string[]> {
  const folder = join(homeFolders(world.env).state, EVIDENCE_FOLDER);
  const kept = new Set<string>();
  for (const { feed, outcomes } of pulled) {
    for (const outcome of outcomes) {
      if (outcome.kind !== "lie") continue;
      const { shown, before } = outcome.lie;
      if (shown === undefined) continue;
      const document = makeEvidence(
        feed,
        before === undefined ? [shown.sent] : [shown.sent, before],
      );
      if (document === undefined) continue;
      const bytes = formatEvidence(document);
      const path = join(
        folder,
        `${feed.slice(0, NAME_DIGITS)}-${toHex(sha256(bytes)).slice(0, NAME_DIGITS)}.json`,
      );
      if (!kept.has(path)) {
        await world.files.makeFolder(folder);
        await world.files.replace(path, bytes);
      }
      kept.add(path);
    }
  }
  return [...kept];
}

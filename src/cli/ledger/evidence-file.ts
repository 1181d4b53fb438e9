// The folder of evidence that the holder of a feed's key contradicted itself, one file for each contradiction.
import { join } from "node:path";
import { sha256, toHex } from "../../core/index.ts";
import { type EvidenceDocument, formatEvidence } from "../../ledger/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { World } from "../shell/world.ts";

const EVIDENCE_FOLDER = "evidence";
const NAME_DIGITS = 16;

/**
 * Keeps what a feed signed and that cannot all be true, in a file named by its content.
 * @returns the path
 */
export async function keepEvidenceFile(document: EvidenceDocument, world: World): Promise<string> {
  const bytes = formatEvidence(document);
  const folder = join(homeFolders(world.env).state, EVIDENCE_FOLDER);
  const digest = toHex(sha256(bytes)).slice(0, NAME_DIGITS);
  const path = join(folder, `${document.feed.slice(0, NAME_DIGITS)}-${digest}.json`);
  await world.files.makeFolder(folder);
  await world.files.replace(path, bytes);
  return path;
}

// A damaged store, held whole, to find all that is wrong with it.
import { type Files, sha256, toHex } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";
import {
  listSegments,
  missingError,
  type Pin,
  readPin,
  type ScanResult,
  scanSegment,
  type StoredCommit,
  StoreScanner,
} from "../log/index.ts";

/** A store with all that is in it, held in memory. */
export interface LoadedStore {
  readonly scan: ScanResult;
  /** Whole objects by hex hash, of commits and of a torn tail. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly commits: readonly StoredCommit[];
  readonly pin: Pin | undefined;
  /** The pin file ends in the middle of a pin. */
  readonly isPinTorn: boolean;
  readonly pinDamage: string | undefined;
}

/**
 * Reads a whole store, whatever is bad in it, without changing anything. The pin is read first: commits
 * that come while we read can only be newer than it.
 * @throws FleetError ledger/missing, ledger/version, ledger/other-key, files/*
 */
export async function loadStore(files: Files, folder: string, feed: FeedKey): Promise<LoadedStore> {
  const { pin, isTorn, damage } = await readPin(files, folder);
  const segments = await listSegments(files, folder);
  if (segments.length === 0) throw missingError(folder, feed);
  const objects = new Map<string, Uint8Array>();
  const commits: StoredCommit[] = [];
  const scanner = new StoreScanner(feed, {
    object: ({ body }) => {
      const bytes = body.slice();
      objects.set(toHex(sha256(bytes)), bytes);
    },
    commit: (commit) => commits.push(commit),
  });
  for (const segment of segments)
    await scanSegment(files, folder, scanner, segment, { isLast: segment === segments.at(-1) });
  return { scan: scanner.finish(), objects, commits, pin, isPinTorn: isTorn, pinDamage: damage };
}

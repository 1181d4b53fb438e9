// Puts a newer copy of a ledger in the place of an older one.
import { FleetError } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { LOCK_FILE, type LockWorld, readLedger, takeLedgerLock } from "../log/index.ts";

/** A ledger that is to be replaced by a newer copy of itself. */
export interface ReplaceOptions extends LockWorld {
  readonly feed: FeedKey;
  /** Where the ledger is, absolute. */
  readonly folder: string;
  /** The newer copy, on the same file system. */
  readonly copy: string;
  /** Where the ledger that was there goes; nothing may be there. */
  readonly aside: string;
}

/**
 * Puts a newer copy of a ledger in its place, and the one that was there aside. A sound ledger must be the
 * beginning of the copy; of a damaged one only its pin can be held against it, which the copy was made with.
 * A crash between the two renames leaves both, and the copy under its own name.
 * @throws FleetError ledger/not-an-extension, ledger/locked, ledger/missing, files/*
 */
export async function replaceLedger(options: ReplaceOptions): Promise<void> {
  const { files, folder, copy, aside, feed } = options;
  const lock = await takeLedgerLock(options, folder);
  try {
    const newer = await readLedger({ files, folder: copy, feed });
    const older = await soundLedger(options);
    const isBeginning =
      older === undefined ||
      (older.head.size <= newer.head.size &&
        (await newer.treeAt(older.head.size)) === older.head.tree);
    if (!isBeginning)
      throw new FleetError(
        "ledger/not-an-extension",
        `the copy of ${newer.head.size} entries does not begin with the ${older.head.size} entries in ${folder}`,
        {
          next: `keep both folders: they are two histories of one key; the copy is in ${copy}`,
          exit: 4,
        },
      );
    await lock.check();
    await files.move(folder, aside);
    await files.move(copy, folder);
    await files.remove(`${aside}/${LOCK_FILE}`);
  } finally {
    await lock.release();
  }
}

async function soundLedger({
  files,
  folder,
  feed,
}: ReplaceOptions): Promise<Awaited<ReturnType<typeof readLedger>> | undefined> {
  try {
    return await readLedger({ files, folder, feed });
  } catch (error) {
    if (error instanceof FleetError && error.code === "ledger/damaged") return undefined;
    throw error;
  }
}

// The lock of the one writer of a ledger.
import { FileLock, FleetError, type FileLockWorld } from "../../core/index.ts";

/** The lock's file name in a ledger's folder. */
export const LOCK_FILE = "lock";

/** What writing a ledger needs of the world. */
export interface LockWorld extends FileLockWorld {
  /** A segment file that would grow beyond this is followed by a new one. */
  readonly segmentSizeBytes?: number;
}

/**
 * Takes the lock of the one writer of a ledger, waiting for another up to the timeout.
 * @throws FleetError ledger/locked, ledger/not-writable; checking it throws ledger/lock-lost
 */
export async function takeLedgerLock(world: LockWorld, folder: string): Promise<FileLock> {
  const path = `${folder}/${LOCK_FILE}`;
  return await FileLock.take(world, {
    path,
    held: (holder) =>
      new FleetError("ledger/locked", `the ledger is being written by ${holder}`, {
        next: `wait for it or raise --lock-timeout; if no fleet runs there, remove ${path}`,
        exit: 4,
      }),
    lost: () =>
      new FleetError(
        "ledger/lock-lost",
        `the lock ${path} is no longer ours: nothing was written`,
        {
          next: "find out who removed it, then run the command again",
          exit: 4,
        },
      ),
    notMade: (cause) =>
      new FleetError("ledger/not-writable", `the ledger's lock ${path} cannot be made`, {
        next: "make the folder writable, or make room on the disk",
        exit: 4,
        cause,
      }),
  });
}

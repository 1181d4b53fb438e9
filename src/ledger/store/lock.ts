import {
  type Clock,
  type Files,
  FleetError,
  fromUtf8,
  hasCode,
  type Random,
  sleep,
  toHex,
  utf8,
} from "../../core/index.ts";

/** The lock's file name in a ledger's folder. */
export const LOCK_FILE = "lock";

/** How often a waiting writer looks again. */
const POLL_MS = 50;
const NONCE_SIZE = 16;

/** Who we are, as a lock tells others. */
export interface ProcessFacts {
  readonly pid: number;
  readonly host: string;
  /** The user's or robot's name. */
  readonly owner: string;
  /** True when a process of this machine runs. */
  isAlive(pid: number): boolean;
}

/** What taking a lock needs. */
export interface LockWorld {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly process: ProcessFacts;
  /** How long to wait for another writer. */
  readonly lockTimeoutMs?: number;
  /** A segment file that would grow beyond this is followed by a new one. */
  readonly segmentSizeBytes?: number;
}

const LOCK_TIMEOUT_MS = 10_000;
/** Stale locks removed before giving up; each is followed by a fresh try. */
const TAKEOVERS_MAX = 100;
/** A lock without readable text this old was left by a crash, not by somebody still writing it. */
const UNREADABLE_MS = 5000;
/** Stands for the nonce of a lock that cannot be read. */
const UNREADABLE = "unreadable";

// A process number comes back, in containers nearly always the same one: a lock with our number that
// is not in here was left by somebody before us.
const heldHere = new Set<string>();

interface LockText {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly sinceMs: number;
  readonly nonce: string;
}

/** The one writer of a ledger. */
export class LedgerLock {
  readonly #files: Files;
  readonly #path: string;
  readonly #nonce: string;
  /** Of the lock file when it was last seen to be ours. */
  #identity: string | undefined;

  private constructor(files: Files, path: string, nonce: string) {
    this.#files = files;
    this.#path = path;
    this.#nonce = nonce;
  }

  /**
   * Takes the lock, waiting for another writer up to the timeout. A lock whose process of this host
   * is gone is taken over.
   * @throws FleetError ledger/locked
   */
  static async take(world: LockWorld, folder: string): Promise<LedgerLock> {
    const { files, clock, random, process, lockTimeoutMs = LOCK_TIMEOUT_MS } = world;
    const path = `${folder}/${LOCK_FILE}`;
    const nonce = toHex(random(NONCE_SIZE));
    const mine = {
      owner: process.owner,
      pid: process.pid,
      host: process.host,
      sinceMs: clock.now(),
      nonce,
    };
    const deadline = clock.now() + lockTimeoutMs;
    for (let takeovers = 0; takeovers <= TAKEOVERS_MAX;) {
      if (await createFile(files, path, mine)) {
        heldHere.add(nonce);
        return new LedgerLock(files, path, nonce);
      }
      const holder = await readLock(files, path);
      if (holder === undefined) continue;
      if (isGone(holder, world)) {
        await removeStale(world, path, holder, mine);
        takeovers += 1;
      } else {
        if (clock.now() >= deadline) throw lockedError(path, holder);
        await sleep(clock, POLL_MS);
      }
    }
    throw lockedError(path, await readLock(files, path));
  }

  /** @throws FleetError ledger/lock-lost when somebody removed or took the lock */
  async check(): Promise<void> {
    const facts = await this.#files.stat(this.#path);
    if (facts !== undefined && facts.identity === this.#identity) return;
    const holder = await readLock(this.#files, this.#path);
    if (holder?.nonce === this.#nonce) {
      this.#identity = facts?.identity;
      return;
    }
    throw new FleetError(
      "ledger/lock-lost",
      `the lock ${this.#path} is no longer ours: nothing was written`,
      {
        next: "find out who removed it, then run the command again",
        exit: 4,
      },
    );
  }

  /** Gives the lock back; nothing when it is no longer ours. */
  async release(): Promise<void> {
    const holder = await readLock(this.#files, this.#path);
    if (holder?.nonce === this.#nonce) await this.#files.remove(this.#path);
    heldHere.delete(this.#nonce);
  }
}

function isGone(holder: LockText, { process, clock }: LockWorld): boolean {
  if (holder.nonce === UNREADABLE) return clock.now() - holder.sinceMs > UNREADABLE_MS;
  if (holder.host !== process.host) return false;
  return holder.pid === process.pid ? !heldHere.has(holder.nonce) : !process.isAlive(holder.pid);
}

/**
 * Removes a lock whose process is gone. Two that see the same stale lock must not both remove it, or
 * the second would remove the fresh lock of the first: the guard is named after the stale lock's
 * nonce, and who holds it looks again before removing. A crash between leaves a guard that a person
 * has to remove; waiters then end with the file names.
 */
async function removeStale(
  { files, clock }: LockWorld,
  path: string,
  stale: LockText,
  mine: LockText,
): Promise<void> {
  const guard = `${path}.${stale.nonce}`;
  if (!(await createFile(files, guard, mine))) return sleep(clock, POLL_MS);
  const holder = await readLock(files, path);
  if (holder?.nonce === stale.nonce) await files.remove(path);
  return files.remove(guard);
}

async function createFile(files: Files, path: string, text: LockText): Promise<boolean> {
  try {
    await files.create(path, utf8(JSON.stringify(text)), { mode: 0o600 });
    return true;
  } catch (cause) {
    if (hasCode(cause, "files/exists")) return false;
    throw new FleetError("ledger/not-writable", `the ledger's lock ${path} cannot be made`, {
      next: "make the folder writable, or make room on the disk",
      exit: 4,
      cause,
    });
  }
}

async function readLock(files: Files, path: string): Promise<LockText | undefined> {
  const facts = await files.stat(path);
  const bytes = await files.read(path);
  if (facts === undefined || bytes === undefined) return undefined;
  return (
    parseLock(bytes) ?? {
      owner: "a writer",
      pid: 0,
      host: "an unknown host",
      sinceMs: facts.modifiedMs,
      nonce: UNREADABLE,
    }
  );
}

function parseLock(bytes: Uint8Array): LockText | undefined {
  try {
    const value = JSON.parse(fromUtf8(bytes)) as Partial<LockText>;
    const { owner, pid, host, sinceMs, nonce } = value;
    if (typeof owner !== "string" || typeof host !== "string" || typeof nonce !== "string")
      return undefined;
    if (typeof pid !== "number" || typeof sinceMs !== "number") return undefined;
    return { owner, pid, host, sinceMs, nonce };
  } catch {
    return undefined;
  }
}

function lockedError(path: string, holder: LockText | undefined): FleetError {
  const who =
    holder === undefined
      ? "another writer"
      : `${holder.owner}, process ${holder.pid} on ${holder.host}`;
  return new FleetError("ledger/locked", `the ledger is being written by ${who}`, {
    next: `wait for it or raise --lock-timeout; if no fleet runs there, remove ${path}`,
    exit: 4,
  });
}

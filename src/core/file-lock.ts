// A lock as a file: one process writes a ledger or a manifest at a time, and says who it is.
import { toHex, utf8 } from "./bytes.ts";
import { defined } from "./small-words.ts";
import { type FleetError, hasCode } from "./errors.ts";
import type { Files } from "./files.ts";
import { jsonIfAny } from "./json.ts";
import { type Clock, type Random, sleep } from "./ports.ts";
import { membersOf, numberFrom, type Shape, TEXT } from "./shape.ts";
import { hasShape } from "./shape-check.ts";

/** How often whoever waits looks again. */
const POLL_MS = 50;
const NONCE_SIZE = 16;

/** Who we are, as a lock tells others. */
interface ProcessFacts {
  readonly pid: number;
  readonly host: string;
  /** The user's or robot's name. */
  readonly owner: string;
  /** True when a process of this machine runs. */
  isAlive(pid: number): boolean;
  /**
   * When a process of this machine began, in a form that no other process of its number has, not even after a restart of
   * the machine, and that no change of the clock moves; `undefined` where that cannot be told.
   */
  startOf?(pid: number): string | undefined;
}

/** What taking a lock needs. */
export interface FileLockWorld {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly process: ProcessFacts;
  /** How long to wait for whoever holds it; 10 seconds when not given. */
  readonly lockTimeoutMs?: number;
}

/** The file of a lock, and what to say when it cannot be had. */
export interface LockSubject {
  /** Absolute; its folder exists. */
  readonly path: string;
  /** @param holder a person and process, as a sentence names them */
  held(holder: string): FleetError;
  /** Somebody removed or took the lock. */
  lost(): FleetError;
  /** The file cannot be made. */
  notMade(cause: unknown): FleetError;
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
  /** When the process began, as {@link ProcessFacts.startOf} says it. Locks of release 0.1.0 do not say. */
  readonly started?: string;
}

const LOCK: Shape<LockText> = membersOf(
  { owner: TEXT, pid: numberFrom(), host: TEXT, sinceMs: numberFrom(), nonce: TEXT },
  { started: TEXT },
);

/** A lock that is ours: a file that only one process can make. */
export class FileLock {
  readonly #files: Files;
  readonly #subject: LockSubject;
  readonly #nonce: string;
  /** Of the lock file when it was last seen to be ours. */
  #identity: string | undefined;

  private constructor(files: Files, subject: LockSubject, nonce: string) {
    this.#files = files;
    this.#subject = subject;
    this.#nonce = nonce;
  }

  /**
   * Takes the lock, waiting for another holder up to the timeout. A lock whose process of this host is gone is
   * taken over, also where another process has its number by now.
   * @throws FleetError of the subject's `held` and `notMade`
   */
  static async take(world: FileLockWorld, subject: LockSubject): Promise<FileLock> {
    const { files, clock, random, process, lockTimeoutMs = LOCK_TIMEOUT_MS } = world;
    const { path } = subject;
    const nonce = toHex(random(NONCE_SIZE));
    const started = process.startOf?.(process.pid);
    const mine = {
      owner: process.owner,
      pid: process.pid,
      host: process.host,
      sinceMs: clock.now(),
      nonce,
      ...defined({ started }),
    };
    const deadline = clock.now() + lockTimeoutMs;
    let isTaken = false;
    heldHere.add(nonce);
    try {
      for (let takeovers = 0; takeovers <= TAKEOVERS_MAX;) {
        isTaken = await createFile(files, path, mine, subject);
        if (isTaken) return new FileLock(files, subject, nonce);
        const holder = await readLock(files, path);
        if (holder === undefined) continue;
        if (isGone(holder, world)) {
          await removeStale(world, subject, holder, mine);
          takeovers += 1;
        } else {
          if (clock.now() >= deadline) throw subject.held(nameOf(holder));
          await sleep(clock, POLL_MS);
        }
      }
      throw subject.held(nameOf(await readLock(files, path)));
    } finally {
      if (!isTaken) heldHere.delete(nonce);
    }
  }

  /** @throws FleetError of the subject's `lost` when somebody removed or took the lock */
  async check(): Promise<void> {
    const facts = await this.#files.stat(this.#subject.path);
    if (facts !== undefined && facts.identity === this.#identity) return;
    const holder = await readLock(this.#files, this.#subject.path);
    if (holder?.nonce !== this.#nonce) throw this.#subject.lost();
    this.#identity = facts?.identity;
  }

  /** Gives the lock back; nothing when it is no longer ours. */
  async release(): Promise<void> {
    try {
      const holder = await readLock(this.#files, this.#subject.path);
      if (holder?.nonce === this.#nonce) await this.#files.remove(this.#subject.path);
    } finally {
      heldHere.delete(this.#nonce);
    }
  }
}

function isGone(holder: LockText, { process, clock }: FileLockWorld): boolean {
  if (holder.nonce === UNREADABLE) return clock.now() - holder.sinceMs > UNREADABLE_MS;
  if (holder.host !== process.host) return false;
  if (holder.pid === process.pid) return !heldHere.has(holder.nonce);
  return !process.isAlive(holder.pid) || isAnother(holder, process);
}

/** True when the process that has the holder's number now began at another time: it is not the holder. */
function isAnother({ pid, started }: LockText, process: ProcessFacts): boolean {
  const now = started === undefined ? undefined : process.startOf?.(pid);
  return now !== undefined && now !== started;
}

/**
 * Removes a lock whose process is gone. Two that see the same stale lock must not both remove it, or
 * the second would remove the fresh lock of the first: the guard is named after the stale lock's
 * nonce, and who holds it looks again before removing. A guard that a crash left is removed in the same way, by a guard
 * of its own.
 */
async function removeStale(
  world: FileLockWorld,
  subject: LockSubject,
  stale: LockText,
  mine: LockText,
): Promise<void> {
  const { files, clock } = world;
  const { path } = subject;
  const guard = `${path}.${stale.nonce}`;
  if (!(await createFile(files, guard, mine, subject))) {
    const other = await readLock(files, guard);
    if (other === undefined || !isGone(other, world)) return sleep(clock, POLL_MS);
    return removeStale(world, { ...subject, path: guard }, other, mine);
  }
  const holder = await readLock(files, path);
  if (holder?.nonce === stale.nonce) await files.remove(path);
  return files.remove(guard);
}

async function createFile(
  files: Files,
  path: string,
  text: LockText,
  subject: LockSubject,
): Promise<boolean> {
  try {
    await files.create(path, utf8(JSON.stringify(text)), { mode: 0o600 });
    return true;
  } catch (cause) {
    if (hasCode(cause, "files/exists")) return false;
    throw subject.notMade(cause);
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
  const lock = jsonIfAny(bytes);
  return hasShape(lock, LOCK) ? lock : undefined;
}

function nameOf(holder: LockText | undefined): string {
  return holder === undefined
    ? "another process"
    : `${holder.owner}, process ${holder.pid} on ${holder.host}`;
}

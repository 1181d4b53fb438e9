// The file of a ledger's tree hashes, as its writer adds to it.
import { type AppendFile, concatBytes, type Files, hasCode } from "../../core/index.ts";
import { HASH_SIZE, storedHashCount } from "../../tlog/index.ts";

/** RFC 6962 stored hashes of all entries, 32 bytes each, in the order in which they are complete. */
export const TREE_FILE = "tree.hashes";

const FILE_MODE = 0o600;
const FLUSH_HASHES = 4096;

/** Of how many leaves, at most `size`, a file with so many stored hashes holds all. */
export function leavesWithin(stored: number, size: number): number {
  let [low, high] = [0, size + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (storedHashCount(middle) <= stored) low = middle;
    else high = middle;
  }
  return low;
}

/** The file of stored hashes as a writer keeps it. A failure only makes it shorter than it could be. */
export class TreeFile {
  readonly #files: Files;
  readonly #path: string;
  /** Leaves whose hashes are in the file. */
  #leaves: number;
  #waiting: Uint8Array[] = [];
  #file: AppendFile | undefined;

  constructor(files: Files, folder: string, leaves: number) {
    this.#files = files;
    this.#path = `${folder}/${TREE_FILE}`;
    this.#leaves = leaves;
  }

  push(leaf: number, complete: readonly Uint8Array[]): void {
    if (leaf >= this.#leaves) this.#waiting.push(...complete);
  }

  /** False when the file cannot be written; then it is left alone. */
  async flush(): Promise<boolean> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return true;
    this.#waiting = [];
    try {
      this.#file ??= await this.#open();
      for (let at = 0; at < waiting.length; at += FLUSH_HASHES)
        await this.#file.append(concatBytes(...waiting.slice(at, at + FLUSH_HASHES)));
      return true;
    } catch (error) {
      if (!hasCode(error, "files/")) throw error;
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #open(): Promise<AppendFile> {
    const size = storedHashCount(this.#leaves) * HASH_SIZE;
    const facts = await this.#files.stat(this.#path);
    const file = await this.#files.openAppend(this.#path, { mode: FILE_MODE });
    if (facts !== undefined && facts.size > size) await this.#files.truncate(this.#path, size);
    return file;
  }
}

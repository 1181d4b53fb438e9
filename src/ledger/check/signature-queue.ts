// Gathers signatures and has them verified many at a time.
import { BugError, type SignatureItem, verifyEd25519, type VerifyMany } from "../../core/index.ts";

/** Verified at once: enough to be worth a message to a thread. */
const BATCH_ITEMS = 512;
/** Batches under way; what is behind them waits. */
const BATCHES_MAX = 6;

/** Verifies signatures behind the back of who finds them, a bounded number of them at a time. */
export class SignatureQueue {
  readonly #verify: VerifyMany;
  readonly #running = new Set<Promise<void>>();
  #waiting: SignatureItem[] = [];
  #isSound = true;
  #failure: Error | undefined;
  #entries = 0;

  constructor(verifyMany: VerifyMany = verifyHere) {
    this.#verify = verifyMany;
  }

  /** Entries whose signatures were added. */
  get entries(): number {
    return this.#entries;
  }

  add(item: SignatureItem): void {
    this.#waiting.push(item);
    if (this.#waiting.length >= BATCH_ITEMS) this.#start();
  }

  /** Adds all signatures of one entry. */
  addEntry(items: readonly SignatureItem[]): void {
    this.#entries += 1;
    for (const item of items) this.add(item);
  }

  /** Resolves when there is room for more. */
  async drain(): Promise<void> {
    while (this.#running.size > BATCHES_MAX) await Promise.race(this.#running);
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** True when all signatures hold. */
  async finish(): Promise<boolean> {
    this.#start();
    await this.settle();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#isSound;
  }

  #start(): void {
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length === 0) return;
    const work = this.#run(items).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #run(items: readonly SignatureItem[]): Promise<void> {
    try {
      const verdicts = await this.#verify(items);
      const isEach = verdicts.length === items.length && verdicts.every((holds) => holds);
      this.#isSound &&= isEach;
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new BugError(String(error));
    }
  }
}

async function verifyHere(items: readonly SignatureItem[]): Promise<readonly boolean[]> {
  return items.map(({ key, message, signature }) => verifyEd25519(key, message, signature));
}

// Many signatures verified at once, on as many threads as there are processors.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  isStrictEd25519Key,
  type OperatorKey,
  operatorKeyBytes,
  type SignatureItem,
  verifyEd25519,
  type VerifyMany,
} from "../core/index.ts";
import { type SignatureBatch, signatureWorker } from "./signature-worker.ts";

/** Fewer are verified at once in this thread: a message would take longer. */
const BATCH_MIN = 64;
const SIGNATURE_SIZE = 64;
/** A thread holds a few batches of messages; more room would only be filled with what is no longer needed. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 } as const;

/** Threads that verify signatures. */
export interface SignaturePool {
  /** Gives the verdicts of `verifyEd25519`, whatever becomes of the threads. */
  readonly verifyMany: VerifyMany;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Makes a pool; its threads (default: one a core) start when there is work for them. */
export function signaturePool(threads: number = availableParallelism()): SignaturePool {
  const members: PoolMember[] = [];
  return {
    verifyMany: async (items) => {
      if (items.length < BATCH_MIN) return verifyHere(items);
      if (members.length < threads) members.push(new PoolMember());
      const member = members.reduce((least, each) => (each.load < least.load ? each : least));
      return member.verify(items);
    },
    close: async () => {
      await Promise.all(members.splice(0).map((member) => member.close()));
    },
  };
}

/** One thread, and the batches that it has. */
class PoolMember {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (verdicts: Uint8Array | undefined) => void>();
  #next = 0;
  #isGone = false;

  constructor() {
    // The worker's code is sent as text, so that it runs alike from sources and from the built program.
    const code = `(${signatureWorker.toString()})(require("node:worker_threads"), require("node:crypto"))`;
    this.#worker = new Worker(code, { eval: true, execArgv: [], resourceLimits: THREAD_LIMITS });
    this.#worker.unref();
    this.#worker.on("message", ({ id, verdicts }: { id: number; verdicts: Uint8Array }) => {
      this.#settle(id, verdicts);
    });
    this.#worker.on("error", () => this.#lose());
    this.#worker.on("exit", () => this.#lose());
  }

  /** Batches under way. */
  get load(): number {
    return this.#waiting.size;
  }

  async verify(items: readonly SignatureItem[]): Promise<readonly boolean[]> {
    const strict = items.map(isPlausible);
    const verdicts = this.#isGone ? undefined : await this.#send(items);
    if (verdicts === undefined) return verifyHere(items);
    return strict.map((isStrict, at) => isStrict && verdicts[at] === 1);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(items: readonly SignatureItem[]): Promise<Uint8Array | undefined> {
    const id = this.#next;
    this.#next += 1;
    const batch = packBatch(id, items);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.ref();
      this.#worker.postMessage(batch, [batch.messages.buffer, batch.signatures.buffer]);
    });
  }

  #settle(id: number, verdicts: Uint8Array | undefined): void {
    this.#waiting.get(id)?.(verdicts);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #lose(): void {
    this.#isGone = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, undefined);
  }
}

/** What the thread does not look at: the form of the signature, and whether the key is one. */
function isPlausible({ key, signature }: SignatureItem): boolean {
  return signature.length === SIGNATURE_SIZE && isStrictEd25519Key(key);
}

function packBatch(id: number, items: readonly SignatureItem[]): SignatureBatch {
  const keys: OperatorKey[] = [];
  const keyAt = new Uint16Array(items.length);
  const ends = new Uint32Array(items.length);
  const signatures = new Uint8Array(items.length * SIGNATURE_SIZE);
  let end = 0;
  for (const [at, { key, message, signature }] of items.entries()) {
    let index = keys.lastIndexOf(key);
    if (index < 0) index = keys.push(key) - 1;
    keyAt[at] = index;
    end += message.length;
    ends[at] = end;
    signatures.set(signature.subarray(0, SIGNATURE_SIZE), at * SIGNATURE_SIZE);
  }
  const messages = new Uint8Array(end);
  for (const [at, { message }] of items.entries())
    messages.set(message, (ends[at] ?? 0) - message.length);
  return { id, keys: keys.map(operatorKeyBytes), keyAt, ends, messages, signatures };
}

async function verifyHere(items: readonly SignatureItem[]): Promise<readonly boolean[]> {
  return items.map(({ key, message, signature }) => verifyEd25519(key, message, signature));
}

import { concatBytes } from "../../src/core/index.ts";
import { memoryPair, type MemoryEnd } from "./memory-pair.ts";

/** The far end of a stream, moved by hand. */
export interface RawPeer {
  /** What the code under test holds. */
  readonly near: MemoryEnd;
  readonly far: MemoryEnd;
  /** All bytes that arrived so far. */
  received(): Uint8Array;
  readonly hasEnded: boolean;
  readonly isClosed: boolean;
}

/** A peer that only collects; tests write on `far` themselves. */
export function rawPeer(): RawPeer {
  const [near, far] = memoryPair();
  const chunks: Uint8Array[] = [];
  let hasEnded = false;
  let isClosed = false;
  far.listen({
    data: (chunk) => chunks.push(chunk),
    end: () => {
      hasEnded = true;
    },
    closed: () => {
      isClosed = true;
    },
  });
  return {
    near,
    far,
    received: () => concatBytes(...chunks),
    get hasEnded() {
      return hasEnded;
    },
    get isClosed() {
      return isClosed;
    },
  };
}

/** Lets everything that is under way in memory arrive. */
export async function settle(turns = 6): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

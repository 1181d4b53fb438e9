// Verifies inclusion and consistency proofs.
import { equalBytes, FleetError } from "../core/index.ts";
import { EMPTY_ROOT, HASH_SIZE, nodeHash } from "./merkle.ts";

/** What an inclusion proof is about. All of it may come from others. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  /** The leaf, counted from zero. */
  readonly index: number;
  /** The size of the tree that has `root`. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Lowest hash first. */
  readonly proof: readonly Uint8Array[];
}

/** What a consistency proof is about. All of it may come from others. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  /** Lowest hash first. */
  readonly proof: readonly Uint8Array[];
}

/**
 * Verifies that a leaf is in a tree. The proof has exactly the hashes that index and size ask for.
 * Size and root come from one checkpoint: the same hashes also fit every other size at which the way
 * from the root to the leaf takes the same turns.
 * @throws FleetError tlog/proof
 *
 * Source: RFC 9162 section 2.1.3.2.
 */
export function verifyInclusion({ leafHash, index, size, root, proof }: InclusionClaim): void {
  checkSize(size);
  checkSize(index);
  checkHashes([leafHash, root, ...proof]);
  if (index >= size) {
    throw refusal(`leaf ${index} is not among the ${size} leaves of the tree`);
  }
  let position = index;
  let last = size - 1;
  let hash = leafHash;
  for (const beside of proof) {
    if (last === 0) throw refusal("the proof has more hashes than the tree is high");
    if (isOdd(position) || position === last) {
      hash = nodeHash(beside, hash);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, beside);
    }
    position = half(position);
    last = half(last);
  }
  if (last !== 0) throw refusal("the proof has fewer hashes than the tree is high");
  if (!equalBytes(hash, root)) throw refusal(`the proof of leaf ${index} leads to another root`);
}

/**
 * Verifies that a tree begins with an older one. The proof has exactly the hashes that both sizes ask
 * for: none for equal sizes, whose roots are equal, and none for an empty old tree, whose root is
 * `EMPTY_ROOT`. Each size and its root come from one checkpoint, as in {@link verifyInclusion}.
 * @throws FleetError tlog/proof
 *
 * Source: RFC 9162 section 2.1.4.2; for an empty old tree, C2SP tlog-witness.
 */
export function verifyConsistency(claim: ConsistencyClaim): void {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  checkSize(oldSize);
  checkSize(newSize);
  checkHashes([oldRoot, newRoot, ...proof]);
  if (oldSize > newSize) throw refusal(`a tree of ${newSize} leaves begins with no ${oldSize}`);
  if (oldSize === 0 && !equalBytes(oldRoot, EMPTY_ROOT)) {
    throw refusal("the old tree has no leaves and not the root of an empty tree");
  }
  if (oldSize === newSize && !equalBytes(oldRoot, newRoot)) {
    throw refusal(`two different trees of ${newSize} leaves`);
  }
  if (oldSize === 0 || oldSize === newSize) {
    if (proof.length > 0) throw refusal("the proof has hashes where none are needed");
    return;
  }
  verifyPrefix(claim);
}

function verifyPrefix({ oldSize, oldRoot, newSize, newRoot, proof }: ConsistencyClaim): void {
  let position = oldSize - 1;
  let last = newSize - 1;
  while (isOdd(position)) {
    position = half(position);
    last = half(last);
  }
  // The way up began in the old tree's own root: the verifier has that one, the proof need not.
  const [first, ...others] = position === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined || proof.length === 0) throw refusal("the proof has no hashes");
  let oldHash = first;
  let newHash = first;
  for (const beside of others) {
    if (last === 0) throw refusal("the proof has more hashes than the tree is high");
    if (isOdd(position) || position === last) {
      oldHash = nodeHash(beside, oldHash);
      newHash = nodeHash(beside, newHash);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      newHash = nodeHash(newHash, beside);
    }
    position = half(position);
    last = half(last);
  }
  if (last !== 0) throw refusal("the proof has fewer hashes than the tree is high");
  if (!equalBytes(oldHash, oldRoot)) throw refusal("the proof leads to another old root");
  if (!equalBytes(newHash, newRoot)) throw refusal("the proof leads to another new root");
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}

function half(count: number): number {
  return Math.floor(count / 2);
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw refusal(`${size} is no number of leaves`);
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some(({ length }) => length !== HASH_SIZE)) {
    throw refusal(`every hash of a proof has ${HASH_SIZE} bytes`);
  }
}

function refusal(message: string): FleetError {
  return new FleetError("tlog/proof", message, {
    next: "ask for the proof again; if it fails again, the log or who serves it is not honest",
  });
}

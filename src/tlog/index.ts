export { EMPTY_ROOT, HASH_SIZE, leafHash, nodeHash } from "./merkle.ts";
export {
  frontierIndexes,
  storedHashCount,
  storedHashIndex,
  TREE_SIZE_MAX,
} from "./stored-hashes.ts";
export { TreeFrontier } from "./tree-frontier.ts";
export { consistencyProof, inclusionProof, type ReadHashes, treeRoot } from "./tree-proofs.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./verify-proof.ts";

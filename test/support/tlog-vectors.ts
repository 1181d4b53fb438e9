import { fromHex, isOperatorKey, type OperatorKey, signEd25519 } from "../../src/core/index.ts";
import { noteKeyOf, type NoteKeyType, type NoteSigner } from "../../src/tlog/index.ts";

// The form of test/vectors/tlog.json. Hashes and seeds are hex, notes and proofs base64.

interface InclusionVector {
  readonly size: number;
  readonly index: number;
  readonly leafHash: string;
  readonly root: string;
  readonly proof: readonly string[];
}

interface ConsistencyVector {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: string;
  readonly newRoot: string;
  readonly proof: readonly string[];
}

export interface StoredHashVector {
  readonly at: number;
  readonly hash: string;
}

/** A tree of leaves that are all alike, with the stored hashes that Go read for each answer. */
interface LargeTreeVector {
  readonly size: number;
  readonly root: string;
  readonly rootReads: readonly StoredHashVector[];
  readonly index: number;
  readonly inclusion: readonly string[];
  readonly inclusionReads: readonly StoredHashVector[];
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly consistency: readonly string[];
  readonly consistencyReads: readonly StoredHashVector[];
}

export interface KeyVector {
  readonly name: string;
  readonly type: NoteKeyType;
  readonly seed: string;
  readonly key: string;
  readonly vkey: string;
}

export interface NoteVector {
  readonly name: string;
  readonly note: string;
  readonly verdict: "accepted" | "malformed" | "signature" | "unsigned";
  readonly text?: string;
  /** `name+id` of each. */
  readonly verified?: readonly string[];
  readonly unverified?: readonly string[];
  readonly times?: readonly { readonly name: string; readonly timeS: number }[];
}

interface CheckpointVector {
  readonly name: string;
  readonly text: string;
  readonly verdict: "accepted" | "refused";
  readonly origin?: string;
  readonly size?: number;
  readonly root?: string;
  readonly extension?: string;
}

interface LeafProofVector {
  readonly name: string;
  readonly proof: string;
  readonly verdict: "accepted" | "refused";
  readonly index?: number;
  readonly hashes?: readonly string[];
  readonly extra?: string;
}

interface GrowthVector {
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly newSize: number;
  readonly newRoot: string;
  readonly hashes: readonly string[];
  readonly checkpoint: string;
  readonly body: string;
}

/** What a witness answered to a request, in the order in which they were sent. */
interface WitnessVector {
  readonly name: string;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface TlogVectors {
  readonly roots: readonly { readonly size: number; readonly root: string }[];
  readonly inclusion: readonly Pick<InclusionVector, "size" | "index" | "proof">[];
  readonly consistency: readonly Pick<ConsistencyVector, "oldSize" | "newSize" | "proof">[];
  readonly storedIndexes: readonly {
    readonly level: number;
    readonly index: number;
    readonly at: number;
  }[];
  readonly storedCounts: readonly { readonly size: number; readonly count: number }[];
  readonly largeLeafHash: string;
  readonly large: readonly LargeTreeVector[];
  readonly claims: readonly InclusionVector[];
  readonly refusedInclusion: readonly (InclusionVector & { readonly name: string })[];
  readonly refusedConsistency: readonly (ConsistencyVector & { readonly name: string })[];
  readonly keys: readonly KeyVector[];
  readonly publishedNote: { readonly vkey: string; readonly note: string };
  readonly notes: readonly NoteVector[];
  readonly verifierKeys: readonly {
    readonly name: string;
    readonly vkey: string;
    readonly verdict: "accepted" | "refused";
  }[];
  readonly checkpoints: readonly CheckpointVector[];
  readonly cosigned: readonly NoteVector[];
  readonly fixedCosignature: {
    readonly text: string;
    readonly timeS: number;
    readonly line: string;
  };
  readonly leafProofs: readonly LeafProofVector[];
  readonly growth: readonly GrowthVector[];
  readonly witness: readonly WitnessVector[];
}

/** The signer of a key vector; its secret is no secret. */
export function vectorSigner({ name, type, seed, key }: KeyVector): NoteSigner {
  return {
    key: noteKeyOf(name, type, operatorKey(key)),
    sign: (message) => signEd25519(fromHex(seed), message),
  };
}

/** Whatever a row's name begins with, ours decides otherwise than Go: test/vectors/README.md says why. */
export function isDifference({ name }: { readonly name: string }): boolean {
  return name.startsWith("differs: ");
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function operatorKey(text: string): OperatorKey {
  if (!isOperatorKey(text)) throw new Error(`${text} is no key`);
  return text;
}

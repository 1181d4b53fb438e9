// Proofs as the texts of the tlog-proof format, and their verification.
import { assert, defined, FleetError, formatBase64, parseBase64, utf8 } from "../core/index.ts";
import { HASH_SIZE, parseCheckpoint, parseLeafCount } from "./merkle.ts";
import { decodeNoteText, parseNote, quote } from "./note-text.ts";
import { type CheckpointTrust, type OpenedCheckpoint, openCheckpoint } from "./open-checkpoint.ts";
import { verifyConsistency, verifyInclusion } from "./verify-proof.ts";

const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
const HASHES_MAX = 63;

/** That one leaf is in a log, to be verified without asking anybody. */
export interface LeafProof {
  /** Bytes of the application's own, which nothing protects. */
  readonly extra?: Uint8Array;
  /** The leaf, counted from zero. */
  readonly index: number;
  /** Lowest hash first. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note of a checkpoint. */
  readonly checkpoint: Uint8Array;
}

/** That a log at a checkpoint begins with what it was at an older size. */
export interface GrowthProof {
  readonly oldSize: number;
  /** Lowest hash first; at most 63. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note of the newer checkpoint. */
  readonly checkpoint: Uint8Array;
}

/**
 * Formats a proof that a leaf is in a log: a header, an optional `extra` line in base64, an `index`
 * line, the hashes in base64 one a line, an empty line, and the checkpoint as it was signed.
 * @throws FleetError tlog/proof, tlog/note, tlog/checkpoint for what {@link parseLeafProof} refuses
 *
 * Source: C2SP tlog-proof v1, "Format".
 */
export function formatLeafProof({ extra, index, hashes, checkpoint }: LeafProof): Uint8Array {
  assertCount(index);
  const first = extra === undefined ? [] : [`extra ${formatBase64(extra)}`];
  return formatProof([PROOF_HEADER, ...first, `index ${index}`], hashes, checkpoint);
}

/**
 * Parses what {@link formatLeafProof} makes. Its checkpoint is well-formed; nothing is verified.
 * @throws FleetError tlog/proof, tlog/note, tlog/checkpoint
 */
export function parseLeafProof(bytes: Uint8Array): LeafProof {
  const { lines, checkpoint } = splitProof(bytes);
  const [header, ...rest] = lines;
  if (header !== PROOF_HEADER) throw refusal(`it does not begin with ${PROOF_HEADER}`);
  const extra = rest[0]?.startsWith("extra ") === true ? parseExtra(rest.shift() ?? "") : undefined;
  const [indexLine = "", ...hashLines] = rest;
  const index = parseNumberLine("index", indexLine);
  const hashes = hashLines.map(parseHash);
  checkCount(hashes.length);
  return { ...defined({ extra }), index, hashes, checkpoint };
}

/**
 * Verifies that the leaf with this hash is in the log, and gives its place and the checkpoint.
 * @throws FleetError tlog/proof, tlog/note, tlog/signature, tlog/checkpoint
 *
 * Source: C2SP tlog-proof v1, "Verifying a tlog proof".
 */
export function verifyLeafProof(
  bytes: Uint8Array,
  leafHash: Uint8Array,
  trust: CheckpointTrust,
): OpenedCheckpoint & { readonly index: number } {
  const { index, hashes, checkpoint } = parseLeafProof(bytes);
  const opened = openCheckpoint(checkpoint, trust);
  const { size, root } = opened.checkpoint;
  verifyInclusion({ leafHash, index, size, root, proof: hashes });
  return { ...opened, index };
}

/**
 * Formats a proof that a log only grew: an `old` line with the older size, the hashes in base64 one a
 * line, an empty line, and the newer checkpoint as it was signed. It is what a witness is sent.
 * @throws FleetError tlog/proof, tlog/note, tlog/checkpoint for what {@link parseGrowthProof} refuses
 *
 * Source: C2SP tlog-witness, "add-checkpoint".
 */
export function formatGrowthProof({ oldSize, hashes, checkpoint }: GrowthProof): Uint8Array {
  assertCount(oldSize);
  return formatProof([`old ${oldSize}`], hashes, checkpoint);
}

/**
 * Parses what {@link formatGrowthProof} makes. Its checkpoint is well-formed; nothing is verified.
 * @throws FleetError tlog/proof, tlog/note, tlog/checkpoint
 */
export function parseGrowthProof(bytes: Uint8Array): GrowthProof {
  const { lines, checkpoint } = splitProof(bytes);
  const [oldLine = "", ...hashLines] = lines;
  const oldSize = parseNumberLine("old", oldLine);
  const hashes = hashLines.map(parseHash);
  checkCount(hashes.length);
  return { oldSize, hashes, checkpoint };
}

/**
 * Verifies that a log begins with a tree that was seen before, and gives the newer checkpoint.
 * @throws FleetError tlog/proof also when the proof is about another older size, tlog/note,
 *   tlog/signature, tlog/checkpoint
 *
 * Source: C2SP tlog-witness, "add-checkpoint".
 */
export function verifyGrowthProof(
  bytes: Uint8Array,
  seen: { readonly size: number; readonly root: Uint8Array },
  trust: CheckpointTrust,
): OpenedCheckpoint {
  const { oldSize, hashes, checkpoint } = parseGrowthProof(bytes);
  const opened = openCheckpoint(checkpoint, trust);
  if (oldSize !== seen.size) throw refusal(`it goes on from ${oldSize} leaves, not ${seen.size}`);
  const { size: newSize, root: newRoot } = opened.checkpoint;
  verifyConsistency({ oldSize, oldRoot: seen.root, newSize, newRoot, proof: hashes });
  return opened;
}

function formatProof(
  head: readonly string[],
  hashes: readonly Uint8Array[],
  checkpoint: Uint8Array,
): Uint8Array {
  checkCount(hashes.length);
  assert(
    hashes.every(({ length }) => length === HASH_SIZE),
    "every hash of a proof is whole",
  );
  const lines = [...head, ...hashes.map(formatBase64), ""];
  const bytes = utf8(lines.map((line) => `${line}\n`).join("") + decodeCheckpoint(checkpoint));
  decodeNoteText(bytes);
  return bytes;
}

/** The lines before the first empty one, and the checkpoint after it. */
function splitProof(bytes: Uint8Array): {
  readonly lines: readonly string[];
  readonly checkpoint: Uint8Array;
} {
  const text = decodeNoteText(bytes);
  const split = text.indexOf("\n\n");
  if (split < 0) throw refusal("no empty line before its checkpoint");
  const checkpoint = utf8(text.slice(split + 2));
  decodeCheckpoint(checkpoint);
  return { lines: text.slice(0, split).split("\n"), checkpoint };
}

/** The text of a signed checkpoint that is well-formed. */
function decodeCheckpoint(checkpoint: Uint8Array): string {
  parseCheckpoint(parseNote(checkpoint).text);
  return decodeNoteText(checkpoint);
}

function parseExtra(line: string): Uint8Array {
  const extra = parseBase64(line.slice("extra ".length));
  if (extra === undefined) throw refusal("its extra line is not base64");
  return extra;
}

function parseNumberLine(word: string, line: string): number {
  if (!line.startsWith(`${word} `)) throw refusal(`no line "${word} NUMBER"`);
  return parseLeafCount(line.slice(word.length + 1), refusal);
}

function parseHash(line: string): Uint8Array {
  const hash = parseBase64(line);
  if (hash?.length !== HASH_SIZE) throw refusal(`${quote(line)} is no hash`);
  return hash;
}

function assertCount(count: number): void {
  assert(Number.isSafeInteger(count) && count >= 0, "leaves are counted in whole numbers");
}

function checkCount(count: number): void {
  if (count > HASHES_MAX) throw refusal(`${count} hashes, at most ${HASHES_MAX}`);
}

function refusal(why: string): FleetError {
  return new FleetError("tlog/proof", `not a proof: ${why}`, {
    next: "fetch the proof again from the log",
  });
}

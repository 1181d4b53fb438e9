import { canonicalJson, defined, FleetError, fromUtf8, type Json, utf8 } from "../../core/index.ts";
import { isFeedKey } from "../keys/feed-key.ts";
import { EVIDENCE_FORMAT, EVIDENCE_KINDS, type EvidenceDocument } from "./evidence.ts";

/** Two entries of the largest size there is, in hex, and what belongs to them. */
const EVIDENCE_SIZE_MAX = 4_194_304;
const PROOF_MAX = 63;
const ROOT = /^(?:[0-9a-f]{2})+$/;
const SIGNATURE = /^[0-9a-f]{130}$/;
const HASH = /^[0-9a-f]{64}$/;

type Given = Readonly<Record<string, unknown>>;

/** Formats an evidence document: one line of canonical JSON. */
export function formatEvidence(document: EvidenceDocument): Uint8Array {
  return utf8(`${canonicalJson(document as unknown as Json)}\n`);
}

/**
 * Parses an evidence document: only the one form that {@link formatEvidence} gives. That it proves something
 * is {@link checkEvidence}'s business.
 * @throws FleetError ledger/evidence
 */
export function parseEvidence(bytes: Uint8Array): EvidenceDocument {
  if (bytes.length > EVIDENCE_SIZE_MAX)
    throw refused(`it has ${bytes.length} bytes, at most ${EVIDENCE_SIZE_MAX} are read`);
  const { text, value } = parseText(bytes);
  if (!isObject(value)) throw refused("it is no JSON object");
  if (value["format"] !== EVIDENCE_FORMAT)
    throw refused("it is not of this release's format", "use a release that reads it");
  if (!isDocument(value)) throw refused("a member is missing, unknown or of another type");
  if (`${canonicalJson(value as unknown as Json)}\n` !== text)
    throw refused("it is not canonical JSON and one line break");
  return value;
}

function parseText(bytes: Uint8Array): { readonly text: string; readonly value: unknown } {
  try {
    const text = fromUtf8(bytes);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw refused("it is no JSON text", undefined, cause);
  }
}

function isDocument(value: Given): value is Given & EvidenceDocument {
  const { kind, feed, states, index, entries } = value;
  const isRewritten = kind === "rewritten";
  const names = ["format", "kind", "feed", "states", ...(isRewritten ? ["index", "entries"] : [])];
  return (
    hasOnly(value, names) &&
    EVIDENCE_KINDS.some((each) => each === kind) &&
    typeof feed === "string" &&
    isFeedKey(feed) &&
    Array.isArray(states) &&
    (states.length === 2 || (states.length === 1 && kind === "self-contradiction")) &&
    states.every(isState) &&
    (!isRewritten ||
      (Number.isSafeInteger(index) &&
        Array.isArray(entries) &&
        entries.length === 2 &&
        entries.every(isEntry)))
  );
}

function isState(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { root, signature, log } = value;
  const isLog = log === undefined || matches(log, ROOT);
  return (
    hasOnly(value, ["root", "signature", "log"]) &&
    matches(root, ROOT) &&
    matches(signature, SIGNATURE) &&
    isLog
  );
}

function isEntry(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { object, proof } = value;
  return (
    hasOnly(value, ["object", "proof"]) &&
    matches(object, ROOT) &&
    Array.isArray(proof) &&
    proof.length <= PROOF_MAX &&
    proof.every((hash) => matches(hash, HASH))
  );
}

function hasOnly(value: Given, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === "string" && form.test(value);
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(why: string, next = "ask for the document again", cause?: unknown): FleetError {
  return new FleetError("ledger/evidence", `the evidence is refused: ${why}`, {
    next,
    exit: 4,
    ...defined({ cause }),
  });
}

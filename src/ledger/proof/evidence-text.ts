// An evidence document as text: written, and read back in the one form in which it is written.
import {
  canonicalJson,
  defined,
  FleetError,
  fromUtf8,
  type Json,
  utf8,
  COUNT,
  exactly,
  HASH,
  hasShape,
  hexOf,
  listOf,
  memberNamed,
  OBJECT,
  oneOf,
  parseJson,
  type Shape,
  textLike,
  where,
  withShape,
} from "../../core/index.ts";
import {
  EVIDENCE_FORMAT,
  EVIDENCE_KINDS,
  type EvidenceDocument,
  type EvidenceEntry,
  type EvidenceState,
} from "./evidence.ts";
import { FEED_KEY } from "../../model/index.ts";

/** Two entries of the largest size there is, in hex, and what belongs to them. */
const EVIDENCE_SIZE_MAX = 4_194_304;
const PROOF_MAX = 63;

const BYTES = textLike("hex", /^([0-9a-f]{2})+$/);

const STATE: Shape<EvidenceState> = exactly({ root: BYTES, signature: hexOf(65) }, { log: BYTES });

const ENTRY: Shape<EvidenceEntry> = exactly({
  object: BYTES,
  proof: listOf(HASH, 0, PROOF_MAX),
});

/**
 * The document as it is read back: what schemas/ledger-evidence.schema.json publishes.
 * @internal a property holds the published schema to it
 */
export const EVIDENCE_SHAPE: Shape<EvidenceDocument> = where(
  exactly<EvidenceDocument>(
    {
      format: oneOf(EVIDENCE_FORMAT),
      kind: oneOf(...EVIDENCE_KINDS),
      feed: FEED_KEY,
      states: listOf(STATE, 1, 2),
    },
    { index: COUNT, entries: listOf(ENTRY, 2, 2) },
  ),
  "has not what its kind must have",
  ({ kind, states, index, entries }) => {
    const isRewritten = kind === "rewritten";
    return (
      (states.length === 2 || kind === "self-contradiction") &&
      (index !== undefined) === isRewritten &&
      (entries !== undefined) === isRewritten
    );
  },
);

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
  const text = textOf(bytes);
  const value = parseJson(text, notJson);
  if (!hasShape(value, OBJECT)) throw refused("it is no JSON object");
  if (memberNamed(value, "format") !== EVIDENCE_FORMAT)
    throw refused("it is not of this release's format", "use a release that reads it");
  const document = withShape(value, EVIDENCE_SHAPE, "the evidence", () =>
    refused("a member is missing, unknown or of another type"),
  );
  if (`${canonicalJson(document as unknown as Json)}\n` !== text)
    throw refused("it is not canonical JSON and one line break");
  return document;
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw notJson(cause);
  }
}

function notJson(cause: unknown): FleetError {
  return refused("it is no JSON text", undefined, cause);
}

function refused(why: string, next = "ask for the document again", cause?: unknown): FleetError {
  return new FleetError("ledger/evidence", `the evidence is refused: ${why}`, {
    next,
    exit: 4,
    ...defined({ cause }),
  });
}

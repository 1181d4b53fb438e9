// The document by which operators change a keyset: made, signed by one after the other, and read back.
import {
  canonicalJson,
  compareTexts,
  defined,
  DIGEST,
  exactly,
  FleetError,
  fromUtf8,
  hasShape,
  type Json,
  memberNamed,
  OBJECT,
  oneOf,
  type OperatorKey,
  parseJson,
  type Shape,
  utf8,
  withShape,
} from "../../core/index.ts";
import type { OperatorKeys } from "../keys/index.ts";
import type { Epoch } from "./epochs.ts";
import { keysetLockOut } from "./lock-out.ts";
import {
  approveKeyset,
  type KeysetChange,
  type KeysetTerms,
  mayChange,
  signaturesNeeded,
  verifyApproval,
} from "./keyset-change.ts";
import { APPROVALS, type EntryDraft, KEYSET_TERMS, type KeysetApproval } from "../log/index.ts";

/** Names the form of a key-change document. */
const KEYSET_CHANGE_FORMAT = "fleet.skywire/keyset-change/v1";

/** A change of a keyset that operators sign one after the other, before the last one applies it. */
export interface KeysetChangeDocument extends KeysetChange {
  readonly format: typeof KEYSET_CHANGE_FORMAT;
  /** Sorted by key; each of them holds. */
  readonly approvals: readonly KeysetApproval[];
}

/**
 * The document as it is read back: what schemas/keyset-change.schema.json publishes.
 * @internal a property holds the published schema to it
 */
export const KEYSET_CHANGE_SHAPE: Shape<KeysetChangeDocument> = exactly<KeysetChangeDocument>({
  format: oneOf(KEYSET_CHANGE_FORMAT),
  ...KEYSET_TERMS,
  previous: DIGEST,
  approvals: APPROVALS,
});

/** How far a change has come. */
export interface ChangeState {
  /** Signatures by operators of the keyset before. */
  readonly needed: number;
  readonly signed: readonly OperatorKey[];
  /** Who could still sign. */
  readonly open: readonly OperatorKey[];
}

/**
 * Makes the document of a change, without a signature.
 * @throws FleetError ledger/keyset-change for terms that nobody could change again
 */
export function makeKeysetChange(change: KeysetChange): KeysetChangeDocument {
  const { fleet, previous, operators, controllers, policy } = change;
  const document = {
    format: KEYSET_CHANGE_FORMAT,
    fleet,
    previous,
    operators,
    controllers,
    policy,
    approvals: [],
  } as const;
  checkTerms(document);
  return document;
}

/**
 * Adds our signature.
 * @throws FleetError ledger/keyset-change when we have signed already
 */
export function signKeysetChange(
  document: KeysetChangeDocument,
  keys: OperatorKeys,
): KeysetChangeDocument {
  if (document.approvals.some(({ key }) => key === keys.operator))
    throw refused(`${keys.operator} has signed it already`, "hand it on to the next operator");
  const approvals = [...document.approvals, approveKeyset(keys, document)];
  return { ...document, approvals: approvals.toSorted((a, b) => compareTexts(a.key, b.key)) };
}

/** Formats a key-change document: one line of canonical JSON. */
export function formatKeysetChange(document: KeysetChangeDocument): Uint8Array {
  return utf8(`${canonicalJson(document as unknown as Json)}\n`);
}

/**
 * Parses a key-change document: only the one form that {@link formatKeysetChange} gives, and only with
 * signatures that all hold.
 * @throws FleetError ledger/keyset-change
 */
export function parseKeysetChange(bytes: Uint8Array): KeysetChangeDocument {
  const document = parseDocument(bytes);
  checkTerms(document);
  let before = "";
  for (const approval of document.approvals) {
    if (approval.key <= before)
      throw refused("its signatures are not sorted, or one is there twice");
    before = approval.key;
    if (verifyApproval(document, approval) === undefined)
      throw refused(`the signature by ${approval.key} does not hold: the change is another one`);
  }
  return document;
}

/** How many of the operators who may approve a change have done so. */
export function stateOfChange(
  { approvals }: Pick<KeysetChangeDocument, "approvals">,
  old: KeysetTerms,
): ChangeState {
  const able = [...mayChange(old)].toSorted();
  const by = new Set(approvals.map(({ key }) => key));
  return {
    needed: signaturesNeeded(old),
    signed: able.filter((key) => by.has(key)),
    open: able.filter((key) => !by.has(key)),
  };
}

/** The keyset entry that a signed change becomes. */
export function keysetDraft(document: KeysetChangeDocument, epoch: Epoch): EntryDraft {
  const { format: _, ...payload } = document;
  return { kind: "keyset", payload: { ...payload, ...epoch } };
}

function parseDocument(bytes: Uint8Array): KeysetChangeDocument {
  const text = textOf(bytes);
  const value = parseJson(text, (cause) => refused("it is no JSON", undefined, cause));
  if (!hasShape(value, OBJECT)) throw refused("it is no JSON object");
  if (memberNamed(value, "format") !== KEYSET_CHANGE_FORMAT)
    throw refused("it is not of this release's format", `use a release that reads it`);
  const document = withShape(value, KEYSET_CHANGE_SHAPE, "the document", () =>
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
    throw refused("it is not text", undefined, cause);
  }
}

// What would lock everybody out of the right to sign.
function checkTerms(change: KeysetChange): void {
  const found = keysetLockOut(change);
  if (found !== undefined) throw refused(`it ${found.why}`, found.next);
}

function refused(
  why: string,
  next = "ask for the document again, or begin the change anew",
  cause?: unknown,
): FleetError {
  return new FleetError("ledger/keyset-change", `the change of the keyset is refused: ${why}`, {
    next,
    exit: 4,
    ...defined({ cause }),
  });
}

// Signs notes, and opens them by known keys.
import { assert, FleetError, utf8, verifyEd25519 } from "../core/index.ts";
import { verifyCosignature } from "./cosignature.ts";
import {
  checkNoteText,
  formatNote,
  type NoteKey,
  type NoteSignature,
  type NoteSigner,
  parseNote,
  quote,
} from "./note-text.ts";

/** A signature that was verified, by the type of its key. */
export type VerifiedSignature =
  | { readonly type: "ed25519"; readonly key: NoteKey }
  | {
      readonly type: "cosignature/v1";
      readonly key: NoteKey;
      /** Seconds since 1970. */
      readonly timeS: number;
    };

/** A note that at least one known key has signed. */
export interface OpenedNote {
  /** What is signed, its last newline included. */
  readonly text: string;
  /** One for each known key that signed, so that counting them counts keys; in the note's order. */
  readonly verified: readonly VerifiedSignature[];
  /** Signatures of unknown keys; they prove nothing. */
  readonly unverified: readonly NoteSignature[];
}

/**
 * Signs a text as a note with ed25519 keys. The text ends in a newline and has no other control
 * characters.
 * @throws FleetError tlog/note for a text that no note can hold
 *
 * Source: C2SP signed-note v1.0.0, "Ed25519 signatures".
 */
export function signNote(text: string, signers: readonly NoteSigner[]): Uint8Array {
  checkNoteText(text);
  const message = utf8(text);
  const signatures = signers.map(({ key, sign }) => {
    assert(key.type === "ed25519", "a note is signed with keys for notes");
    const signature = sign(message);
    assert(verifyEd25519(key.key, message, signature), "the signer has the secret of its key");
    return { name: key.name, keyId: key.id, signature };
  });
  return formatNote({ text, signatures });
}

/**
 * Opens a note: every signature of a known key is verified, and there is at least one. Of several
 * signatures of one key all are verified and the first is given.
 * @throws FleetError tlog/note when it is malformed or two known keys share name and id,
 *   tlog/signature when a known key's signature does not verify or no known key signed
 *
 * Source: C2SP signed-note v1.0.0, "Signatures".
 */
export function openNote(bytes: Uint8Array, known: readonly NoteKey[]): OpenedNote {
  const { text, signatures } = parseNote(bytes);
  const verified = new Map<string, VerifiedSignature>();
  const unverified: NoteSignature[] = [];
  for (const signature of signatures) {
    const key = findKey(signature, known);
    if (key === undefined) {
      unverified.push(signature);
      continue;
    }
    const proven = verifySignature(text, key, signature.signature);
    const nameAndId = `${key.name}+${key.id}`;
    if (!verified.has(nameAndId)) verified.set(nameAndId, proven);
  }
  if (verified.size === 0) throw notSigned(signatures, known);
  return { text, verified: [...verified.values()], unverified };
}

function findKey({ name, keyId }: NoteSignature, known: readonly NoteKey[]): NoteKey | undefined {
  const [first, ...others] = known.filter((key) => key.name === name && key.id === keyId);
  if (others.some(({ key, type }) => key !== first?.key || type !== first.type)) {
    throw new FleetError("tlog/note", `two different keys are known as ${name} with id ${keyId}`, {
      next: "leave out the one that is not trusted",
    });
  }
  return first;
}

function verifySignature(text: string, key: NoteKey, signature: Uint8Array): VerifiedSignature {
  if (key.type === "cosignature/v1") {
    return { type: key.type, key, timeS: verifyCosignature(text, key, signature) };
  }
  if (!verifyEd25519(key.key, utf8(text), signature)) {
    throw new FleetError("tlog/signature", `the signature of ${key.name} does not fit the text`, {
      next: "fetch it again; if it is refused again, do not trust who serves it",
    });
  }
  return { type: key.type, key };
}

function notSigned(signatures: readonly NoteSignature[], known: readonly NoteKey[]): FleetError {
  const found = signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(", ");
  const wanted = known.map(({ name, id }) => `${name}+${id}`).join(", ") || "none";
  return new FleetError(
    "tlog/signature",
    `signed by ${quote(found)}; known keys: ${quote(wanted)}`,
    {
      next: "check that the verifier key is the one that its owner publishes",
    },
  );
}

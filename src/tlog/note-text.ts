// Signed notes as text, and the public keys of their signers: taken apart and put together, nothing verified.
import {
  concatBytes,
  defined,
  FleetError,
  formatBase64,
  fromHex,
  fromUtf8,
  isOperatorKey,
  isStrictEd25519Key,
  type OperatorKey,
  operatorKeyBytes,
  parseBase64,
  sha256,
  toHex,
  utf8,
} from "../core/index.ts";

// A text of somebody else as it is shown in a message.

const SHOWN_MAX = 100;

/** A text of others as an error message shows it: quoted, on one line, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}

// The public keys of notes, in their text form.

/** How a key signs: the text of a note itself, or a checkpoint together with the time. */
export type NoteKeyType = "ed25519" | "cosignature/v1";

/** The byte that stands for each type. Source: C2SP signed-note v1.0.0, "Signature types". */
const TYPE_BYTES: Readonly<Record<NoteKeyType, number>> = { ed25519: 1, "cosignature/v1": 4 };

const ID_SIZE = 4;

/** A public key that signs notes. Name and id together find its signatures. */
export interface NoteKey {
  /** Not empty, without spaces and `+`; best a URL without its scheme. */
  readonly name: string;
  readonly type: NoteKeyType;
  readonly key: OperatorKey;
  /** 8 lower-case hex digits, from name, type and key. No secure hash: it only tells keys apart. */
  readonly id: string;
}

/** A {@link NoteKey} that can sign: its secret stays in `sign`, which gives 64 bytes for a message. */
export interface NoteSigner {
  readonly key: NoteKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/**
 * Names a public key for signing notes, and computes its id.
 * @throws FleetError tlog/note for a name that no signature line can hold
 *
 * Source: C2SP signed-note v1.0.0, "Signatures".
 */
export function noteKeyOf(name: string, type: NoteKeyType, key: OperatorKey): NoteKey {
  if (!isNoteName(name)) {
    throw new FleetError("tlog/note", `${quote(name)} cannot name a key`, {
      next: "use a name without spaces and without +, such as example.org/log",
    });
  }
  const id = toHex(
    sha256(concatBytes(utf8(`${name}\n`), material(type, key))).subarray(0, ID_SIZE),
  );
  return { name, type, key, id };
}

/** Formats the one-line text by which a key is handed to verifiers: `name+id+base64`. */
export function formatVerifierKey({ name, type, key, id }: NoteKey): string {
  return `${name}+${id}+${formatBase64(material(type, key))}`;
}

/**
 * Parses a verifier key; its id must be the one of its name, type and key.
 * @throws FleetError tlog/note
 *
 * Source: C2SP signed-note v1.0.0, "Verifier keys".
 */
export function parseVerifierKey(text: string): NoteKey {
  const [name = "", id = "", ...rest] = text.split("+");
  const bytes = parseBase64(rest.join("+"));
  if (!isNoteName(name)) throw keyRefusal(text, "it does not begin with a name");
  if (bytes === undefined || bytes.length === 0) {
    throw keyRefusal(text, "what follows name+id+ is not base64");
  }
  const type = typeOf(bytes[0] ?? 0);
  if (type === undefined) {
    throw keyRefusal(
      text,
      `keys of type ${bytes[0]} are not understood, only ed25519 (types 1 and 4)`,
    );
  }
  const key = `ed25519:${toHex(bytes.subarray(1))}`;
  if (!isOperatorKey(key)) throw keyRefusal(text, "an ed25519 key has 32 bytes");
  if (!isStrictEd25519Key(key)) throw keyRefusal(text, "no such ed25519 key exists");
  const parsed = noteKeyOf(name, type, key);
  if (parsed.id !== id) throw keyRefusal(text, `its id is ${parsed.id}, not ${quote(id)}`);
  return parsed;
}

/**
 * True when a text can name a key: not empty, no white space, no `+`, and nothing that a note cannot
 * hold.
 */
function isNoteName(name: string): boolean {
  return name !== "" && !/[\p{White_Space}+\p{Surrogate}]/u.test(name) && !hasControl(name);
}

/** True when a text has a character below U+0020 other than a newline, or half of a character. */
export function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
  return /[\u0000-\u0009\u000b-\u001f\p{Surrogate}]/u.test(text);
}

function material(type: NoteKeyType, key: OperatorKey): Uint8Array {
  return concatBytes(new Uint8Array([TYPE_BYTES[type]]), operatorKeyBytes(key));
}

function typeOf(byte: number): NoteKeyType | undefined {
  if (byte === TYPE_BYTES.ed25519) return "ed25519";
  return byte === TYPE_BYTES["cosignature/v1"] ? "cosignature/v1" : undefined;
}

function keyRefusal(text: string, why: string): FleetError {
  return new FleetError("tlog/note", `${quote(text)} is no verifier key: ${why}`, {
    next: "copy the verifier key again from who publishes it",
  });
}

// Signed notes as text: taken apart and put together, nothing verified.

/** The largest note that is read, signatures and all. */
export const NOTE_SIZE_MAX = 1_000_000;
/** The most signatures that one note may have. */
export const NOTE_SIGNATURES_MAX = 100;

const KEY_ID_SIZE = 4;
const LINE_START = "\u2014 ";

/** One signature line of a note. */
export interface NoteSignature {
  /** The name of the key. */
  readonly name: string;
  /** The id of the key, 8 lower-case hex digits. */
  readonly keyId: string;
  /** What the key made; its form depends on the key's type. */
  readonly signature: Uint8Array;
}

/** A note taken apart, nothing verified: do not use its text. */
export interface UnverifiedNote {
  /** What is signed, its last newline included. */
  readonly text: string;
  /** At least one, in the order of the note. */
  readonly signatures: readonly NoteSignature[];
}

/**
 * Parses a signed note without verifying it.
 * @throws FleetError tlog/note
 *
 * Source: C2SP signed-note v1.0.0, "Format".
 */
export function parseNote(bytes: Uint8Array): UnverifiedNote {
  const note = decodeNoteText(bytes);
  const split = note.lastIndexOf("\n\n");
  if (split < 0) throw refusal("no empty line before its signatures");
  return { text: note.slice(0, split + 1), signatures: parseSignatures(note.slice(split + 2)) };
}

/**
 * Formats a note with its signatures: the bytes that {@link parseNote} takes.
 * @throws FleetError tlog/note for a text that no note can hold, no signature, or too much of either
 */
export function formatNote({ text, signatures }: UnverifiedNote): Uint8Array {
  checkNoteText(text);
  checkCount(signatures.length);
  const bytes = utf8(`${text}\n${formatSignatures(signatures)}`);
  checkSize(bytes.length);
  return bytes;
}

/**
 * A note with more signatures, behind those it has. Verifies nothing.
 * @throws FleetError tlog/note
 */
export function addSignatures(note: Uint8Array, more: readonly NoteSignature[]): Uint8Array {
  const { text, signatures } = parseNote(note);
  return formatNote({ text, signatures: [...signatures, ...more] });
}

/**
 * Formats signature lines, each with its newline, as they end a note and as a witness answers.
 * @throws FleetError tlog/note for a name, key id or signature that no line can hold
 */
export function formatSignatures(signatures: readonly NoteSignature[]): string {
  return signatures
    .map(({ name, keyId, signature }) => {
      if (!isNoteName(name) || !/^[0-9a-f]{8}$/.test(keyId) || signature.length === 0) {
        throw refusal(`no line can hold the signature of ${quote(name)}`);
      }
      const blob = formatBase64(concatBytes(fromHex(keyId), signature));
      return `${LINE_START}${name} ${blob}\n`;
    })
    .join("");
}

/**
 * Parses one or more signature lines, each with its newline.
 * @throws FleetError tlog/note
 */
export function parseSignatures(text: string): readonly NoteSignature[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw refusal("the last signature line does not end");
  checkCount(lines.length);
  return lines.map(parseSignature);
}

/**
 * Checks that a text can be that of a note: ends in a newline, has no other control characters.
 * @throws FleetError tlog/note
 */
export function checkNoteText(text: string): void {
  if (!text.endsWith("\n")) throw refusal("its text does not end in a newline");
  if (hasControl(text)) throw refusal("its text has a control character");
}

/**
 * Decodes the bytes of a note, or of what holds one, to text.
 * @throws FleetError tlog/note for too many bytes, other than UTF-8, or control characters
 */
export function decodeNoteText(bytes: Uint8Array): string {
  checkSize(bytes.length);
  const text = decodeUtf8(bytes);
  if (hasControl(text)) throw refusal("it has a control character");
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw refusal("it is not UTF-8 text", cause);
  }
}

function parseSignature(line: string): NoteSignature {
  const [name = "", base64 = "", ...more] = line.slice(LINE_START.length).split(" ");
  if (!line.startsWith(LINE_START) || !isNoteName(name) || more.length > 0) {
    throw refusal(`${quote(line)} is no signature line`);
  }
  const blob = parseBase64(base64);
  if (blob === undefined) throw refusal(`the signature of ${quote(name)} is not base64`);
  if (blob.length <= KEY_ID_SIZE) throw refusal(`the signature of ${quote(name)} is too short`);
  return {
    name,
    keyId: toHex(blob.subarray(0, KEY_ID_SIZE)),
    signature: blob.subarray(KEY_ID_SIZE),
  };
}

function checkCount(count: number): void {
  if (count === 0) throw refusal("it has no signature");
  if (count > NOTE_SIGNATURES_MAX) {
    throw refusal(`${count} signatures, at most ${NOTE_SIGNATURES_MAX} are read`);
  }
}

function checkSize(sizeBytes: number): void {
  if (sizeBytes > NOTE_SIZE_MAX) {
    throw refusal(`${sizeBytes} bytes, at most ${NOTE_SIZE_MAX} are read`);
  }
}

function refusal(why: string, cause?: unknown): FleetError {
  return new FleetError("tlog/note", `not a signed note: ${why}`, {
    next: "fetch it again, byte by byte as it was signed",
    ...defined({ cause }),
  });
}

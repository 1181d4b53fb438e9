// Signed notes as text: taken apart and put together, nothing verified.
import {
  concatBytes,
  defined,
  FleetError,
  formatBase64,
  fromHex,
  fromUtf8,
  parseBase64,
  toHex,
  utf8,
} from "../core/index.ts";
import { quote } from "./quote.ts";
import { hasControl, isNoteName } from "./verifier-key.ts";

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

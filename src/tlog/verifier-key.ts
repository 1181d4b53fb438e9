// The public keys of notes, in their text form.
import {
  concatBytes,
  FleetError,
  formatBase64,
  isOperatorKey,
  isStrictEd25519Key,
  type OperatorKey,
  operatorKeyBytes,
  parseBase64,
  sha256,
  toHex,
  utf8,
} from "../core/index.ts";
import { quote } from "./quote.ts";

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
  if (!isNoteName(name)) throw refusal(text, "it does not begin with a name");
  if (bytes === undefined || bytes.length === 0) {
    throw refusal(text, "what follows name+id+ is not base64");
  }
  const type = typeOf(bytes[0] ?? 0);
  if (type === undefined) {
    throw refusal(
      text,
      `keys of type ${bytes[0]} are not understood, only ed25519 (types 1 and 4)`,
    );
  }
  const key = `ed25519:${toHex(bytes.subarray(1))}`;
  if (!isOperatorKey(key)) throw refusal(text, "an ed25519 key has 32 bytes");
  if (!isStrictEd25519Key(key)) throw refusal(text, "no such ed25519 key exists");
  const parsed = noteKeyOf(name, type, key);
  if (parsed.id !== id) throw refusal(text, `its id is ${parsed.id}, not ${quote(id)}`);
  return parsed;
}

/**
 * True when a text can name a key: not empty, no white space, no `+`, and nothing that a note cannot
 * hold.
 */
export function isNoteName(name: string): boolean {
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

function refusal(text: string, why: string): FleetError {
  return new FleetError("tlog/note", `${quote(text)} is no verifier key: ${why}`, {
    next: "copy the verifier key again from who publishes it",
  });
}

import { describe, expect, it, test } from "vitest";
import {
  BugError,
  ed25519KeyOf,
  fromHex,
  fromUtf8,
  signEd25519,
  utf8,
} from "../../../src/core/index.ts";
import {
  addSignatures,
  formatNote,
  formatSignatures,
  formatVerifierKey,
  NOTE_SIZE_MAX,
  noteKeyOf,
  openNote,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  signNote,
} from "../../../src/tlog/index.ts";
import {
  fromBase64,
  isDifference,
  type NoteVector,
  vectorSigner,
} from "../../support/tlog-vectors.ts";
import { tlogVectors } from "../../support/vectors.ts";

const vectors = tlogVectors();
const signers = vectors.keys.map(vectorSigner);
const [log, other, unicode, witness] = signers;
/** Everybody but the second, whom the vectors leave unknown. */
const known = signers.filter((signer) => signer !== other).map(({ key }) => key);
const noteError = expect.objectContaining({ code: "tlog/note" });
const signatureError = expect.objectContaining({ code: "tlog/signature" });

function expectRefused({ verdict, note }: NoteVector): void {
  const error = verdict === "malformed" ? noteError : signatureError;
  expect(() => openNote(fromBase64(note), known)).toThrow(error);
}

describe("notes that Go opens or refuses", () => {
  test.each(vectors.notes.filter((row) => !isDifference(row)))("$name", (row) => {
    if (row.verdict !== "accepted") {
      expectRefused(row);
      return;
    }
    const bytes = fromBase64(row.note);
    const { text, verified, unverified } = openNote(bytes, known);
    expect(text).toBe(row.text);
    expect(verified.map(({ key: { name, id } }) => `${name}+${id}`)).toEqual(row.verified);
    expect(unverified.map(({ name, keyId }) => `${name}+${keyId}`)).toEqual(row.unverified);
    expect(formatNote(parseNote(bytes))).toEqual(bytes);
  });

  it("are decided otherwise in two rows", () => {
    const rows = vectors.notes.filter(isDifference);
    expect(rows.map(({ verdict }) => verdict)).toEqual(["accepted", "accepted"]);
    const [loose, second] = rows.map(({ note }) => fromBase64(note));
    expect(() => openNote(loose ?? utf8(""), known)).toThrow(noteError);
    expect(() => openNote(second ?? utf8(""), known)).toThrow(signatureError);
  });

  it("the example of the specification opens", () => {
    const { vkey, note } = vectors.publishedNote;
    const opened = openNote(fromBase64(note), [parseVerifierKey(vkey)]);
    expect(opened.text).toBe("This is an example message.\n");
    expect(opened.verified.map(({ type }) => type)).toEqual(["ed25519"]);
  });
});

describe("verifier keys", () => {
  test.each(vectors.keys)("of $name", (row) => {
    const { key } = vectorSigner(row);
    expect(formatVerifierKey(key)).toBe(row.vkey);
    expect(parseVerifierKey(row.vkey)).toEqual(key);
  });

  test.each(vectors.verifierKeys.filter((row) => row.verdict === "refused"))(
    "$name",
    ({ vkey }) => {
      expect(() => parseVerifierKey(vkey)).toThrow(noteError);
    },
  );

  it("are decided otherwise in two rows", () => {
    const rows = vectors.verifierKeys.filter(isDifference);
    expect(rows.map(({ verdict }) => verdict)).toEqual(["accepted", "accepted"]);
    for (const { vkey } of rows) expect(() => parseVerifierKey(vkey)).toThrow(noteError);
  });

  test.each(["", "a b", "a+b", "a\u3000b", "a\nb", "a\u0001b", "a\ud800"])(
    "no name: %j",
    (name) => {
      const key = ed25519KeyOf(new Uint8Array(32));
      expect(() => noteKeyOf(name, "ed25519", key)).toThrow(noteError);
    },
  );
});

describe("signing", () => {
  it("makes the notes that Go makes", () => {
    expect(log).toBeDefined();
    expect(unicode).toBeDefined();
    if (log === undefined || unicode === undefined) return;
    const want = vectors.notes.find(({ name }) => name === "two signatures");
    expect(signNote(want?.text ?? "", [log, unicode])).toEqual(fromBase64(want?.note ?? ""));
  });

  test.each([
    { name: "no final newline", text: "text" },
    { name: "nothing", text: "" },
    { name: "a carriage return", text: "text\r\n" },
    { name: "half of a surrogate pair", text: "a\udc00\n" },
    { name: "more than fits", text: `${"a".repeat(NOTE_SIZE_MAX)}\n` },
  ])("refuses $name", ({ text }) => {
    expect(() => signNote(text, log === undefined ? [] : [log])).toThrow(noteError);
  });

  it("needs a signer, whose secret fits its key", () => {
    expect(() => signNote("text\n", [])).toThrow(noteError);
    const wrong = (message: Uint8Array): Uint8Array => signEd25519(new Uint8Array(32), message);
    for (const signer of signers.slice(0, 1)) {
      expect(() => signNote("text\n", [{ key: signer.key, sign: wrong }])).toThrow(BugError);
    }
    expect(() => signNote("text\n", witness === undefined ? [] : [witness])).toThrow(BugError);
  });
});

describe("signature lines", () => {
  const two = vectors.notes.find(({ name }) => name === "two signatures");
  const { text, signatures } = parseNote(fromBase64(two?.note ?? ""));

  it("are added behind the others", () => {
    const one = formatNote({ text, signatures: signatures.slice(0, 1) });
    expect(addSignatures(one, signatures.slice(1))).toEqual(fromBase64(two?.note ?? ""));
  });

  it("stand alone as a witness answers them", () => {
    const lines = formatSignatures(signatures);
    expect(fromUtf8(fromBase64(two?.note ?? "")).endsWith(`\n\n${lines}`)).toBe(true);
    expect(parseSignatures(lines)).toEqual(signatures);
    expect(() => parseSignatures(lines.trimEnd())).toThrow(noteError);
    expect(() => parseSignatures("")).toThrow(noteError);
  });

  test.each([
    { name: "a b", keyId: "00000000", signature: new Uint8Array(1) },
    { name: "a", keyId: "0000000", signature: new Uint8Array(1) },
    { name: "a", keyId: "0000000A", signature: new Uint8Array(1) },
    { name: "a", keyId: "00000000", signature: new Uint8Array() },
  ])("hold no $name with $keyId", (signature) => {
    expect(() => formatSignatures([signature])).toThrow(noteError);
  });
});

describe("opening", () => {
  const [note] = vectors.notes.map((row) => fromBase64(row.note));
  const bytes = note ?? utf8("");

  it("needs a known key", () => {
    expect(() => openNote(bytes, [])).toThrow(signatureError);
  });

  it("refuses to choose between two keys of one name and id", () => {
    const [key] = known;
    const twin = key === undefined ? [] : [{ ...key, key: ed25519KeyOf(fromHex("07".repeat(32))) }];
    expect(openNote(bytes, [...known, ...known]).verified).toHaveLength(1);
    expect(() => openNote(bytes, [...known, ...twin])).toThrow(noteError);
  });

  it("reads no more than a limit, and says so shortly", () => {
    const name = `${"n".repeat(NOTE_SIZE_MAX - 100)}`;
    expect(() => openNote(utf8(`a\n\n\u2014 ${name} AAAAAAA=\n`), known)).toThrow(
      expect.objectContaining({
        code: "tlog/signature",
        message: expect.stringMatching(/^.{0,900}$/),
      }),
    );
    expect(() => parseNote(new Uint8Array(NOTE_SIZE_MAX + 1))).toThrow(/at most 1000000/);
  });
});

import { describe, expect, it } from "vitest";
import { FleetError, fromHex } from "../../../src/core/index.ts";
import { Decoder, type Schema, t } from "../../../src/skywire/gob/index.ts";
import type { Shape } from "../../support/go-basic-shapes.ts";
import { GoShapes } from "../../support/go-shapes.ts";
import { UnknownGoType } from "../../support/go-source.ts";
import { plainDifference } from "../../support/plain-json.ts";
import { gobVectors, type VerdictVector } from "../../support/vectors.ts";

const vectors = gobVectors();

/** The receivers of `compat`, which the vector file names and does not declare. */
const RECEIVERS = `
type A8 struct{ A int8 }
type AU struct{ A uint }
type AIP struct{ A **int }
type AI struct{ A int }
type AI64 struct{ A int64 }
type A4 struct{ A [4]int }
type ASl8 struct{ A []int8 }
type AAny struct{ A any }
type APt struct{ A Point }
type APtP struct{ A *Point }
type ABin struct{ A Bin }
type ANot struct{ Z int }
type OnlyB struct{ B int }
`;
const shapes = new GoShapes(
  vectors.meta,
  vectors.meta.goTypes.includes("type OnlyB ") ? "" : RECEIVERS,
);

/** Where we decide otherwise than Go; each row is one choice, found by what both sides say. */
const CHOSEN: readonly { readonly go: RegExp; readonly ours: RegExp; readonly why: string }[] = [
  {
    go: /^ok/,
    ours: /type id beyond 32 bits/,
    why: "Go cuts the id to 32 bits; no sender means that",
  },
  {
    go: /^ok/,
    ours: /count, length or id beyond 2\^31-1/,
    why: "Go takes a map of 2^63 entries for an empty one",
  },
  { go: /^ok/, ours: /bytes after a value/, why: "Go drops them; no sender adds any" },
  {
    go: /^ok/,
    ours: /definition of two kinds|two fields of one name/,
    why: "ambiguous: no sender means that",
  },
  { go: /ok/, ours: /a message of no bytes/, why: "Go takes it for the end, then goes on" },
  { go: /^ok/, ours: /name that is not UTF-8/, why: "no Go source has such names" },
  {
    go: /duplicate type received|field numbers out of bounds/,
    ours: /^ok/,
    why: "Go cannot pass over some interface values",
  },
  {
    go: /wrong type .* for received field/,
    ours: /^ok/,
    why: "a field of an undefined type that is not sent",
  },
  {
    go: /name not registered for interface/,
    ours: /^ok/,
    why: "the file does not list every registered type; here all declared ones are known",
  },
  {
    go: /^error: (?!gob: |EOF|unexpected EOF)/,
    ours: /^ok/,
    why: "words of a type's own unmarshaler, which is no part of the codec",
  },
];

interface Outcome {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Decodes as the vector says: one value for each receiver, as far as they come. */
function outcomesOf(
  hex: string,
  schemas: readonly (Schema<unknown> | undefined)[],
): readonly Outcome[] {
  const decoder = new Decoder();
  decoder.push(fromHex(hex));
  return schemas.map((schema): Outcome => {
    try {
      const next = schema === undefined ? decoder.next(t.generic) : decoder.next(schema);
      if (next !== undefined) return { text: "ok", values: [next.value] };
      decoder.end();
      return { text: "error: EOF", values: [] };
    } catch (error) {
      expect(error).toBeInstanceOf(FleetError);
      return { text: `error: ${error instanceof FleetError ? error.message : ""}`, values: [] };
    }
  });
}

function receiversOf(vector: VerdictVector): readonly (Shape | undefined)[] {
  return vector.into.split(/,\s*(?=[*\w<[])/).map((text) => {
    if (text === "<nil>") return undefined;
    try {
      return shapes.of(text.replace(/^\*/, "").replace(/^main\./, ""));
    } catch (error) {
      if (error instanceof UnknownGoType) return undefined;
      throw error;
    }
  });
}

/** What Go names after these words comes from a table of its process, so it is not repeatable. */
const UNRELIABLE = /(received (?:remote|concrete) type).*$/;

/** An error's text without that, and without the pointers a receiver has beyond the first. */
function repeatable(text: string): string {
  return text.replace(UNRELIABLE, "$1").replace(/(local (?:interface )?type) \*+/, "$1 *");
}

/** True when the receiver has fields that Go finds by name and that we have none of: promoted, channels. */
function hidesFields(vector: VerdictVector): boolean {
  return vector.into.split(/,\s*(?=[*\w<[])/).some((text) => shapes.hidesFields(text));
}

function verdictsOf(vector: VerdictVector): readonly string[] {
  return vector.goResult.split(" | ");
}

const both = [
  ...vectors.compat.map((vector) => ({ section: "compat", vector })),
  ...vectors.malformed.map((vector) => ({ section: "malformed", vector })),
];

it("has a verdict of Go on every input", () => {
  expect(both.every(({ vector }) => /^(?:ok|error: )/.test(vector.goResult))).toBe(true);
});

describe.each(both)("$section: $vector.name", ({ section, vector }) => {
  const receivers = receiversOf(vector);
  const known = receivers.every((shape) => shape !== undefined) || vector.into.includes("<nil>");
  const hides = hidesFields(vector);
  const ours = outcomesOf(
    vector.hex,
    receivers.map((shape) => shape?.schema),
  );

  it("has Go's verdict, or one we chose", () => {
    verdictsOf(vector).forEach((verdict, index) => {
      const mine = ours[index]?.text ?? "";
      const agree = verdict.startsWith("ok") === mine.startsWith("ok");
      const chosen = CHOSEN.some(
        ({ go, ours: we }) => go.test(verdict) && we.test(mine.replace(/^error: /, "")),
      );
      // After one refusal for broken bytes nothing more can be read.
      const over = index > 0 && (ours[index - 1]?.text.startsWith("error") ?? false);
      expect(agree || chosen || over || hides || !known, `Go: ${verdict}; ours: ${mine}`).toBe(
        true,
      );
    });
  });

  it("gives Go's value or Go's words", () => {
    if (!known || hides || section === "malformed") return;
    verdictsOf(vector).forEach((verdict, index) => {
      const [value] = ours[index]?.values ?? [];
      const shape = receivers[index];
      const mine = ours[index]?.text ?? "";
      if (mine === "ok" && verdict.startsWith("ok") && shape !== undefined) {
        expect(plainDifference(shape.toJson(value), verdict.slice(3))).toBeUndefined();
      }
      if (mine.startsWith("error") && verdict.startsWith("error")) {
        if (mine !== verdict) expect(repeatable(mine)).toBe(repeatable(verdict));
      }
    });
  });

  it("gives the same verdict byte by byte", () => {
    const decoder = new Decoder();
    let text = "";
    try {
      for (const byte of fromHex(vector.hex)) {
        decoder.push(Uint8Array.of(byte));
        const schema = receivers[0]?.schema ?? t.generic;
        if (text === "" && decoder.next(schema) !== undefined) text = "ok";
      }
      if (text === "") decoder.end();
    } catch (error) {
      expect(error).toBeInstanceOf(FleetError);
      text ||= `error: ${error instanceof FleetError ? error.message : ""}`;
    }
    expect(text === "" ? "error: EOF" : text).toBe(ours[0]?.text);
  });
});

import { describe, expect, it } from "vitest";
import { fromHex, fromUtf8, toHex, utf8 } from "../../../src/core/index.ts";

describe("text and bytes", () => {
  it.each([
    { name: "plain text", text: "fleet" },
    { name: "a byte order mark is a character like others", text: "\ufeffapiVersion" },
    { name: "beyond the basic plane", text: "𝒻" },
  ])("keeps $name both ways", ({ text }) => {
    expect(fromUtf8(utf8(text))).toBe(text);
  });

  it.each([
    { name: "an odd digit", hex: "abc" },
    { name: "a letter that is none", hex: "zz" },
  ])("refuses $name", ({ hex }) => {
    expect(() => fromHex(hex)).toThrow(expect.objectContaining({ code: "core/hex" }));
  });

  it("reads upper case and writes lower case", () => {
    expect(toHex(fromHex("0AfF"))).toBe("0aff");
  });

  it("refuses bytes that are no text", () => {
    expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(
      expect.objectContaining({ code: "core/utf8" }),
    );
  });
});

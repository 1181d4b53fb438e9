import { describe, expect, test } from "vitest";
import { hasUnseen, seenLine, seenText } from "../../../src/core/index.ts";

describe("8: what nobody sees in a text", () => {
  test.each([
    { name: "a colour code", text: "\u001b[31mred", line: "\\u001b[31mred" },
    { name: "a control code of eight bits", text: "\u009b2J", line: "\\u009b2J" },
    { name: "a mark of direction", text: "a\u202eb\u2066\u061c", line: "a\\u202eb\\u2066\\u061c" },
    {
      name: "marks of no width",
      text: "a\u200b\u2060\ufeff\u00ad",
      line: "a\\u200b\\u2060\\ufeff\\u00ad",
    },
    { name: "a letter that is empty", text: "a\u3164", line: "a\\u3164" },
    { name: "a tag", text: "a\u{e0041}", line: "a\\u{e0041}" },
    { name: "separators of lines", text: "a\u2028b\u2029", line: "a\\u2028b\\u2029" },
    { name: "a joiner between letters", text: "a\u200db", line: "a\\u200db" },
    { name: "a choice of colours for a letter", text: "a\ufe0f", line: "a\\ufe0f" },
  ])("8: $name is shown", ({ text, line }) => {
    expect(hasUnseen(text)).toBe(true);
    expect(seenLine(text)).toBe(line);
  });

  test.each([
    "plain",
    "Grüße, 日本語, עברית",
    "\u{1f469}\u200d\u{1f680}",
    "\u2764\ufe0f",
    "\u{1f468}\u{1f3fd}\u200d\u{1f680}",
  ])("8: %s is left as it is", (text) => {
    expect(hasUnseen(text)).toBe(false);
    expect(seenLine(text)).toBe(text);
    expect(seenText(text)).toBe(text);
  });

  test("8: ends of lines and tabs become blanks in a line, and stay in a text", () => {
    expect(seenLine("a\n\tb")).toBe("a  b");
    expect(seenText("a\n\tb\r")).toBe("a\n\tb\\u000d");
  });

  test("8: a document that is printed as JSON says the same", () => {
    const said = { "\u202e\\": "\u009b\u{e0041}\ufeff\n\\u" };
    const printed = seenText(JSON.stringify(said));
    expect(hasUnseen(printed)).toBe(false);
    expect(JSON.parse(printed)).toEqual(said);
  });
});

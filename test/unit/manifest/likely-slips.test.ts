// Slips of the hand that make a manifest's line mean something else: the cause is named, once, at its place.
import { describe, expect, it } from "vitest";
import { diagnosticsText, plainPaint } from "../../../src/view/index.ts";
import { keyOf, load, manifest } from "../../support/manifest-text.ts";
import { oneVisor } from "../../support/refusals.ts";

/** `LINE:COLUMN message` of each. */
function found(text: string): readonly string[] {
  return load(text).diagnostics.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
}

function said(text: string): string {
  return diagnosticsText(load(text).diagnostics, plainPaint);
}

const SETTINGS = "    settings:\n      is_public: false\n";
const BLANK = "the blank behind this colon is no space, so name and value are one word";
const COLON = "this sign looks like a colon and is another one";
const EQUALS = "an equals sign stands where a colon belongs";
const TWO = "a second colon stands here";
const DASH = "this dash is not the hyphen that begins an entry of a list";
const GLUED = "a space is missing behind this hyphen, so it begins no entry of a list";
const QUOTE = "this quote is no straight one, so it is part of the text";
const VALUE = "a value stands here, and the lines below belong to the same key";

describe("4.8: a sign that only looks right", () => {
  it.each([
    { lines: "    settings:\n      log_level:\u00a0debug\n", at: `7:17 ${BLANK}` },
    { lines: `${SETTINGS}      log_level:\u00a0debug\n`, at: `8:17 ${BLANK}` },
    { lines: "    tags:\u3000[a]\n", at: `6:10 ${BLANK}` },
    { lines: "    settings:\n      log_level = debug\n", at: `7:17 ${EQUALS}` },
    { lines: `${SETTINGS}      log_level = debug\n`, at: `8:17 ${EQUALS}` },
    { lines: "    tags=[a]\n", at: `6:9 ${EQUALS}` },
    { lines: "    settings:\n      log_level:: debug\n", at: `7:17 ${TWO}` },
    { lines: `${SETTINGS}      log_level:: debug\n`, at: `8:17 ${TWO}` },
    { lines: "    settings:\n      log_level\uff1a debug\n", at: `7:16 ${COLON}` },
    { lines: `${SETTINGS}      log_level\uff1adebug\n`, at: `8:16 ${COLON}` },
    { lines: "    tags\uff1a[a]\n", at: `6:9 ${COLON}` },
    { lines: "    tags:\n      \u2014 a\n      \u2014 b\n", at: `7:7 ${DASH}` },
    { lines: "    tags:\n      \u2013 a\n", at: `7:7 ${DASH}` },
    { lines: "    tags:\n      -a\n      -b\n", at: `7:8 ${GLUED}` },
    { lines: "    tags:\n      - a\n      -b\n", at: `8:8 ${GLUED}` },
    { lines: "    tags: [\u201ca\u201d, \u201cb\u201d]\n", at: `6:12 ${QUOTE}` },
    { lines: "    trust: { pty: [\u2018laptop\u2019] }\n", at: `6:20 ${QUOTE}` },
  ])("4.8: is named, once: $at", ({ lines, at }) => {
    expect(found(oneVisor(lines))).toEqual([at]);
  });

  it("4.8: has its line shown, without a value that may be secret", () => {
    expect(said(oneVisor("    settings:\n      log_level\uff1adebug\n"))).toContain(
      "  7 |       log_level\uff1adebug\n",
    );
    expect(said(oneVisor("    settings:\n      log_level = debug\n"))).toContain(
      "  7 |       log_level = debug\n",
    );
    for (const sign of [" =", "\uff1a", "::", ":\u00a0"]) {
      const text = said(
        oneVisor(`    apps:\n      skychat:\n        args${sign} [-token, hunter2]\n`),
      );
      expect(text).toContain("error");
      expect(text).not.toContain("hunter2");
      const below = `    apps:\n      skychat:\n        env${sign}\n          name: hunter2\n`;
      expect(said(oneVisor(below))).not.toContain("hunter2");
    }
  });

  it("4.8: in a key is named by its number", () => {
    for (const [key, sign] of [
      ["log_level\u200b", "U+200B"],
      ["l\u043eg_level", "U+043E"],
    ] as const) {
      const [first, ...others] = found(oneVisor(`    settings:\n      ${key}: debug\n`));
      expect(first).toContain(`the sign ${sign} stands in this key`);
      expect(others).toEqual([]);
    }
  });
});

describe("4.8: what belongs to a key", () => {
  const LAPTOP = `visors:\n  laptop:\n    key: ${keyOf("laptop")}\n    trust: { pty: [admins] }\n`;
  const shallow = (section: string): string =>
    `this line is not indented, so it does not belong to ${section} above it, which is empty`;

  it.each([
    { text: `whitelists:\nadmins: [laptop]\n${LAPTOP}`, at: `4:1 ${shallow("whitelists")}` },
    {
      text: `whitelists:\nadmins:\n  - laptop\nguests: [laptop]\n${LAPTOP}`,
      at: `4:1 ${shallow("whitelists")}`,
    },
    {
      text: `controllers: [laptop]\nvisors:\nlaptop:\n  key: ${keyOf("laptop")}\n`,
      at: `5:1 ${shallow("visors")}`,
    },
    {
      text: `visors:\n  laptop:\n    key: ${keyOf("laptop")}\n    settings:\n    log_level: debug\n`,
      at: `7:5 ${shallow("settings")}`,
    },
  ])("4.8: and is not indented below it is told once, at its line: $at", ({ text, at }) => {
    expect(found(manifest(text))).toEqual([at]);
  });

  it.each([
    "  base:\n    settings: { log_level: debug }\n",
    "  base:\n    settings:\n      log_level: debug\n  exit:\n    settings: { is_public: true }\n",
  ])("4.8: and stands below a value of it is told once, at the value: %j", (below) => {
    const text = manifest(
      `roles: x\n${below}visors:\n  laptop: { key: ${keyOf("laptop")}, roles: [base] }\n`,
    );
    expect(found(text)).toEqual([`3:8 ${VALUE}`]);
  });
});

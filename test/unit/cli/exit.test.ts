import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { EXIT_CODES, worstExit } from "../../../src/cli/shell/exit.ts";

describe("exit codes", () => {
  test.each([
    { name: "nothing said is done", codes: [], want: 0 },
    { name: "done", codes: [0, 0], want: 0 },
    { name: "changes", codes: [0, 2], want: 2 },
    { name: "incomplete beats changes", codes: [2, 3], want: 3 },
    { name: "stale beats incomplete", codes: [3, 5], want: 5 },
    { name: "in part beats stale", codes: [5, 6], want: 6 },
    { name: "refused beats in part", codes: [6, 4], want: 4 },
    { name: "interrupted beats refused", codes: [4, 130], want: 130 },
    { name: "ended beats interrupted", codes: [130, 143], want: 143 },
    { name: "usage beats refused", codes: [4, 64], want: 64 },
    { name: "unexpected beats all", codes: [64, 1, 4], want: 1 },
  ] as const)("$name", ({ codes, want }) => {
    expect(worstExit(codes)).toBe(want);
  });

  it("a refusal after something was written is 6", () => {
    expect(worstExit([4, 3], { wrote: true })).toBe(6);
  });

  it("are all in docs/exit-codes.md, with the same meaning", () => {
    const text = readFileSync(new URL("../../../docs/exit-codes.md", import.meta.url), "utf8");
    for (const { code, meaning } of EXIT_CODES) expect(text).toContain(`| ${code} | ${meaning} |`);
  });
});

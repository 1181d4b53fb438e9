import { describe, expect, it } from "vitest";
import { formatDuration, parseRecordedDuration } from "../../../src/core/index.ts";

const DAY_MS = 86_400_000;

describe("a length of time in a record", () => {
  it.each([
    { ms: 0, text: "0s" },
    { ms: 45_000, text: "45s" },
    { ms: 90_000, text: "90s" },
    { ms: 120_000, text: "2m" },
    { ms: 36 * 3_600_000, text: "36h" },
    { ms: 14 * DAY_MS, text: "14d" },
    { ms: 6_999_993 * DAY_MS, text: "6999993d" },
  ])("is $text", ({ ms, text }) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseRecordedDuration(text)).toBe(ms);
  });

  it("is whole seconds, rounded up", () => {
    expect(formatDuration(1_500)).toBe("2s");
  });

  it.each(["", "5", "1.5h", "2w", "500ms", "-1d", "1234567890s"])("is not %j", (text) => {
    expect(parseRecordedDuration(text)).toBeUndefined();
  });
});

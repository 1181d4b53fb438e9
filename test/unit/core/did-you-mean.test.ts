// Which word a mistyped one is taken for.
import { expect, test } from "vitest";
import { suggest } from "../../../src/core/index.ts";

test.each([
  { word: "laptpo", candidates: ["desk", "laptop"], want: "laptop" },
  { word: "LAPTOP", candidates: ["laptop"], want: "laptop" },
  { word: "autostart", candidates: ["args", "auto_start"], want: "auto_start" },
  { word: "pyt", candidates: ["pty", "pk"], want: "pty" },
  { word: "xyz", candidates: ["pty", "pk"], want: undefined },
  { word: "a", candidates: ["b"], want: "b" },
])("did you mean: $word", ({ word, candidates, want }) => {
  expect(suggest(word, candidates)).toBe(want);
});

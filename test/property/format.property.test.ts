import fc from "fast-check";
import { expect, test } from "vitest";
import { formatManifest, isSameFleet } from "../../src/manifest/index.ts";
import { desiredOf } from "../support/manifest-text.ts";
import { untidyManifest } from "../support/untidy-manifest.ts";

const SEED = 20261126;
const RUNS = 120;

/** For each comment what it says it belongs to, and the key of the line it stands above, beside or behind. */
function attached(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const keyIn = (line = ""): string => /^\s*"?([\w.-]+)"?:/.exec(line)?.[1] ?? line.trim();
  return lines
    .flatMap((line, index) => {
      const [, place, said = ""] = /# (above|beside) (\S+)$/.exec(line) ?? [];
      if (place === undefined) return [];
      const below = lines.slice(index + 1).find((other) => !/^\s*(#|$)/.test(other));
      return [`${place} ${said}: ${keyIn(place === "above" ? below : line)}`];
    })
    .toSorted();
}

test("formatting keeps what is wanted, moves comments with their keys, and has nothing to do twice", () => {
  let moved = 0;
  let commented = 0;
  fc.assert(
    fc.property(untidyManifest, (text) => {
      const formatted = formatManifest(text);
      expect(formatManifest(formatted)).toBe(formatted);
      expect(isSameFleet(desiredOf(formatted), desiredOf(text))).toBe(true);
      expect(attached(formatted)).toEqual(attached(text));
      expect(formatted.split("#").length).toBe(text.split("#").length);
      expect(formatted).not.toMatch(/[ \t]\n|\n\n$|\r/);
      if (formatted !== text) moved += 1;
      if (attached(text).length > 5) commented += 1;
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(moved).toBeGreaterThan(RUNS / 2);
  expect(commented).toBeGreaterThan(RUNS / 2);
}, 60_000);

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fixManifest,
  formatManifest,
  isSameFleet,
  lintManifest,
} from "../../src/manifest/index.ts";
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
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  expect(moved).toBeGreaterThan(RUNS / 2);
  expect(commented).toBeGreaterThan(RUNS / 2);
}, 180_000);

test("fixing keeps what is wanted, leaves nothing to fix, and finds what formatting moved", () => {
  let fixes = 0;
  fc.assert(
    fc.property(untidyManifest, fc.nat(), (untidy, seed) => {
      const text = withDoubles(untidy, seed);
      const { text: after, fixed } = fixManifest(text, "f");
      expect(isSameFleet(desiredOf(after), desiredOf(text))).toBe(true);
      const left = lintManifest(after, "f").findings;
      expect(left.filter(({ fix }) => fix !== undefined)).toEqual([]);
      expect(rulesOf(lintManifest(formatManifest(text), "f").findings)).toEqual(
        rulesOf(lintManifest(text, "f").findings),
      );
      fixes += fixed.length;
    }),
    { seed: SEED, numRuns: RUNS / 2, endOnFailure: true },
  );
  expect(fixes).toBeGreaterThan(RUNS);
}, 180_000);

/** Writes members a second time, and switches rules off above some lines. */
function withDoubles(text: string, seed: number): string {
  const doubled = text
    .replace(/\["t1",/g, '["t1", "t1",')
    .replace(/\["admins"\]/g, '["admins", "admins"]')
    .replace(/^( *)- "always"$/gm, '$1- "always"\n$1- "always"');
  const comment = "# fleet-lint-disable-next-line whitelist-open, unused-whitelist\n";
  return doubled.replace(/^ *whitelist: /gm, (line, at: number) =>
    (at + seed) % 2 === 0 ? comment + line : line,
  );
}

function rulesOf(findings: ReturnType<typeof lintManifest>["findings"]): readonly string[] {
  return findings
    .map(({ rule, diagnostic }) => `${rule} ${diagnostic.message.replace(/ on line \d+$/, "")}`)
    .toSorted();
}

import { expect, test } from "vitest";
import { diagnosticLine, load, manifest } from "./manifest-text.ts";

/** `want`: code, then line:column, of each diagnostic in order. */
export interface Refusal {
  readonly name: string;
  readonly text: string;
  readonly want: readonly string[];
  /** The offending text of the first. */
  readonly shown?: string | undefined;
  /** Part of what the first says to do. */
  readonly next?: string;
  /** Lines of the places that the first names too. */
  readonly related?: readonly number[];
}

/** A manifest of one visor with these lines below its key, which begin at line 6. */
export function oneVisor(lines: string, before = ""): string {
  return manifest(`${before}visors:\n  laptop:\n    key: $laptop\n${lines}`);
}

/** One test a row: what is refused, where, in which words, and that nothing secret is shown. */
export function testRefusals(rows: readonly Refusal[]): void {
  test.each(rows)("$name", (row) => {
    expectRefusal(row);
  });
}

function expectRefusal(row: Refusal): void {
  const { desired, diagnostics } = load(row.text);
  const found = diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`);
  expect(found, diagnostics.map(diagnosticLine).join("\n")).toEqual(row.want);
  expect(desired).toBeUndefined();
  const [first] = diagnostics;
  if ("shown" in row) expect(first?.text).toBe(row.shown);
  if (row.next !== undefined) expect(first?.next).toContain(row.next);
  if (row.related !== undefined) {
    expect(first?.related?.map(({ at }) => at.line)).toEqual(row.related);
  }
  for (const { message, next, severity } of diagnostics) {
    expect(severity).toBe("error");
    expect(message).not.toMatch(/\.$/);
    expect(next).not.toBe("");
  }
  expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
}

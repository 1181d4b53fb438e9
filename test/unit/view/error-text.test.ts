import { describe, expect, it } from "vitest";
import { BugError, FleetError } from "../../../src/core/index.ts";
import { diagnosticsText, errorDocument, errorText, plainPaint } from "../../../src/view/index.ts";

describe("an error as text", () => {
  it("walks the causes, names the code, and ends with the next thing to try", () => {
    const cause = new FleetError("net/refused", "nobody listens there", {
      next: "start the visor",
    });
    const error = new FleetError("visor/unreachable", "visor shop-1", { cause });
    expect(errorText(error, "fleet 0", plainPaint)).toBe(
      "error: visor shop-1: nobody listens there [visor/unreachable]\n  next: start the visor\n",
    );
  });

  it("always has something to try", () => {
    expect(errorText(new FleetError("core/hex", "odd"), "fleet 0", plainPaint)).toMatch(
      /\n {2}next: .+\n$/,
    );
  });

  it("prints a bug as a report form, and does not say the same thing twice", () => {
    const text = errorText(new BugError("the log never shrinks"), "fleet 0.1.0", plainPaint);
    expect(text).toContain("this is our fault: a broken invariant in fleet 0.1.0");
    expect(text).toContain("what: the log never shrinks");
    expect(text).toMatch(/where:\n {4}error-text\.test\.ts:\d+/);
    expect(text).toMatch(/next: please report .+\n$/);
  });

  it("keeps what an outside cause says on one line and harmless", () => {
    const error = new FleetError("visor/refused", "set", { cause: new Error("a\nb\u001b[2J") });
    expect(errorText(error, "fleet 0", plainPaint)).toContain("set: a b\\u001b[2J [visor/refused]");
  });

  it("is a document with code, message and next", () => {
    expect(errorDocument(new FleetError("cli/usage", "no", { next: "yes" }))).toEqual({
      error: { code: "cli/usage", message: "no", next: "yes" },
    });
    expect(errorDocument(new TypeError("x")).error.code).toBe("core/bug");
  });
});

describe("diagnostics as text", () => {
  it("give file, line, column, text, reason, related places and what to do", () => {
    const at = { file: "fleet.yaml", line: 3, column: 5 };
    const text = diagnosticsText(
      [
        {
          code: "manifest/roles-disagree",
          severity: "error",
          message: "two roles want different values",
          at,
          text: "debug",
          next: "keep one of them",
          related: [{ message: "the other value", at: { ...at, line: 9 } }],
        },
      ],
      plainPaint,
    );
    expect(text).toBe(
      "fleet.yaml:3:5: error: two roles want different values [manifest/roles-disagree]\n" +
        "  written: debug\n  see fleet.yaml:9:5: the other value\n  next: keep one of them\n",
    );
  });
});

import { describe, expect, it } from "vitest";
import { visorKeyFault } from "../../../src/core/index.ts";
import { keyAt } from "../../support/reconcile-builders.ts";

describe("a visor key", () => {
  it("is the same the second time", () => {
    const key = keyAt(0);
    expect([visorKeyFault(key), visorKeyFault(key)]).toEqual([undefined, undefined]);
    expect(visorKeyFault(key.toUpperCase())).toBeUndefined();
  });

  it("with one digit wrong is refused each time, also right behind the good one", () => {
    const key = keyAt(1);
    const wrong = "0123456789abcdef"
      .split("")
      .map((digit) => key.slice(0, -1) + digit)
      .filter((text) => text !== key && visorKeyFault(text) !== undefined);
    // About every second x has no point.
    expect(wrong.length).toBeGreaterThan(0);
    for (const text of wrong) {
      expect(visorKeyFault(key)).toBeUndefined();
      expect(visorKeyFault(text)).toContain("not on the curve");
    }
  });
});

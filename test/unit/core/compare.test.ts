import { describe, expect, it } from "vitest";
import { compareNames, compareTexts } from "../../../src/core/index.ts";

const GIVEN = ["shop-10", "shop-2", "Shop-1", "shop-1", "", "shop-2"];

describe("the order of texts", () => {
  it("is by characters where a document must always come out the same", () => {
    const sorted = ["", "Shop-1", "shop-1", "shop-10", "shop-2", "shop-2"];
    expect(GIVEN.toSorted(compareTexts)).toEqual(sorted);
    expect(compareTexts("shop-2", "shop-2")).toBe(0);
  });

  it("is by numbers where a person reads names", () => {
    const sorted = ["", "shop-1", "Shop-1", "shop-2", "shop-2", "shop-10"];
    expect(GIVEN.toSorted(compareNames)).toEqual(sorted);
    expect(compareNames("shop-2", "shop-10")).toBeLessThan(0);
  });
});

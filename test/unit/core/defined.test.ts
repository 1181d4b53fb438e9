import { describe, expect, expectTypeOf, it } from "vitest";
import { defined } from "../../../src/core/index.ts";

interface Written {
  readonly name: string;
  readonly role?: string;
  readonly port?: number;
}

function written(role: string | undefined, port: number | undefined): Written {
  return { name: "shop-1", ...defined({ role, port }) };
}

describe("defined", () => {
  it.each([
    {
      name: "all members",
      role: "base",
      port: 44,
      want: '{"name":"shop-1","role":"base","port":44}',
    },
    { name: "one member", role: undefined, port: 44, want: '{"name":"shop-1","port":44}' },
    { name: "no member", role: undefined, port: undefined, want: '{"name":"shop-1"}' },
  ])("keeps $name, in their order", ({ role, port, want }) => {
    expect(JSON.stringify(written(role, port))).toBe(want);
    expect(Object.keys(written(role, port))).toEqual(Object.keys(JSON.parse(want) as object));
  });

  it("keeps null, zero, false and the empty text", () => {
    const members = { a: null, b: 0, c: false, d: "" };
    expect(defined(members)).toStrictEqual(members);
    expect(defined(members)).not.toBe(members);
  });

  it("says by its type which members may be missing, and of which none is undefined", () => {
    const role = Math.max(0, 1) === 1 ? "base" : undefined;
    const kept = defined({ name: "shop-1", role });
    expectTypeOf(kept.name).toEqualTypeOf<"shop-1">();
    expectTypeOf(kept).toExtend<{ readonly name: string; readonly role?: "base" }>();
    expectTypeOf(kept).not.toExtend<{ readonly role: "base" }>();
  });
});

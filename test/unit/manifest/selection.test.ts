import { expect, test } from "vitest";
import { selectVisors } from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, manifest } from "../../support/manifest-text.ts";

const FLEET = desiredOf(
  manifest(`roles:
  base: { settings: { log_level: info } }
  exit: { extends: [base], settings: { is_public: true } }
visors:
  laptop: { key: $laptop, tags: [home], roles: [base] }
  desk: { key: $desk, tags: [home, arm] }
  shop-1: { key: $shop-1, tags: [shop, arm], roles: [exit] }
  shop-2: { key: $shop-2, tags: [shop] }
`),
);

test.each([
  { on: "all", want: "desk laptop shop-1 shop-2" },
  { on: "laptop", want: "laptop" },
  { on: "shop-*", want: "shop-1 shop-2" },
  { on: "*", want: "desk laptop shop-1 shop-2" },
  { on: "*o*-1", want: "shop-1" },
  { on: "**a*p**", want: "laptop" },
  { on: "tag:arm", want: "desk shop-1" },
  { on: "role:base", want: "laptop shop-1" },
  { on: "role:exit", want: "shop-1" },
  { on: "!tag:arm", want: "laptop shop-2" },
  { on: "tag:arm & !tag:shop", want: "desk" },
  { on: "laptop,tag:shop&tag:arm", want: "laptop shop-1" },
  { on: "(laptop , tag:shop) & !shop-1", want: "laptop shop-2" },
  { on: "!(laptop,desk)", want: "shop-1 shop-2" },
  { on: "!!laptop", want: "laptop" },
  { on: "  laptop\t", want: "laptop" },
  { on: keyOf("desk"), want: "desk" },
  { on: keyOf("desk").toUpperCase(), want: "desk" },
])("$on", ({ on, want }) => {
  const { visors, diagnostics } = selectVisors(on, FLEET);
  expect(diagnostics).toEqual([]);
  expect(
    visors
      .map((visor) => visor.name)
      .toSorted()
      .join(" "),
  ).toBe(want);
});

test.each([
  { on: "", code: "selection/syntax", column: 1, next: "tag:T" },
  { on: "laptop desk", code: "selection/syntax", column: 8, next: "tag:T" },
  { on: "laptop &", code: "selection/syntax", column: 9, next: "tag:T" },
  { on: "(laptop", code: "selection/syntax", column: 8, next: "tag:T" },
  { on: "laptop)", code: "selection/syntax", column: 7, next: "tag:T" },
  { on: "laptop | desk", code: "selection/syntax", column: 8, next: "tag:T" },
  { on: "tags:home", code: "selection/syntax", column: 1, next: "tag:T" },
  { on: "tag:", code: "selection/syntax", column: 1, next: "tag:T" },
  { on: "!".repeat(1000) + "laptop", code: "selection/syntax", column: 51, next: "tag:T" },
  { on: "a".repeat(5000), code: "selection/syntax", column: 1, next: "tags" },
  { on: "laptpo", code: "selection/unknown-name", column: 1, next: 'did you mean "laptop"?' },
  { on: "home", code: "selection/unknown-name", column: 1, next: "did you mean tag:home?" },
  { on: "exit", code: "selection/unknown-name", column: 1, next: "did you mean role:exit?" },
  { on: "tag:exit", code: "selection/unknown-name", column: 1, next: "did you mean role:exit?" },
  { on: "role:arm", code: "selection/unknown-name", column: 1, next: "did you mean tag:arm?" },
  {
    on: "laptop,tag:shpo",
    code: "selection/unknown-name",
    column: 1,
    next: 'did you mean "shop"?',
  },
  { on: "mill-*", code: "selection/nothing", column: 1, next: "take a part" },
  { on: "laptop & desk", code: "selection/nothing", column: 1, next: "take a part" },
])("$on is refused: $code", ({ on, code, column, next }) => {
  const { visors, diagnostics } = selectVisors(on, FLEET);
  expect(visors).toEqual([]);
  expect(diagnostics.map((one) => [one.code, one.at?.column])).toEqual([[code, column]]);
  expect(diagnostics[0]?.next).toContain(next);
});

test("a pattern of many stars is not slow", () => {
  const { diagnostics } = selectVisors(`${"*a".repeat(1000)}*`, FLEET);
  expect(diagnostics.map(({ code }) => code)).toEqual(["selection/nothing"]);
});

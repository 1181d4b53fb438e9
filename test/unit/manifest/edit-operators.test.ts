import { describe, expect, it, test } from "vitest";
import type { OperatorKey, SealKey } from "../../../src/core/index.ts";
import { withOperator, withoutOperator } from "../../../src/manifest/edit/operators.ts";
import type { FeedKey } from "../../../src/model/index.ts";

const KEY = `ed25519:${"ab".repeat(32)}` as OperatorKey;
const KIM = { key: KEY, may: ["plan", "apply"] } as const;
const LINE = `kim: { key: "${KEY}", may: [plan, apply] }`;

describe("putting an operator into a manifest", () => {
  test.each([
    {
      name: "behind the last one, above what follows",
      text: "fleet: home\noperators:   # who signs\n  me: { key: x, may: [plan] }  # laptop\n  # of me\n\nvisors: {}\n",
      want: `fleet: home\noperators:   # who signs\n  me: { key: x, may: [plan] }  # laptop\n  ${LINE}\n  # of me\n\nvisors: {}\n`,
    },
    {
      name: "with the indentation that is there",
      text: "operators:\n    me:\n        key: x\n        may: [plan]\nvisors: {}\n",
      want: `operators:\n    me:\n        key: x\n        may: [plan]\n    ${LINE}\nvisors: {}\n`,
    },
    {
      name: "in braces",
      text: "operators: { me: { key: x, may: [plan] } }\nvisors: {}\n",
      want: `operators: { me: { key: x, may: [plan] }, ${LINE} }\nvisors: {}\n`,
    },
    {
      name: "into a manifest without the section",
      text: "apiVersion: fleet.skywire/v1\nfleet: home\n\nvisors: {}\n",
      want: `apiVersion: fleet.skywire/v1\nfleet: home\n\noperators:\n  ${LINE}\n\nvisors: {}\n`,
    },
    {
      name: "in place of the one of that name",
      text: "operators:\n  kim: { key: old, may: [plan] }   # kim's desk\n  me: { key: x, may: [plan] }\n",
      want: `operators:\n  ${LINE}   # kim's desk\n  me: { key: x, may: [plan] }\n`,
    },
    {
      name: "behind a last line without an end",
      text: "operators:\n  me: { key: x, may: [plan] }",
      want: `operators:\n  me: { key: x, may: [plan] }\n  ${LINE}\n`,
    },
  ])("$name", ({ text, want }) => {
    expect(withOperator(text, "kim", KIM)).toBe(want);
  });

  it("writes every member that is given", () => {
    const seal = `x25519:${"cd".repeat(32)}` as SealKey;
    const feed = `02${"ef".repeat(32)}` as FeedKey;
    const text = withOperator("fleet: home\n", "kim", { ...KIM, seal, feed, may: ["witness"] });
    expect(text).toContain(
      `kim: { key: "${KEY}", seal: "${seal}", feed: "${feed}", may: [witness] }`,
    );
  });
});

describe("taking an operator out of a manifest", () => {
  test.each([
    {
      name: "with the comment on its line",
      text: "operators:\n  # people\n  kim: { key: a, may: [plan] }  # desk\n  me: { key: x, may: [plan] }\nvisors: {}\n",
      want: "operators:\n  # people\n  me: { key: x, may: [plan] }\nvisors: {}\n",
    },
    {
      name: "the last one",
      text: "operators:\n  me: { key: x, may: [plan] }\n  kim:\n    key: a\n    may: [plan]\nvisors: {}\n",
      want: "operators:\n  me: { key: x, may: [plan] }\nvisors: {}\n",
    },
    {
      name: "the first in braces",
      text: "operators: { kim: { key: a }, me: { key: x } }\n",
      want: "operators: { me: { key: x } }\n",
    },
    {
      name: "the last in braces",
      text: "operators: { me: { key: x }, kim: { key: a } }\n",
      want: "operators: { me: { key: x } }\n",
    },
  ])("$name", ({ text, want }) => {
    expect(withoutOperator(text, "kim")).toBe(want);
  });

  it("says that there is none of the name", () => {
    expect(withoutOperator("operators:\n  me: { key: x }\n", "kim")).toBeUndefined();
  });
});

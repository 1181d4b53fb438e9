import { describe, expect, it, test } from "vitest";
import { findRoles, type Line, savedBy } from "../../../src/manifest/adopt/find-roles.ts";

/** Lines `SUBJECT=VALUE`; those of a subject in capitals cannot be won over. */
function factored(visors: readonly string[], size = 30): readonly string[] {
  const texts = [...new Set(visors.flatMap((visor) => visor.split(" ").filter(Boolean)))];
  const subjects = [...new Set(texts.map((text) => text.split("=")[0] ?? ""))];
  const lines = texts.map((text): Line => {
    const subject = text.split("=")[0] ?? "";
    return { subject: subjects.indexOf(subject), size, yields: subject === subject.toLowerCase() };
  });
  const own = visors.map((visor) =>
    visor
      .split(" ")
      .filter(Boolean)
      .map((text) => texts.indexOf(text)),
  );
  return findRoles(lines, own).map(
    (role) =>
      `${role.lines
        .map((line) => texts[line])
        .toSorted((a = "", b = "") => (a < b ? -1 : 1))
        .join(" ")} @ ${role.visors.join()}`,
  );
}

describe("roles", () => {
  test.each<{ name: string; visors: readonly string[]; want: readonly string[] }>([
    { name: "of nothing are none", visors: [], want: [] },
    { name: "of one visor are none", visors: ["a=1 b=1 c=1 d=1"], want: [] },
    {
      name: "of equal visors are one",
      visors: ["a=1 b=1 c=1", "a=1 b=1 c=1", "a=1 b=1 c=1"],
      want: ["a=1 b=1 c=1 @ 0,1,2"],
    },
    {
      name: "take in a visor that differs in one value",
      visors: ["a=1 b=1 c=1 d=1 e=1", "a=1 b=1 c=1 d=1 e=1", "a=1 b=1 c=1 d=1 e=2"],
      want: ["a=1 b=1 c=1 d=1 e=1 @ 0,1,2"],
    },
    {
      name: "leave out a value that one visor has and cannot win over",
      visors: ["a=1 b=1 c=1 d=1 E=1", "a=1 b=1 c=1 d=1 E=1", "a=1 b=1 c=1 d=1 E=2"],
      want: ["a=1 b=1 c=1 d=1 @ 0,1,2"],
    },
    {
      name: "leave out a visor that lacks values",
      visors: ["a=1 b=1 c=1 d=1", "a=1 b=1 c=1 d=1", "a=1 b=1 c=1 d=1", "a=1 f=1"],
      want: ["a=1 b=1 c=1 d=1 @ 0,1,2"],
    },
    {
      name: "are two where two kinds of visors share a part",
      visors: [
        ...Array.from({ length: 4 }, () => "a=1 b=1 c=1 x=1 y=1 z=1"),
        ...Array.from({ length: 4 }, () => "a=1 b=1 c=1 u=1 v=1 w=1"),
      ],
      want: ["a=1 b=1 c=1 @ 0,1,2,3,4,5,6,7", "x=1 y=1 z=1 @ 0,1,2,3", "u=1 v=1 w=1 @ 4,5,6,7"],
    },
    { name: "are none where they save nothing", visors: ["a=1 b=2", "a=1 b=3"], want: [] },
  ])("$name", ({ visors, want }) => {
    expect(factored(visors).toSorted()).toEqual(want.toSorted());
  });

  it("are worth the letters they save", () => {
    const lines: readonly Line[] = [
      { subject: 0, size: 30, yields: true },
      { subject: 1, size: 12, yields: true },
    ];
    // Two hold both lines, the third only the longer: 30 twice and 12 once.
    const own = [[], [0, 1], [0, 1], [0]];
    expect(savedBy(lines, { lines: [0, 1], visors: [1, 2, 3] }, own)).toBe(72);
  });
});

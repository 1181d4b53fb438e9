import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./planted-tree.ts";
import { ALLOWED, ALLOWED_TYPES } from "./rooms.cjs";

/** The rows of the first table of docs/architecture.md that begins with the word room. */
function writtenRows(): readonly string[] {
  const lines = readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("\n");
  const head = lines.findIndex((line) => line.startsWith("| room |"));
  const rest = lines.slice(head + 2);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith("|")),
  );
}

it("the architecture page shows the table that the gate checks", () => {
  const types: Readonly<Record<string, readonly string[]>> = ALLOWED_TYPES;
  const rows = Object.entries(ALLOWED).map(([room, allowed]) =>
    `| ${room} | ${allowed.join(", ")} | ${(types[room] ?? []).join(", ")} |`.replace(
      / {2,}/g,
      " ",
    ),
  );
  expect(writtenRows()).toEqual([...rows, "| cli | everything | |"]);
});

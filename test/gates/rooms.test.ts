import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./planted-tree.ts";
import { ALLOWED, ALLOWED_TYPES, CLI_FOLDERS, LEDGER_FLOORS } from "./rooms.cjs";

/** The rows of the table of docs/architecture.md whose first heading is this one. */
function writtenRows(heading: string): readonly string[] {
  const lines = readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("\n");
  const head = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
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
  expect(writtenRows("room")).toEqual([...rows, "| cli | everything | |"]);
});

it.each([
  { heading: "floor of ledger", table: LEDGER_FLOORS },
  { heading: "folder of cli", table: CLI_FOLDERS },
])("the architecture page shows what the gate checks: $heading", ({ heading, table }) => {
  const written = writtenRows(heading).map((row) => {
    const [, folder = "", , allowed = ""] = row.split("|").map((cell) => cell.trim());
    return { folder, allowed };
  });
  const checked = Object.entries(table).map(([folder, allowed]) => ({
    folder,
    allowed: allowed.join(", "),
  }));
  expect(written).toEqual(checked);
});

it("no floor of the ledger may import one above it", () => {
  const floors = Object.keys(LEDGER_FLOORS);
  const arrowsUp = Object.entries(LEDGER_FLOORS).flatMap(([floor, allowed]) =>
    allowed.filter((other) => floors.indexOf(other) >= floors.indexOf(floor)),
  );
  expect(arrowsUp).toEqual([]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { ROOT } from "./planted-tree.ts";
import { parseSource } from "./source-files.mjs";

// What the package shows to others, one name a line, so that a wider door is seen in review.

interface PackageFile {
  readonly exports: Readonly<Record<string, string>>;
}

const { exports: shown } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
) as PackageFile;

const doors = Object.entries(shown)
  .filter(([, built]) => built.endsWith(".js"))
  .map(([subpath, built]) => ({
    subpath,
    file: subpath === "." ? "index" : subpath.slice("./".length),
    source: built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts"),
  }));

/** The names that a door shows, sorted; types are marked. */
function namesOf(path: string): string {
  const names = parseSource(ROOT, path).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    const { exportClause, isTypeOnly } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    return exportClause.elements.map((element) =>
      isTypeOnly || element.isTypeOnly ? `type ${element.name.text}` : element.name.text,
    );
  });
  return `${names.sort().join("\n")}\n`;
}

describe("the names a public door shows", () => {
  it.each(doors)("$subpath", async ({ file, source }) => {
    const names = namesOf(source);
    expect(names.trim()).not.toBe("");
    await expect(names).toMatchFileSnapshot(`../golden/api/${file}.txt`);
  });

  it("there are six of them", () => {
    expect(doors.map(({ subpath }) => subpath)).toEqual([
      ".",
      "./gob",
      "./rpc",
      "./cxo",
      "./tlog",
      "./trust",
    ]);
  });
});

// Which files a command can load: its imports are followed, those that wait for a call among them.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./planted-tree.ts";
import { listSources } from "./source-files.mjs";

const TABLE: readonly string[] = ["src/cli/command-table.ts", "src/cli/command-families.ts"];
/** Imports and exports of a file of ours, now or later; those of types alone are gone when compiled. */
const IMPORT =
  /^(?:import|export)\s(?!type\b)(?:[^;"']*?\sfrom\s)?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/** The source files that a file imports, as paths from the top. */
function importsOf(path: string): readonly string[] {
  return [...readFileSync(join(ROOT, path), "utf8").matchAll(IMPORT)].map(([, now, later]) =>
    join(dirname(path), now ?? later ?? ""),
  );
}

const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map(
  listSources(ROOT, ["src"]).map((path) => [path, importsOf(path)]),
);
const COMMANDS = TABLE.flatMap((path) => IMPORTS.get(path) ?? []);

/** Every file that may load this one; commands that only a table names are not loaded by each other. */
function loadersOf(goal: (path: string) => boolean): ReadonlySet<string> {
  const loaders = new Set([...IMPORTS.keys()].filter(goal));
  for (let size = 0; size !== loaders.size;) {
    size = loaders.size;
    for (const [path, imports] of IMPORTS)
      if (!TABLE.includes(path) && imports.some((each) => loaders.has(each))) loaders.add(path);
  }
  return loaders;
}

it("only the commands of `fleet embedded` load visors of our own", () => {
  const loaders = loadersOf((path) => path.startsWith("src/skywire/embedded/"));
  const names = COMMANDS.filter((path) => loaders.has(path)).map((path) => path.split("/").at(-1));
  expect(COMMANDS.length).toBeGreaterThan(30);
  expect(names).toEqual(["embedded.ts"]);
});

it.each([
  { file: "src/reconcile/plan/build-plan.ts", command: "/plan.ts" },
  { file: "src/skywire/visor/releases.ts", command: "/doctor.ts" },
])("$command is followed to $file", ({ file, command }) => {
  const loaders = loadersOf((path) => path === file);
  expect([...loaders].some((path) => path.startsWith("src/cli/") && path.endsWith(command))).toBe(
    true,
  );
});

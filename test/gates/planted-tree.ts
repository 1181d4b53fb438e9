import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of this project. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

const SETTINGS = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  ".ci/setup.mjs",
  ".ci/join-program.mjs",
  ".ci/tsconfig.json",
  "test/tsconfig.json",
  "test/vitest.config.ts",
  "test/support/closing-line-reporter.ts",
  "test/gates/oxfmt.json",
  "test/gates/oxlint.json",
  "test/gates/layers.cjs",
  "test/gates/rooms.cjs",
];

/** A tree without a fault: a room, a door, the library door, a command and a test. */
const CLEAN: Readonly<Record<string, string>> = {
  "src/index.ts": '// The library.\nexport { add } from "./core/index.ts";\n',
  "src/core/README.md": `# core\n${"\nA line of what it is for.".repeat(8)}\n`,
  "src/core/index.ts": '// The door.\nexport { add } from "./add.ts";\n',
  "src/core/add.ts":
    "/** Adds. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n",
  "src/cli/README.md": `# cli\n${"\nA line of what it is for.".repeat(8)}\n`,
  "src/cli/main.ts": '// The command.\nimport { add } from "../core/index.ts";\n\nadd(1, 2);\n',
  "test/unit/core/add.test.ts": [
    'import { expect, it } from "vitest";',
    'import { add } from "../../../src/core/index.ts";',
    "",
    'it("adds", () => {',
    "  expect(add(1, 2)).toBe(3);",
    "});",
    "",
  ].join("\n"),
};

/** A small project in a folder of its own, with our settings; it is gone when the `using` block ends. */
export interface PlantedTree extends Disposable {
  readonly root: string;
}

/**
 * Makes a clean tree and then writes the given files over it.
 * Installed packages are those of this project, by a link.
 */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "fleet-gate-")));
  for (const path of SETTINGS) cpSync(join(ROOT, path), join(root, path), { recursive: true });
  skipLibraries(join(root, "tsconfig.json"));
  for (const [path, text] of Object.entries({ ...CLEAN, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "junction");
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** Declarations of packages are checked in this project itself: nothing is planted in them, and they take most of the time. */
function skipLibraries(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace('"skipLibCheck": false', '"skipLibCheck": true'));
}

import { describe, expect, it } from "vitest";
import { verdictOf } from "./check.mjs";
import { plantTree, ROOT } from "./planted-tree.ts";

// A gate is trusted because it was seen to find what it is for. Every tree below is clean but for what is
// planted in it.

const PATIENCE_MS = 120_000;
/** Most modules of src; a gate that sees fewer has lost its way, whatever it says. */
const MODULES_MIN = 250;

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

const PLANTED: readonly {
  readonly gate: string;
  readonly files: Readonly<Record<string, string>>;
  readonly finds: readonly string[];
}[] = [
  {
    gate: "format",
    files: { "src/core/ugly.ts": "export const ugly = {a:1}\n" },
    finds: ["src/core/ugly.ts"],
  },
  {
    gate: "lint",
    files: {
      "src/core/any.ts": "export function wide(a: any): void {\n  a.b();\n}\n",
      "src/core/bang.ts":
        "export function first(a: readonly string[]): string {\n  return a[0]!;\n}\n",
      "src/core/float.ts":
        "async function later(): Promise<void> {}\nexport function now(): void {\n  later();\n}\n",
      "src/core/each.ts":
        "export function all(a: readonly string[]): void {\n  a.forEach(async () => {\n    await Promise.resolve();\n  });\n}\n",
      "src/core/default.ts": "export default 1;\n",
      "src/core/clock.ts": "export const at: number = Date.now();\n",
      "src/core/luck.ts": "export const luck: number = Math.random();\n",
      "src/core/where.ts": "export const where: string = process.cwd();\n",
      "src/core/loud.ts": 'console.log("loud");\nexport const loud = 1;\n',
      "src/core/Shouting.ts": "export const shouting = 1;\n",
      "test/unit/core/hollow.test.ts": [
        'import { expect, it } from "vitest";',
        'it("asserts nothing", () => {});',
        'it("has no matcher", () => { expect(1); });',
        'it.skip("does not run", () => { expect(1).toBe(1); });',
        'it.only("runs alone", () => { expect(1).toBe(1); });',
        "",
      ].join("\n"),
    },
    finds: [
      "no-explicit-any",
      "no-unsafe-call",
      "no-non-null-assertion",
      "no-floating-promises",
      "no-misused-promises",
      "no-default-export",
      "Take a Clock",
      "Take a Random",
      "take a port",
      "no-console",
      "filename-case",
      "expect-expect",
      "valid-expect",
      "no-disabled-tests",
      "no-focused-tests",
    ],
  },
  {
    gate: "types",
    files: {
      "src/core/wrong.ts": 'export const wrong: number = "text";\n',
      "test/unit/core/wrong.test.ts": 'import { missing } from "vitest";\nmissing();\n',
    },
    finds: ["src/core/wrong.ts", "test/unit/core/wrong.test.ts"],
  },
  {
    gate: "layers",
    files: {
      "src/model/index.ts": 'export { deep } from "./deep.ts";\n',
      "src/model/deep.ts":
        'import { run } from "../cli/run.ts";\nexport const deep: number = run;\n',
      "src/cli/run.ts": "export const run = 1;\n",
      "src/core/disk.ts":
        'import { readFileSync } from "node:fs";\nexport const read = (): string => readFileSync("x", "utf8");\n',
      "src/model/hash.ts":
        'import { randomBytes } from "node:crypto";\nexport const luck = (): number => randomBytes(1).length;\n',
      "src/core/one.ts":
        'import { two } from "./two.ts";\nexport const one = (): number => two();\n',
      "src/core/two.ts":
        'import { one } from "./one.ts";\nexport const two = (): number => one();\n',
      "src/attic/index.ts": "export const old = 1;\n",
      "src/loose.ts": "export const loose = 1;\n",
      "src/core/test-only.ts":
        'import { plant } from "../../test/support/plant.ts";\nexport const grown: number = plant;\n',
      "test/support/plant.ts": "export const plant = 1;\n",
      "src/core/dev.ts": 'import fc from "fast-check";\nexport const seed: unknown = fc.nat();\n',
      "src/core/text.ts":
        'import { parse } from "yaml";\nexport const read: unknown = parse("");\n',
      "src/view/index.ts": 'export { show } from "./show.ts";\n',
      "src/view/show.ts":
        'import { plan } from "../reconcile/index.ts";\nexport const show: number = plan;\n',
      "src/view/type.ts":
        'import type { Plan } from "../reconcile/index.ts";\nexport const title = (plan: Plan): number => plan;\n',
      "src/reconcile/index.ts": 'export { plan, type Plan } from "./plan.ts";\n',
      "src/reconcile/plan.ts": "export type Plan = number;\nexport const plan: Plan = 1;\n",
      "src/ledger/index.ts": 'export { ask } from "./query/index.ts";\n',
      "src/ledger/query/index.ts": 'export { ask, type Answer } from "./ask.ts";\n',
      "src/ledger/query/ask.ts":
        'import { read } from "../log/index.ts";\nexport type Answer = number;\nexport const ask: Answer = read;\n',
      "src/ledger/log/index.ts": 'export { read } from "./read.ts";\n',
      "src/ledger/log/read.ts":
        'import type { Answer } from "../query/index.ts";\nexport const read: Answer = 1;\n',
      "src/ledger/copy/copy.ts":
        'import { ask } from "../query/index.ts";\nexport const copied: number = ask;\n',
      "src/ledger/attic/old.ts": "export const old = 1;\n",
      "src/ledger/loose.ts": "export const loose = 1;\n",
      "src/cli/shell/words.ts":
        'import { plan } from "../plan/plan.ts";\nexport const words: number = plan;\n',
      "src/cli/plan/plan.ts":
        'import { run } from "../run.ts";\nexport const plan: number = run;\n',
      "src/cli/attic/old.ts": "export const old = 1;\n",
      "src/skywire/embedded/index.ts": "export const RPC_PORT = 65;\n",
      "src/cli/doctor/doctor.ts":
        'import { RPC_PORT } from "../../skywire/embedded/index.ts";\nexport const port: number = RPC_PORT;\n',
      "src/cli/embedded/embedded-up.ts":
        'import { RPC_PORT } from "../../skywire/embedded/index.ts";\nexport const port: number = RPC_PORT;\n',
      "src/core/gone.ts":
        'import { gone } from "./nowhere.ts";\nexport const lost: unknown = gone;\n',
    },
    finds: [
      "src/model/deep.ts -> src/cli/run.ts: allowed-imports-of-model",
      "src/core/disk.ts -> fs: hashing-rooms-import-only-node-crypto",
      "src/model/hash.ts -> crypto: node-modules-stay-outside-the-core",
      "no-cycles",
      "src/attic/index.ts: every-file-is-in-a-room",
      "src/loose.ts: every-file-is-in-a-room",
      "src/core/test-only.ts -> test/support/plant.ts: src-imports-only-src",
      "src/core/dev.ts -> node_modules/fast-check/lib/fast-check.d.ts: src-ships-whole",
      "src/core/dev.ts -> node_modules/fast-check/lib/fast-check.d.ts: a-package-in-src-has-its-row",
      "src/core/text.ts -> node_modules/yaml/dist/index.d.ts: package-yaml",
      "src/view/show.ts -> src/reconcile/index.ts: only-types-for-view",
      "src/ledger/log/read.ts -> src/ledger/query/index.ts: allowed-imports-of-ledger-log",
      "src/ledger/copy/copy.ts -> src/ledger/query/index.ts: allowed-imports-of-ledger-copy",
      "src/ledger/attic/old.ts: every-file-of-ledger-is-on-a-floor",
      "src/ledger/loose.ts: every-file-of-ledger-is-on-a-floor",
      "src/cli/shell/words.ts -> src/cli/plan/plan.ts: allowed-imports-of-cli-shell",
      "src/cli/plan/plan.ts -> src/cli/run.ts: allowed-imports-of-cli-plan",
      "src/cli/attic/old.ts: every-folder-of-cli-has-its-row",
      "src/cli/doctor/doctor.ts -> src/skywire/embedded/index.ts: only-embedded-commands-run-visors-of-our-own",
      "src/core/gone.ts -> ./nowhere.ts: imports-resolve",
    ],
  },
  {
    gate: "unused",
    files: {
      "src/core/orphan.ts": "export const orphan = 1;\n",
      "src/core/add.ts":
        "export const spare = 1;\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n",
      "src/core/index.ts": '// The door.\nexport { add, tried } from "./add-all.ts";\n',
      "src/core/add-all.ts":
        'export { add } from "./add.ts";\nexport const tried = 1;\nexport interface Shape {\n  readonly a: 1;\n}\n/** @internal a test looks inside */\nexport const inner = 1;\n',
      "test/unit/core/tried.test.ts":
        'import { inner } from "../../../src/core/add-all.ts";\nimport { tried } from "../../../src/core/index.ts";\ntried + inner;\n',
    },
    finds: ["src/core/orphan.ts", "spare", "tried", "Shape", "Unused dependencies", "commander"],
  },
  {
    gate: "sizes",
    files: {
      "src/core/long.ts": lines(301, "export {};"),
      "src/core/wordy.ts": `${lines(300, "// a reason")}export {};\n`,
      "src/core/tall.ts": `export function tall(): void {\n${lines(70, "  void 0;")}}\n`,
      "src/core/fair.ts": `${lines(100, "// a reason")}${lines(200, "export {};")}`,
      "test/support/long.ts": lines(401, "export {};"),
      "test/support/fair.ts": `${lines(500, "// a reason")}${lines(400, "export {};")}`,
      "test/unit/core/tall.test.ts": `describe("a chapter", () => {\n${lines(80, "  it();")}});\n`,
    },
    finds: [
      "src/core/long.ts: 301 lines, at most 300",
      "src/core/wordy.ts: 301 lines, at most 300",
      "test/support/long.ts: 401 code lines, at most 400",
      "src/core/tall.ts:1: a function of 72 code lines, at most 70",
    ],
  },
  {
    gate: "doors",
    files: {
      "src/core/all.ts": 'export * from "./add.ts";\n',
      "src/core/first.ts": "export default 1;\n",
      "src/core/own.ts": 'export { add } from "./index.ts";\n',
      "src/cli/past.ts": 'import { add } from "../core/add.ts";\nadd(1, 2);\n',
      "src/cli/lazy.ts": 'export const lazy = () => import("../core/add.ts");\n',
      "src/cli/suffix.ts": 'import { add } from "../core/add.js";\nadd(1, 2);\n',
      "src/skywire/gob/index.ts": 'export { gob } from "./gob.ts";\nexport const more = 1;\n',
      "src/skywire/gob/gob.ts": "export const gob = 1;\n",
      "src/skywire/rpc/call.ts": 'export { gob } from "../gob/gob.ts";\n',
      "src/skywire/rpc/twice.ts": "export const lazy = 1;\n",
      "src/cli/shell/read.ts": "export function countOf(given: Given): void {}\n",
      "src/cli/plan/look.ts": "export function lookRequestOf(given: Given): void {}\n",
      "src/cli/plan/look-at.ts":
        "export const look = { run(given: Given): void {} };\nfunction show(given: Given): void {}\n",
      "src/cli/plan/kept.ts": "interface Kept {\n  readonly given: Given;\n}\n",
    },
    finds: [
      "src/cli/lazy.ts:1: goes past the door src/core/index.ts to src/core/add.ts",
      "src/cli/past.ts:1: goes past the door src/core/index.ts to src/core/add.ts",
      "src/cli/suffix.ts:1: write the .ts suffix of src/core/add.js",
      "src/core/all.ts:1: export * hides what is shown; list the names",
      "src/core/first.ts:1: a default export; export a name",
      "src/core/own.ts:1: comes in by its own door src/core/index.ts; import the file",
      "src/skywire/gob/index.ts:2: a door only shows names of its folder",
      "src/skywire/rpc/call.ts:1: goes past the door src/skywire/gob/index.ts to src/skywire/gob/gob.ts",
      "src/cli/plan/kept.ts:2: takes the words themselves; take a request of them",
      "src/cli/plan/look-at.ts:2: takes the words themselves; take a request of them",
      "src/cli/lazy.ts and src/skywire/rpc/twice.ts both export a lazy",
    ],
  },
  {
    gate: "first-lines",
    files: {
      "src/core/silent.ts": "export const silent = 1;\n",
      "src/core/said.ts": "// What is said.\nexport const said = 1;\n",
      "src/view/said.ts": "// What is shown.\nexport const shown = 1;\n",
      "src/model/README.md": "# model\nBegin with `said.ts`, `gone.ts` and `core/said.ts`.\n",
      "src/model/said.ts": "// What a thing is.\nexport const thing = 1;\n",
    },
    finds: [
      "src/core/silent.ts:1: say in a sentence, before the imports, what the file is",
      "src/view/README.md is missing",
      "src/model/README.md has 2 lines: 8 to 30",
      "src/model/README.md names gone.ts, which is no file of this room",
    ],
  },
  {
    gate: "words",
    files: {
      "src/core/a.ts": "// FIXME: later\n// TODO: later\n// TODO(#12): kept in an issue\n",
      "docs/a.md": "This is not implemented; see /home/somebody/notes.\n",
      "src/core/b.ts": "export const at = new Date();\n",
      "test/unit/core/b.test.ts": 'it.skipIf(true)("b", () => {});\n',
      "src/core/c.ts": "// oxlint-disable-next-line no-var\n// oxlint-disable-next-line -- why\n",
      "src/core/d.ts":
        "const a = { ...(b === undefined ? {} : { b }), ...(c.d !== undefined ? { d: c.d } : {}) };\n",
      "src/core/e.ts": "const a = { ...(b === undefined ? {} : { b: f(b) }) };\n",
      "src/core/f.ts": "const order = (a: string, b: string): number => (a < b ? -1 : 1);\n",
    },
    finds: [
      'docs/a.md:1: "not implemented"',
      'docs/a.md:1: "/home/somebody/"',
      'src/core/a.ts:1: "FIXME"',
      'src/core/a.ts:2: "TODO"',
      'src/core/b.ts:1: "new Date()"',
      'src/core/c.ts:1: "oxlint-disable"',
      'src/core/d.ts:1: "...(b === undefined ? {} : { b })"',
      'src/core/f.ts:1: "< b ? -1 :"',
      'test/unit/core/b.test.ts:1: "it.skipIf"',
    ],
  },
  {
    gate: "tests",
    files: { "test/unit/core/red.test.ts": 'throw new Error("does not load");\n' },
    finds: ["1 passed, 1 failed, 0 skipped"],
  },
  {
    gate: "build",
    files: { "src/core/wrong.ts": 'export const wrong: number = "text";\n' },
    finds: ["src/core/wrong.ts"],
  },
];

/** Gates that say one thing a line, so that nothing but the planted faults may be named. */
const LISTING = new Set(["layers", "sizes", "doors", "words"]);

describe("a gate finds what is planted", () => {
  it.each(PLANTED)("finds: $gate", { timeout: PATIENCE_MS }, ({ gate, files, finds }) => {
    using tree = plantTree(files);
    const { findings } = verdictOf(tree.root, gate);
    const text = findings.join("\n");
    expect(finds.filter((wanted) => !text.includes(wanted))).toEqual([]);
    if (LISTING.has(gate)) {
      const isWanted = (finding: string): boolean => finds.some((w) => finding.includes(w));
      expect(findings.filter((finding) => !isWanted(finding))).toEqual([]);
    }
  });
});

describe("a gate passes a clean tree", () => {
  // The small tree uses none of our packages, which is what `unused` is for.
  const gates = PLANTED.map(({ gate }) => gate).filter((gate) => gate !== "unused");
  it.each(gates)("passes: %s", { timeout: PATIENCE_MS }, (gate) => {
    using tree = plantTree({});
    const { looked, findings } = verdictOf(tree.root, gate);
    expect(findings).toEqual([]);
    expect(looked).toBeGreaterThan(0);
  });
});

describe("a gate looks at all of this project", () => {
  it.each(["layers", "sizes", "doors", "words"])("all: %s", { timeout: PATIENCE_MS }, (gate) => {
    const { looked } = verdictOf(ROOT, gate);
    expect(looked).toBeGreaterThan(MODULES_MIN);
  });
});

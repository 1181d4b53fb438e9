import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Of these the demo takes a fifth where nothing else runs; that it keeps its promise is timed in .ci/pipeline.mjs. */
const PATIENCE_MS = 120_000;
const LINES_MAX = 60;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-demo-test-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the built program with a temporary folder of its own, and gives the lines that it prints. */
async function demo(...args: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [MAIN, "demo", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (more: string) => (text += more));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, text).toBe(0);
  return text.replace(/\n$/, "").split("\n");
}

/** What a command of the demo printed. */
function printedBy(lines: readonly string[], command: string): readonly string[] {
  const start = lines.indexOf(`$ fleet ${command}`) + 1;
  const end = lines.findIndex(
    (line, index) => index >= start && line.includes("exit ") && line.endsWith(", as announced"),
  );
  return lines.slice(start, end);
}

it(
  "demo: the first chapter is one edit, a plan of four lines, apply, drift and a refused lock-out, in 60 lines",
  async () => {
    const lines = await demo();
    expect(lines.length).toBeLessThanOrEqual(LINES_MAX);
    expect(lines.filter((line) => /^ {2}[-+] skychat: /.test(line))).toHaveLength(2);
    expect(printedBy(lines, "plan")).toHaveLength(4);
    expect(printedBy(lines, "apply --yes").at(-1)).toMatch(/Applied: 1 of 1 change done/);
    expect(printedBy(lines, "drift").at(-1)).toMatch(/Drift: 1 change by others on 1 visor/);
    const refused = printedBy(lines, "apply --yes --on shop-1");
    expect(refused.join("\n")).toContain("refused: lock-out on shop-1");
    expect(refused.at(-1)).toMatch(/nothing was written/);
    expect(lines.at(-1)).toMatch(/^Demo: (\d+) of \1 steps ended as announced, in .*; nothing is/);
    expect(await readdir(folder)).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  "demo: a chapter can be played alone, and its folder kept",
  async () => {
    const lines = await demo("refusals", "--dir", "kept");
    expect(lines.filter((line) => line.startsWith("$ fleet"))).toEqual([
      "$ fleet plan lock-out.yaml",
      "$ fleet plan open.yaml",
    ]);
    expect(lines.at(-1)).toMatch(/^Demo: 6 of 6 steps ended as announced, in .*; see \S+kept\.$/);
    expect(await readdir(join(folder, "kept"))).toEqual(["refusals"]);
  },
  PATIENCE_MS,
);

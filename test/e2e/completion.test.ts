// Completion as shells see it: the built program, asked by the scripts of every shell that is here.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  COMPLETED_FILES,
  COMPLETED_MANIFEST,
  COMPLETION_QUESTIONS,
  type CompletionQuestion,
  FILE_QUESTIONS,
} from "../support/completion-questions.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const LIST_MODULES = new URL("../support/list-modules.mjs", import.meta.url).href;
const END = "==";
const QUESTIONS = [...COMPLETION_QUESTIONS, ...FILE_QUESTIONS];

let base = "";
let folder = "";

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "fleet-completion-"));
  folder = join(base, "manifest");
  for (const name of ["bin", "manifest", "shells"]) mkdirSync(join(base, name));
  writeFileSync(join(folder, "fleet.yaml"), COMPLETED_MANIFEST);
  for (const name of COMPLETED_FILES) writeFileSync(join(folder, name), "");
  const program = join(base, "bin", "fleet");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => {
  rmSync(base, { recursive: true });
});

/** Runs a program where the manifest is, with `fleet` on its path; `undefined` where there is no such program. */
function run(program: string, args: readonly string[], more: Record<string, string> = {}) {
  const ran = spawnSync(program, args, {
    encoding: "utf8",
    cwd: folder,
    env: {
      ...process.env,
      // Shells keep things of their own in a home; the program must not.
      HOME: join(base, "shells"),
      FLEET_HOME: join(base, "home"),
      PATH: `${join(base, "bin")}:${process.env["PATH"] ?? ""}`,
      ...more,
    },
  });
  return ran.error === undefined ? ran : undefined;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** Words as readline parts them: at = and at colons. */
function parted(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => word.match(/[=:]+|[^=:]+|^$/g) ?? [""]);
}

/** What a shell's answer to each question was, in their order. */
function answers(printed: string): readonly (readonly string[])[] {
  const parts = printed.split(`${END}\n`).slice(0, -1);
  return parts.map((part) => part.split("\n").filter((line) => line !== ""));
}

/** What each shell is told to do, and how its answer to one question reads as whole words. */
const SHELLS = [
  {
    shell: "bash",
    args: ["--norc", "-c"],
    begin: "",
    ask: (words: readonly string[]) =>
      `COMP_WORDS=(fleet ${quoted(parted(words))}); COMP_CWORD=${parted(words).length}; _fleet; printf '%s\\n' "\${COMPREPLY[@]}"`,
    whole: (line: string, words: readonly string[]) => {
      const [typed, last] = [words.at(-1) ?? "", parted(words).at(-1) ?? ""];
      return typed.slice(0, typed.length - (/^[=:]/.test(last) ? 0 : last.length)) + line;
    },
  },
  {
    shell: "zsh",
    args: ["-f", "-c"],
    // What zsh does with candidates is its own: here it prints them.
    begin: `compdef() { }; compset() { before=\${(M)PREFIX##--*=} }
_files() { local -a names=(\${PREFIX#$before}*(N)); print -rl -- $before\${^names} }
_describe() { print -rl -- "\${whole[@]}" "\${open[@]}" }`,
    ask: (words: readonly string[]) =>
      `words=(fleet ${quoted(words)}); CURRENT=$#words; PREFIX=$words[-1]; before=; _fleet`,
    whole: (line: string) =>
      line.replaceAll("\\:", "\u0000").split(":")[0]?.replaceAll("\u0000", ":") ?? "",
  },
  {
    shell: "fish",
    args: ["--no-config", "-c"],
    begin: "",
    ask: (words: readonly string[]) => `complete -C '${["fleet", ...words].join(" ")}'`,
    whole: (line: string) => line.split("\t")[0] ?? "",
  },
] as const;

function expectAnswer(
  { words, want, has = [] }: CompletionQuestion,
  found: readonly string[],
): void {
  const about = words.join(" ");
  if (want !== undefined) expect(found.toSorted(), about).toEqual([...want].sort());
  expect(found, about).toEqual(expect.arrayContaining([...has]));
}

/** Every machine here has bash; `npm run long -- shells` asks all of them, and fails where one is missing. */
const ASKED = SHELLS.filter(
  ({ shell }) => shell === "bash" || process.env["FLEET_LONG"] === "shells",
);

describe("4.7: the shells ask the program", () => {
  test.for(ASKED)("$shell offers what fits", { timeout: 180_000 }, (way) => {
    const script = run("fleet", ["completion", way.shell])?.stdout ?? "";
    const asks = QUESTIONS.map(({ words }) => `${way.ask(words)}\necho '${END}'`).join("\n");
    const ran = run(way.shell, [...way.args, `${way.begin}\n${script}\n${asks}`]);
    if (ran === undefined) throw new Error(`${way.shell} is not here`);
    expect(ran.stderr).toBe("");
    const found = answers(ran.stdout);
    expect(found).toHaveLength(QUESTIONS.length);
    for (const [index, question] of QUESTIONS.entries()) {
      const lines = found[index] ?? [];
      expectAnswer(
        question,
        lines.map((line) => way.whole(line, question.words)),
      );
    }
  });
});

describe("an answer to a Tab", () => {
  test.each([
    { name: "without a manifest", env: { FLEET_MANIFEST: "missing.yaml" }, want: "all\t" },
    { name: "with a folder for one", env: { FLEET_MANIFEST: "." }, want: "all\t" },
    {
      name: "with a home that cannot be",
      env: { FLEET_HOME: "/dev/null/x" },
      want: "desk\tvisor\n",
    },
    { name: "with a variable that is no value", env: { FLEET_TIMEOUT: "soon" }, want: "desk\t" },
  ])("$name is given, and nothing else is said", ({ env, want }) => {
    const ran = run("fleet", ["__complete", "fish", "plan", "--on", ""], { ...env });
    expect([ran?.status, ran?.stderr]).toEqual([0, ""]);
    expect(ran?.stdout).toContain(want);
  });

  it("writes nothing", () => {
    run("fleet", ["__complete", "fish", "apply", "--on", ""]);
    expect(readdirSync(base).sort()).toEqual(["bin", "manifest", "shells"]);
    expect(readdirSync(folder).sort()).toEqual([...COMPLETED_FILES, "fleet.yaml"].sort());
  });

  it("loads no command, no parser, no reader of YAML and nothing that dials", () => {
    const words = [MAIN, "__complete", "bash", "plan", "--on", ""];
    const ran = run(process.execPath, ["--import", LIST_MODULES, ...words]);
    const loaded = ran?.stderr.split("\n") ?? [];
    expect(loaded).toContain("complete-here.js");
    expect(loaded.length).toBeLessThan(12);
    for (const name of ["plan.js", "run.js", "platform.js", "load-manifest.js", "reconcile.js"])
      expect(loaded).not.toContain(name);
    expect(ran?.stderr).not.toMatch(/commander|yaml|ajv|noble/);
  });
});

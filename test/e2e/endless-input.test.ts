import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
/** The program itself takes some 60 MiB, and at most 128 MiB of a plan or observation are read. */
const MEMORY_KIB_MAX = 900 * 1024;
/** Endless input fills the memory of the machine where nothing else ends it. */
const SECONDS_MAX = 25;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-endless-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** Runs the program with little memory; where it takes more, or too long, it is ended and has no code. */
function fleet(args: readonly string[], input: "ignore" | "zeros" = "ignore"): Promise<Ended> {
  const limited = `ulimit -t ${SECONDS_MAX}; exec "$0" "$@"${input === "zeros" ? " < /dev/zero" : ""}`;
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", limited, process.execPath, MAIN, ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"], FLEET_HOME: join(folder, "home") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    const watch = setInterval(() => {
      if (memoryOf(child.pid ?? 0) > MEMORY_KIB_MAX) child.kill("SIGKILL");
    }, 100);
    const late = setTimeout(() => child.kill("SIGKILL"), SECONDS_MAX * 1_000);
    child.on("close", (code) => {
      clearInterval(watch);
      clearTimeout(late);
      resolve({ code, said });
    });
  });
}

function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const READERS = [
  ["validate", "/dev/zero"],
  ["fmt", "/dev/zero"],
  ["lint", "/dev/zero"],
  ["apply", "/dev/zero"],
  ["show", "/dev/zero"],
  ["init", "--keys", "/dev/zero"],
  ["ledger", "evidence", "/dev/zero"],
] as const;

describe("input without an end", () => {
  for (const argv of READERS) {
    it(`F15: is left at its limit by fleet ${argv.join(" ")}`, async () => {
      const { code, said } = await fleet(argv);
      expect(said).toMatch(/error: /);
      expect([64, 3]).toContain(code);
    }, 180_000);
  }

  it("F15: is left at its limit on standard input", async () => {
    const { code, said } = await fleet(["validate", "-"], "zeros");
    expect(said).toContain("standard input has more than 8 MiB");
    expect(code).toBe(64);
  }, 180_000);

  it("F15: is not begun where the file says that it is too large", async () => {
    await writeFile(join(folder, "m.yaml"), "");
    await truncate(join(folder, "m.yaml"), 3 * 1024 ** 3);
    const { code, said } = await fleet(["validate", "m.yaml"]);
    expect(said).toContain("m.yaml has more than 8 MiB");
    expect(code).toBe(64);
  }, 180_000);

  it("F15: is not waited for in a pipe that nobody writes to", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const { code, said } = await fleet(["validate", "pipe"]);
    expect(said).toContain("pipe");
    expect(code).toBe(1);
  }, 180_000);

  it("F15: is a key that is none", async () => {
    const { code, said } = await fleet(["ledger", "status", "--operator-secret-file", "/dev/zero"]);
    expect(said).toMatch(/error: .*larger than 64 KiB/);
    expect(code).not.toBeNull();
  }, 180_000);
});

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const CLONE = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(CLONE, "README.md"), "utf8");
const READY = /^Ready: .* at (\S+:\d+)\.$/m;

const groups: number[] = [];
let home = "";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-readme-"));
});
afterAll(async () => {
  // A shell that is killed leaves what it started; its group does not.
  for (const pid of groups) killGroup(pid);
  await rm(home, { recursive: true, force: true });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** The commands that the README gives for a terminal. */
function commandsOf(terminal: string): string {
  const block = new RegExp(`<!-- ${terminal} terminal -->\n\`\`\`sh\n([^]*?)\`\`\``).exec(
    README,
  )?.[1];
  if (block === undefined)
    throw new Error(`the README has no commands for the ${terminal} terminal`);
  return block;
}

function shell(
  script: string,
  env: Readonly<Record<string, string>>,
  onText: (text: string) => void,
): Promise<number | null> {
  const child = spawn("bash", ["-ec", script], {
    cwd: CLONE,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) groups.push(child.pid);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onText);
  return new Promise((resolve) => child.on("close", resolve));
}

// The build was made before the tests; a port that is free takes the place of the usual one; and the answer that a
// person types at the question is given as --yes. Everything else runs as it is written.
it("the walk-through of the README works as it is typed", async () => {
  let first = "";
  let ready: (address: string) => void = () => undefined;
  const address = new Promise<string>((resolve) => (ready = resolve));
  const running = shell(
    commandsOf("first").replace("npm run build\n", ""),
    { FLEET_RPC_PORT: "0" },
    (text) => {
      first += text;
      const found = READY.exec(first)?.[1];
      if (found !== undefined) ready(found);
    },
  );
  const rpc = await Promise.race([address, running.then((code) => `ended with ${code}: ${first}`)]);
  let second = "";
  const typed = commandsOf("second").replaceAll("fleet apply ", "fleet apply --yes ");
  const code = await shell(
    typed,
    { FLEET_RPC: rpc, FLEET_TIMEOUT: "5s" },
    (text) => (second += text),
  );
  expect(second).toContain("who manages 9 of them is owned, as it is.");
  expect(second).toContain("Plan: 12 visors change");
  expect(second).toMatch(/Applied: (\d+) of \1 changes done on 12 visors, 0 failed, 0 unreachable/);
  expect(second).toMatch(/^No changes\.$/m);
  expect(second).toContain("Drift: 1 change by others on 1 visor.");
  expect(second).toContain("Applied: 1 of 1 change done");
  expect(second).toContain("Verified:");
  expect(code).toBe(0);
  expect(await running).toBe(0);
}, 180_000);

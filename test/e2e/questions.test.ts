import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, type TestContext } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const MANIFEST = `apiVersion: fleet.skywire/v1
fleet: home
visors:
  desk: { key: "${KEY}", settings: { log_level: info } }
`;
const IGNORE = ["ignore", "desk/settings.log_level", "--until", "1d", "--because", "a trip"];
const QUESTION = "Only yes goes on: ";
/** Longer than what was typed before a question is read away. */
const TEST_MS = 30_000;

let folder = "";
const children = new Set<ChildProcess>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-asks-"));
  await writeFile(join(folder, "fleet.yaml"), MANIFEST);
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

/** Needs a terminal; the program that makes one is part of most systems. */
function needsTerminal(ctx: TestContext): void {
  const isThere = spawnSync("script", ["--version"]).stdout?.toString().includes("util-linux");
  if (isThere !== true) ctx.skip("the program script of util-linux is not here");
}

interface Session {
  readonly type: (text: string) => void;
  /** Resolves when the screen shows a text. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly screen: string }>;
}

/** The built program at a terminal of its own. */
function atTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Session {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      FLEET_HOME: join(folder, "home"),
      TERM: "xterm",
      NO_COLOR: "1",
      ...env,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.add(child);
  let screen = "";
  const waiting = new Set<{ readonly text: string; readonly tell: () => void }>();
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    screen += part;
    for (const one of waiting) if (screen.includes(one.text)) one.tell();
  });
  return {
    type: (text) => void child.stdin.write(text),
    shows: (text) =>
      new Promise((resolve) => {
        if (screen.includes(text)) resolve();
        else waiting.add({ text, tell: resolve });
      }),
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, screen }));
    }),
  };
}

const manifestNow = (): Promise<string> => readFile(join(folder, "fleet.yaml"), "utf8");

it(
  "4.3: what is typed before the question answers it as little as half of it",
  async (ctx) => {
    needsTerminal(ctx);
    const session = atTerminal(IGNORE);
    session.type("yes\nye");
    await session.shows(QUESTION);
    expect(await manifestNow()).toBe(MANIFEST);
    session.type("s\n");
    const { code, screen } = await session.ended;
    expect(code).toBe(4);
    expect(screen).toContain("nothing was written");
    expect(await manifestNow()).toBe(MANIFEST);
  },
  TEST_MS,
);

it(
  "4.3: what is typed at the question answers it",
  async (ctx) => {
    needsTerminal(ctx);
    const session = atTerminal(IGNORE);
    await session.shows(QUESTION);
    session.type("yes\n");
    expect((await session.ended).code).toBe(0);
    expect(await manifestNow()).toContain("a trip");
  },
  TEST_MS,
);

for (const { name, typed, code } of [
  { name: "^C", typed: "\u0003", code: 130 },
  { name: "^D", typed: "\u0004", code: 4 },
]) {
  it(
    `4.3: ${name} at a question says that nothing was written`,
    async (ctx) => {
      needsTerminal(ctx);
      const session = atTerminal(IGNORE);
      await session.shows(QUESTION);
      session.type(typed);
      const ended = await session.ended;
      expect(ended.code).toBe(code);
      expect(ended.screen).toContain("nothing was written");
      expect(await manifestNow()).toBe(MANIFEST);
    },
    TEST_MS,
  );
}

it(
  "4.3: ^C while planning wipes the progress and says that nothing was written",
  async (ctx) => {
    needsTerminal(ctx);
    const silent: Server = createServer(() => undefined);
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, "127.0.0.1", () => {
        const address = silent.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const session = atTerminal(["plan"], { FLEET_RPC: `127.0.0.1:${port}` });
    await session.shows("0 of 1 visors");
    session.type("\u0003");
    const { code, screen } = await session.ended;
    silent.close();
    expect(code).toBe(130);
    expect(screen.trimEnd().endsWith("\r\u001b[Kinterrupted: nothing was written")).toBe(true);
  },
  TEST_MS,
);

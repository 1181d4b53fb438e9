import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const LIST_MODULES = new URL("../support/list-modules.mjs", import.meta.url).href;
const KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const READY = /^Ready: .* at (\S+:\d+)\.$/m;

const children = new Set<ChildProcess>();
let base = "";
let folder = "";

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error("the program is not built: run npm run build");
  base = await mkdtemp(join(tmpdir(), "fleet-built-"));
  folder = join(base, "manifest");
  await mkdir(folder);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(base, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

function environment(more: Readonly<Record<string, string>> = {}): SpawnOptions {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    FLEET_HOME: join(base, "home"),
    ...more,
  };
  return { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] };
}

/** Runs the built program; `watch` sees what it prints and may act on the process. */
function run(
  args: readonly string[],
  watch: (text: string, signal: (name: NodeJS.Signals) => void) => void = () => undefined,
  node: readonly string[] = [],
): Promise<Ended> {
  const child = spawn(process.execPath, [...node, MAIN, ...args], environment());
  children.add(child);
  let out = "";
  let err = "";
  const look = (): void => watch(out + err, (name) => child.kill(name));
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    look();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    look();
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal, out, err });
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Acts once, when the text first matches. */
function whenSays(pattern: RegExp, act: (signal: (name: NodeJS.Signals) => void) => void) {
  let done = false;
  return (text: string, signal: (name: NodeJS.Signals) => void): void => {
    if (done || !pattern.test(text)) return;
    done = true;
    act(signal);
  };
}

describe("the built program", () => {
  it("shows help from a few small files and nothing else", async () => {
    const { code, out, err } = await run(["--help"], undefined, ["--import", LIST_MODULES]);
    expect(code).toBe(0);
    expect(out).toContain("Usage: fleet COMMAND");
    expect(err.trimEnd().split("\n").sort()).toEqual(["exit.js", "help.js", "main.js"]);
  });

  it("checks a manifest without the compiler of schemas", async () => {
    const file = join(folder, "checked.yaml");
    await writeFile(
      file,
      `apiVersion: fleet.skywire/v1\nfleet: home\nvisors: { laptop: { key: ${KEY} } }\n`,
    );
    const { code, err } = await run(["validate", file], undefined, ["--import", LIST_MODULES]);
    expect(code).toBe(0);
    const loaded = err.trimEnd().split("\n");
    expect(loaded).toContain("manifest-source.js");
    expect(loaded).not.toContain("2020.js");
  });

  it("plans by an observation without what ledgers and visors need", async () => {
    const args = ["plan", join(folder, "checked.yaml"), "--from-observation", "-", "--trust", "-"];
    const { code, err } = await run(args, undefined, ["--import", LIST_MODULES]);
    expect(code).toBe(64);
    const loaded = err.split("\n").filter((line) => line.endsWith(".js"));
    expect(loaded).toContain("offline-plan.js");
    expect(loaded).not.toContain("planning.js");
    expect(loaded).not.toContain("secp256k1.js");
  });

  it("ends quietly when its reader goes away", async () => {
    const child = spawn(
      "sh",
      [
        "-c",
        `"${process.execPath}" "${MAIN}" --help | head -1; "${process.execPath}" "${MAIN}" schema | head -1`,
      ],
      environment(),
    );
    let err = "";
    let out = "";
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
    await new Promise((resolve) => child.on("close", resolve));
    expect(err).toBe("");
    expect(out.split("\n")).toHaveLength(3);
  });

  test.each([
    { name: "^C", signal: "SIGINT" },
    { name: "SIGTERM", signal: "SIGTERM" },
  ] as const)("an embedded fleet ends cleanly on $name", async ({ signal }) => {
    const args = [
      "embedded",
      "up",
      "--visors",
      "2",
      "--rpc-port",
      "0",
      "--dir",
      join(folder, signal),
    ];
    const ended = await run(
      args,
      whenSays(READY, (send) => send(signal)),
    );
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.err).toContain("the embedded fleet has stopped");
  });

  it("a command that only reads ends at once on ^C", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const manifest = "apiVersion: fleet.skywire/v1\nfleet: home\nvisors:\n";
    await writeFile(join(folder, "fleet.yaml"), `${manifest}  laptop: { key: "${KEY}" }\n`);
    const child = spawn(
      process.execPath,
      [MAIN, "plan", "--rpc", `127.0.0.1:${portOf(silent)}`],
      environment(),
    );
    await once(silent, "connection");
    child.kill("SIGINT");
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    silent.close();
    expect([code, signal]).toEqual([null, "SIGINT"]);
  });

  it("the first ^C of an apply finishes and records what is under way, and the same command again ends it", async () => {
    const visors = join(folder, "visors");
    let ready: (address: string) => void = () => undefined;
    const address = new Promise<string>((resolve) => (ready = resolve));
    const up = [
      "embedded",
      "up",
      "--visors",
      "5",
      "--rpc-port",
      "0",
      "--dir",
      visors,
      "--time-scale",
      "0.1",
    ];
    const fleet = run(up, (text) => {
      const found = READY.exec(text)?.[1];
      if (found !== undefined) ready(found);
    });
    const rpc = ["--rpc", await address];
    await run(["keygen"]);
    const { out: sample } = await run(["embedded", "sample", "--dir", visors]);
    await writeFile(join(folder, "fleet.yaml"), sample);
    const interrupted = await run(
      ["apply", "--yes", "--events", ...rpc],
      whenSays(/"type":"receipt"/, (send) => send("SIGINT")),
    );
    expect(interrupted).toMatchObject({ code: 130, signal: null });
    expect(interrupted.err).toContain("once more stops at once");
    expect((await run(["verify"])).code).toBe(0);
    expect(await run(["apply", "--yes", ...rpc])).toMatchObject({ code: 0 });
    expect(await run(["plan", ...rpc])).toMatchObject({ code: 0, out: "No changes.\n" });
    await run(["embedded", "stop", "--dir", visors]);
    expect((await fleet).code).toBe(0);
  }, 180_000);

  it("a port that is taken is one error that says what to do", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const ended = await run([
      "embedded",
      "up",
      "--visors",
      "2",
      "--rpc-port",
      String(portOf(server)),
      "--dir",
      join(folder, "taken"),
    ]);
    server.close();
    expect(ended.code).toBe(3);
    expect(ended.err).toContain("--rpc-port 0");
  });
});

import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.js");

/** A pull request as the scripted forge keeps it. */
export interface Pull {
  readonly number: number;
  readonly state: "open" | "closed";
  readonly head: { readonly sha: string; readonly label: string; readonly iid?: number };
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
}

/** A comment, a note or an issue. */
export interface Said {
  readonly id: number;
  readonly number: number;
  body: string;
  state: string;
  readonly user: { readonly login: string };
  readonly author: { readonly username: string };
}

/** What the scripted forge holds; scripts change it through `gh` and `curl`. */
export interface ForgeState {
  pulls: Pull[];
  comments: Record<string, Said[]>;
  issues: Said[];
  /** Files of commits, as `COMMIT:PATH`. */
  contents: Record<string, string>;
}

/** How a script ended. */
export interface ScriptRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Real git, the built program on the PATH, and a forge whose API answers from a file. */
export interface Forge {
  readonly base: string;
  /** The bare repository. */
  readonly origin: string;
  state(): Promise<ForgeState>;
  change(edit: (state: ForgeState) => void): Promise<void>;
  git(folder: string, ...args: readonly string[]): string;
  /** Clones the repository as a checkout step does. */
  checkout(name: string, ref: string): Promise<string>;
  run(command: string, args: readonly string[], folder: string, env?: Env): ScriptRun;
  /** Runs a script part as a runner does: bash, with nothing in the environment but what is given. */
  script(text: string, folder: string, env: Env): ScriptRun;
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string>>;

/** Makes a forge; the program must be built. */
export async function startForge(): Promise<Forge> {
  const base = await mkdtemp(join(tmpdir(), "fleet-forge-"));
  const bin = join(base, "bin");
  const stateFile = join(base, "forge.json");
  const origin = join(base, "origin.git");
  for (const folder of [bin, join(base, "home"), join(base, "tmp")]) await mkdir(folder);
  await script(join(bin, "fleet"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  await script(join(bin, "node"), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
  // The program of this tree stands for the published one.
  await script(join(bin, "npm"), '#!/bin/sh\necho "npm $*" >>"$FORGE_STATE.npm"\n');
  const forge = fileURLToPath(new URL("../support/scripted-forge.mjs", import.meta.url));
  for (const name of ["gh", "curl"]) {
    await script(
      join(bin, name),
      `#!/bin/sh\nexec "${process.execPath}" "${forge}" ${name} "$@"\n`,
    );
  }
  await writeFile(stateFile, JSON.stringify({ pulls: [], comments: {}, issues: [], contents: {} }));
  const environment = (env: Env): Record<string, string> => ({
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: join(base, "home"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    FORGE_STATE: stateFile,
    TMPDIR: join(base, "tmp"),
    ...env,
  });
  const run: Forge["run"] = (command, args, folder, env = {}) => {
    const ended = spawnSync(command, [...args], {
      cwd: folder,
      env: environment(env),
      encoding: "utf8",
    });
    return { code: ended.status ?? 1, out: ended.stdout, err: ended.stderr };
  };
  const git: Forge["git"] = (folder, ...args) => {
    const who = ["-c", "user.name=owner", "-c", "user.email=owner@example.net"];
    const ended = run("git", [...who, ...args], folder);
    if (ended.code !== 0) throw new Error(`git ${args.join(" ")}: ${ended.err}`);
    return ended.out.trim();
  };
  git(base, "init", "--quiet", "--bare", "--initial-branch", "main", origin);
  return {
    base,
    origin,
    git,
    run,
    state: async () => JSON.parse(await readFile(stateFile, "utf8")) as ForgeState,
    change: async (edit) => {
      const state = JSON.parse(await readFile(stateFile, "utf8")) as ForgeState;
      edit(state);
      await writeFile(stateFile, JSON.stringify(state));
    },
    checkout: async (name, ref) => {
      const folder = join(base, name);
      await rm(folder, { recursive: true, force: true });
      git(base, "clone", "--quiet", origin, folder);
      git(folder, "fetch", "--quiet", "origin", ref);
      git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD");
      return folder;
    },
    script: (text, folder, env) => run("bash", ["-e", "-c", text], folder, env),
    stop: async () => await rm(base, { recursive: true, force: true }),
  };
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

/** One step of a job, with the environment that the file gives it. */
interface ReadyScript {
  readonly job: string;
  readonly step: string;
  readonly run: string;
  readonly env: Env;
}

/** A ready file of docs/ci, parsed. */
export interface ReadyFile {
  readonly text: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly scripts: readonly ReadyScript[];
}

/** Reads a ready file and takes its scripts out. */
export async function readReady(name: string): Promise<ReadyFile> {
  const text = await readFile(join(ROOT, "docs/ci", name), "utf8");
  const document = parse(text) as Record<string, unknown>;
  const jobs = (document["jobs"] ?? document) as Record<string, Job>;
  const shared = envOf(document["env"] ?? document["variables"]);
  const scripts = Object.entries(jobs).flatMap(([job, body]) => {
    if (typeof body !== "object" || body === null || Array.isArray(body)) return [];
    const steps = (body.steps ?? []).flatMap(({ name: step = "", run, env }) =>
      run === undefined ? [] : [{ job, step, run, env: { ...shared, ...envOf(env) } }],
    );
    const lines = (body.script ?? []).map((run, index) => ({
      job,
      step: String(index),
      run,
      env: { ...shared, ...envOf(body.variables) },
    }));
    return [...steps, ...lines];
  });
  return { text, document, scripts };
}

interface Job {
  readonly steps?: readonly {
    readonly name?: string;
    readonly run?: string;
    readonly env?: unknown;
  }[];
  readonly script?: readonly string[];
  readonly variables?: unknown;
}

function envOf(value: unknown): Env {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

/** The script of a step; its environment with `${{ … }}` replaced by what the test gives. */
export function scriptOf(
  { scripts }: ReadyFile,
  job: string,
  step: string,
  values: Env,
): { readonly run: string; readonly env: Env } {
  const found = scripts.find((each) => each.job === job && each.step === step);
  if (found === undefined) throw new Error(`there is no step ${step} in job ${job}`);
  const env = Object.entries(found.env).map(([name, text]) => [
    name,
    text.replace(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
      const value = values[expression];
      if (value === undefined) throw new Error(`no value for ${expression}`);
      return value;
    }),
  ]);
  return { run: found.run, env: Object.fromEntries(env) as Env };
}

/** An embedded fleet in a process of its own, and the address of its local visor. */
export interface RunningFleet {
  readonly folder: string;
  readonly rpc: string;
  stop(): Promise<void>;
}

/** Starts visors behind a real TCP address on loopback. */
export async function startVisors(folder: string, count: number): Promise<RunningFleet> {
  const words = ["embedded", "up", "--dir", folder, "--rpc-port", "0", "--until-input-ends"];
  const child = spawn(
    process.execPath,
    [MAIN, ...words, "--visors", String(count), "--time-scale", "0.05"],
    { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env["PATH"], FLEET_HOME: folder } },
  );
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  let text = "";
  const rpc = await new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const found = /^Ready: .* at (\S+:\d+)\.$/m.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("close", () => reject(new Error(text)));
  });
  return {
    folder,
    rpc,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../peers/go", import.meta.url));

/** A built Go peer. */
export interface GoPeer {
  readonly program: string;
  remove(): void;
}

/** A running Go peer that answers one line for each line it is given. */
export interface GoProcess {
  /** Its next line. */
  line(): Promise<string>;
  ask(command: string): Promise<string>;
  stop(): Promise<void>;
}

/** Why there is no Go peer on this machine; `undefined` when there can be one. */
export function goFault(): string | undefined {
  const found = spawnSync("go", ["version"], { encoding: "utf8" });
  return found.status === 0
    ? undefined
    : "there is no Go on this machine: nothing was compared with real Go";
}

/** Builds the peer into a temporary folder, without the network. */
export function buildGoPeer(): GoPeer {
  const folder = mkdtempSync(path.join(tmpdir(), "fleet-go-peer-"));
  const program = path.join(folder, "peer");
  const built = runGo("go", "build", "-o", program, ".");
  if (built.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the Go peer does not build: ${built.stderr}`);
  }
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What Go's own tools find in the peer's source: nothing, it should be. */
export function goFindings(): string {
  const tools = [runGo("gofmt", "-l", "."), runGo("go", "vet", "./...")];
  return tools.map(({ stdout, stderr }) => stdout + stderr).join("");
}

function runGo(tool: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(tool, args, {
    cwd: SOURCE,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GOTOOLCHAIN: "local" },
  });
}

/** Starts `peer <args>`; it ends with its standard input. */
export function startGoPeer(peer: GoPeer, ...args: readonly string[]): GoProcess {
  const child = spawn(peer.program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done === true) throw new Error("the Go peer ended");
    return next.value;
  };
  return {
    line,
    ask: (command) => {
      child.stdin.write(`${command}\n`);
      return line();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

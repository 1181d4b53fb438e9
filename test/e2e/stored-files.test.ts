// Files that an earlier release kept are read by this one: ledger, relay, key files, plans, observation, watch state, proofs.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseWatchState } from "../../src/watch/index.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const STORED = fileURLToPath(new URL("../vectors/stored-0.1.0", import.meta.url));
/** Opens the second key file of the fixture. */
const PASSPHRASE = "a passphrase of the fixture";

let base = "";

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "fleet-stored-"));
  cpSync(STORED, base, { recursive: true });
  // A checkout knows no modes, and a key that others may read is refused.
  for (const name of ["home/config/operator.json", "second/operator.json"])
    chmodSync(join(base, name), 0o600);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = "" } = process.env;
  return { PATH, HOME: base, FLEET_HOME: join(base, "home"), FLEET_RPC: "127.0.0.1:1", ...more };
}

function fleet(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: base,
    encoding: "utf8",
    env: environment(more),
  });
  return { code: status, out: stdout, err: stderr };
}

function stored(name: string): string {
  return readFileSync(join(base, name), "utf8");
}

function member(text: string, name: string): unknown {
  const document = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return document[name];
}

it("verifies the ledger as it was verified then", () => {
  const now = fleet(["verify", "--json"]);
  expect(now.code).toBe(0);
  const then = stored("verify.json");
  for (const name of ["ok", "feed", "operator", "head", "faults"])
    expect(member(now.out, name)).toEqual(member(then, name));
  expect(member(now.out, "checked")).toEqual(
    expect.arrayContaining(Object(member(then, "checked")) as unknown[]),
  );
});

it("lists the same entries", () => {
  const now = fleet(["log", "--json"]);
  expect(now.code).toBe(0);
  expect(JSON.parse(now.out)).toEqual(JSON.parse(stored("log.json")));
});

it("plans the observation to the same decision", () => {
  const plan = stored("offline.plan.json");
  const words = ["plan", "--from-observation", "fleet.observed.json", "--trust", "trusted.yaml"];
  const now = fleet([...words, "--json", "--now", String(member(plan, "created"))]);
  expect([now.code, now.err]).toEqual([0, ""]);
  expect(member(now.out, "decision")).toBe(member(plan, "decision"));
  expect(member(now.out, "visors")).toEqual(member(plan, "visors"));
});

it("shows the plan files, and would apply the one that is still good", () => {
  for (const name of ["applied.plan.json", "drift.plan.json"]) {
    const shown = fleet(["show", name, "--json"]);
    expect([name, shown.code]).toEqual([name, 0]);
    expect(member(shown.out, "decision")).toBe(member(stored(name), "decision"));
  }
  // No visor answers here: it is asked all the same, so the plan itself was taken.
  expect(fleet(["apply", "drift.plan.json", "--yes"]).err).toContain("127.0.0.1:1");
});

it("checks the proof, and opens a key file by its passphrase", () => {
  const [vkey = ""] = stored("vkey.txt").split("\n");
  const words = ["ledger", "proof", "--check", "proof.txt", "--entry-file", "entry-1"];
  expect(fleet([...words, "--vkey", vkey]).code).toBe(0);
  const second = ["ledger", "checkpoint", "--operator-secret-file", "second/operator.json"];
  expect(fleet(second, { FLEET_PASSPHRASE: PASSPHRASE }).code).toBe(0);
  expect(fleet(second, { FLEET_PASSPHRASE: "another" }).code).not.toBe(0);
});

it("reads what a watch remembered", () => {
  const [name = ""] = readdirSync(join(base, "home/state/watch"));
  const text = stored(`home/state/watch/${name}`);
  expect(Object.keys(parseWatchState(text).findings)).toHaveLength(1);
});

it("serves the relay's store, from which the ledger comes back", async () => {
  const relay = spawn(
    process.execPath,
    [MAIN, "ledger", "serve", "--listen", "127.0.0.1:0", "--dir", "relay"],
    { cwd: base, env: environment(), stdio: ["ignore", "pipe", "pipe"] },
  );
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = "";
      const look = (chunk: Buffer): void => {
        text += chunk.toString();
        const found = /127\.0\.0\.1:\d+/.exec(text);
        if (found !== null) resolve(found[0]);
      };
      relay.stdout.on("data", look);
      relay.stderr.on("data", look);
      relay.once("exit", () => reject(new Error(`the relay ended: ${text}`)));
    });
    const home = join(base, "restored");
    cpSync(join(base, "home/config"), join(home, "config"), { recursive: true });
    const restored = fleet(["ledger", "restore", "--from", address], { FLEET_HOME: home });
    expect([restored.code, restored.err]).toEqual([0, expect.any(String)]);
    const head = fleet(["verify", "--json"], { FLEET_HOME: home });
    expect(member(head.out, "head")).toEqual(member(stored("verify.json"), "head"));
  } finally {
    relay.kill("SIGTERM");
  }
});

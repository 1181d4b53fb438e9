// Writes one of each file that the built program keeps, into an empty folder: `node test/support/write-stored.mjs FOLDER`.
// What it wrote with one release is kept in test/vectors/stored-RELEASE, for later releases to read.
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const READY_WITHIN_MS = 20_000;
/** Opens the second key file. It guards a key of this fixture only. */
const PASSPHRASE = "a passphrase of the fixture";

const to = resolve(process.argv[2] ?? "");
if (process.argv[2] === undefined || (existsSync(to) && readdirSync(to).length > 0)) {
  throw new Error("usage: node test/support/write-stored.mjs EMPTY-FOLDER");
}
const base = mkdtempSync(join(tmpdir(), "fleet-stored-"));
/** @type {NodeJS.ProcessEnv} */
const env = {
  PATH: process.env["PATH"],
  HOME: base,
  FLEET_HOME: join(base, "home"),
  FLEET_DIR: join(base, "visors"),
};

/**
 * @param {readonly string[]} words
 * @param {{ env?: NodeJS.ProcessEnv, ends?: number }} [how] `ends` is the exit code that is expected
 * @returns {string}
 */
function fleet(words, { env: more = {}, ends = 0 } = {}) {
  const done = spawnSync(process.execPath, [BUILT, ...words], {
    cwd: base,
    encoding: "utf8",
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (done.status !== ends)
    throw new Error(`fleet ${words.join(" ")} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

/**
 * Starts a command that goes on, and waits for the address it prints.
 * @param {readonly string[]} words
 * @param {RegExp} address its first group
 */
async function start(words, address) {
  const child = spawn(process.execPath, [BUILT, ...words], {
    cwd: base,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  const until = Date.now() + READY_WITHIN_MS;
  while (!address.test(text)) {
    if (Date.now() > until || child.exitCode !== null) throw new Error(`not ready: ${text}`);
    await sleep(50);
  }
  return { at: address.exec(text)?.[1] ?? "", stop: () => child.kill("SIGTERM") };
}

const visors = await start(
  ["embedded", "up", "--visors", "3", "--rpc-port", "0"],
  /^Ready: .* at (\S+:\d+)\.$/m,
);
env["FLEET_RPC"] = visors.at;
const stops = [visors.stop];
try {
  fleet(["keygen", "--name", "owner"]);
  fleet(["keygen", "--secret-file", "second/operator.json", "--name", "second"], {
    env: { FLEET_PASSPHRASE: PASSPHRASE },
  });
  const sample = fleet(["embedded", "sample"]).replace(
    /^ {2}\S+: \{ key: "ed25519/m,
    '  owner: { key: "ed25519',
  );
  writeFileSync(join(base, "fleet.yaml"), sample);
  const relay = await start(
    ["ledger", "serve", "--listen", "127.0.0.1:0", "--dir", "relay"],
    /(127\.0\.0\.1:\d+)/,
  );
  stops.push(relay.stop);
  const manifest = (/** @type {string} */ level) =>
    `${sample.replace("log_level: debug", `log_level: ${level}`)}\nledger:\n  relays: ["${relay.at}"]\n`;
  writeFileSync(join(base, "fleet.yaml"), manifest("debug"));
  fleet(["apply", "--yes"]);
  writeFileSync(join(base, "fleet.yaml"), manifest("error"));
  fleet(["plan", "--out", "applied.plan.json"]);
  fleet(["apply", "applied.plan.json", "--yes"]);
  fleet(["embedded", "change", "shop-1", "config", "log_level", "warn"]);
  fleet(["plan", "--out", "drift.plan.json", "--expires", "36500d"]);
  fleet(["observe", "--out", "fleet.observed.json"]);
  cpSync(join(base, "fleet.yaml"), join(base, "trusted.yaml"));
  const planOffline = [
    "plan",
    "--from-observation",
    "fleet.observed.json",
    "--trust",
    "trusted.yaml",
    "--json",
  ];
  writeFileSync(join(base, "offline.plan.json"), fleet(planOffline));
  fleet(["watch", "--once"]);
  fleet(["ledger", "publish"]);
  writeFileSync(join(base, "checkpoint.txt"), fleet(["ledger", "checkpoint"]));
  writeFileSync(join(base, "vkey.txt"), fleet(["ledger", "checkpoint", "--vkey"]));
  writeFileSync(join(base, "proof.txt"), fleet(["ledger", "proof", "1", "--entry-out", "entry-1"]));
  writeFileSync(join(base, "log.json"), fleet(["log", "--json"]));
  writeFileSync(join(base, "verify.json"), fleet(["verify", "--json"]));
} finally {
  for (const stop of stops) stop();
  await sleep(500);
}
mkdirSync(to, { recursive: true });
for (const name of readdirSync(base)) {
  if (name !== "visors") cpSync(join(base, name), join(to, name), { recursive: true });
}
rmSync(base, { recursive: true, force: true });

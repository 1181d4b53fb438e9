// Loaded into a process before its program (node --import): ends it with SIGKILL right before or right after
// its n-th effect on the world, an effect being a write to a file or socket, a flush, a rename or a removal.
// FLEET_TEST_EFFECT is n (0: only count), FLEET_TEST_WHEN is before or after, FLEET_TEST_COUNT a file for the count.
import fs, { writeFileSync } from "node:fs";
import fsp, { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { fileURLToPath } from "node:url";

const target = Number(process.env["FLEET_TEST_EFFECT"] ?? "0");
const isBefore = process.env["FLEET_TEST_WHEN"] !== "after";
const countFile = process.env["FLEET_TEST_COUNT"];
let count = 0;

function end() {
  process.kill(process.pid, "SIGKILL");
}

/**
 * Wraps a method whose call is one effect.
 * @param {object} owner what has the method
 * @param {string} name its name
 */
function effect(owner, name) {
  /** @type {unknown} */
  const original = Reflect.get(owner, name);
  if (typeof original !== "function") throw new Error(`${name} is no function to wrap`);
  /**
   * @this {unknown}
   * @param {unknown[]} args
   * @returns {unknown}
   */
  function wrapped(...args) {
    count += 1;
    const isTarget = count === target;
    if (isTarget && isBefore) end();
    /** @type {unknown} */
    const result = Reflect.apply(/** @type {Function} */ (original), this, args);
    if (!isTarget) return result;
    if (result instanceof Promise) return result.then(end);
    setImmediate(end);
    return result;
  }
  Reflect.set(owner, name, wrapped);
}

const handle = await open(fileURLToPath(import.meta.url), "r");
/** @type {object} */
const fileHandle = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ["write", "writeFile", "appendFile", "sync", "datasync", "truncate"])
  effect(fileHandle, name);
for (const name of ["rename", "unlink", "rm", "truncate", "writeFile", "link"]) effect(fsp, name);
for (const name of [
  "writeSync",
  "fsyncSync",
  "renameSync",
  "unlinkSync",
  "rmSync",
  "writeFileSync",
  "linkSync",
])
  effect(fs, name);
effect(net.Socket.prototype, "write");
syncBuiltinESMExports();

if (countFile !== undefined) {
  process.on("exit", () => {
    const effects = count;
    writeFileSync(countFile, String(effects));
  });
}

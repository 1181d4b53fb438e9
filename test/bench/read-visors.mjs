// Makes the reads of a plan, and nothing else: the visors of a list, one after the other, each over a connection
// of its own. Started once for each visor it is the fan-out that people use today, started once for all the
// sequential loop. Arguments: folder of the built program, address of the local visor, what is read of each as JSON,
// then KEY:PORT for each. Prints how many milliseconds the reading took.
import process from "node:process";

/**
 * @typedef {typeof import("../../src/skywire/visor/index.ts")} VisorDoor
 * @typedef {typeof import("../../src/platform/index.ts")} PlatformDoor
 * @typedef {typeof import("../../src/core/index.ts")} CoreDoor
 */

const [folder = "", rpc = "", wantsText = "", ...visors] = process.argv.slice(2);

const [visorDoor, dialDoor, clockDoor, keyDoor] = await Promise.all([
  /** @type {Promise<VisorDoor>} */ (import(`${folder}/skywire/visor/index.js`)),
  /** @type {Promise<Pick<PlatformDoor, "dialTcp">>} */ (import(`${folder}/platform/tcp.js`)),
  /** @type {Promise<Pick<PlatformDoor, "nodeClock">>} */ (
    import(`${folder}/platform/this-process.js`)
  ),
  /** @type {Promise<CoreDoor>} */ (import(`${folder}/core/index.js`)),
]);

const reader = visorDoor.createVisorReader({
  dial: dialDoor.dialTcp,
  clock: clockDoor.nodeClock,
  rpcAddress: visorDoor.parseRpcAddress(rpc),
});
const wants = /** @type {import("../../src/skywire/visor/index.ts").ReadingWants} */ (
  JSON.parse(wantsText)
);

const startedMs = performance.now();
for (const visor of visors) {
  const [key = "", port = ""] = visor.split(":");
  const route = /** @type {const} */ ({ kind: "bridge", scheme: "dmsg", port: Number(port) });
  const reading = await reader.read({ key: keyDoor.parseVisorKey(key), route }, wants);
  if (reading.kind !== "seen") throw new Error(`${visor} was not read: ${reading.detail}`);
}
process.stdout.write(`${performance.now() - startedMs}\n`);

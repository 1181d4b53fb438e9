// Makes the writes of an apply, and nothing else: a bare loop, as many visors at once as an apply takes, with no plan,
// no ledger and nothing read back but the apps that it waits for. Arguments: folder of the built program, address of
// the local visor, and a file with what is written. Prints how many milliseconds the writing took.
import { readFileSync } from "node:fs";
import process from "node:process";

/**
 * @typedef {typeof import("../../src/skywire/visor/index.ts")} VisorDoor
 * @typedef {typeof import("../../src/platform/index.ts")} PlatformDoor
 * @typedef {typeof import("../../src/core/index.ts")} CoreDoor
 * @typedef {import("./apply-manifest.ts").LoopWork} LoopWork
 * @typedef {import("./apply-manifest.ts").LoopVisor} LoopVisor
 * @typedef {import("../../src/skywire/visor/index.ts").VisorTarget} VisorTarget
 */

const [folder = "", rpc = "", file = ""] = process.argv.slice(2);

const [visorDoor, dialDoor, clockDoor, keyDoor] = await Promise.all([
  /** @type {Promise<VisorDoor>} */ (import(`${folder}/skywire/visor/index.js`)),
  /** @type {Promise<Pick<PlatformDoor, "dialTcp">>} */ (import(`${folder}/platform/tcp.js`)),
  /** @type {Promise<Pick<PlatformDoor, "nodeClock">>} */ (
    import(`${folder}/platform/this-process.js`)
  ),
  /** @type {Promise<CoreDoor>} */ (import(`${folder}/core/index.js`)),
]);

const access = {
  dial: dialDoor.dialTcp,
  clock: clockDoor.nodeClock,
  rpcAddress: visorDoor.parseRpcAddress(rpc),
};
const reader = visorDoor.createVisorReader(access);
const writer = visorDoor.createVisorWriter(access);
const work = /** @type {LoopWork} */ (JSON.parse(readFileSync(file, "utf8")));

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {LoopVisor} visor */
async function writeFields(visor, /** @type {VisorTarget} */ target) {
  const session = await writer.open(target);
  try {
    if (visor.fields !== undefined)
      await session.setConfigFields(new Map(Object.entries(visor.fields)));
    if (visor.minHops !== undefined) await session.setMinHops(visor.minHops);
    for (const [app, isOn] of Object.entries(visor.autoStart ?? {}))
      await session.setAutoStart(app, isOn);
    if (visor.restart !== undefined)
      await session.setAppAddress(visor.restart.app, visor.restart.address);
  } finally {
    session.close();
  }
}

/** Looks at an app until it was seen so for as long as an apply asks for. */
async function watch(
  /** @type {VisorTarget} */ target,
  /** @type {string} */ app,
  /** @type {boolean} */ isRunning,
) {
  let sinceMs;
  for (;;) {
    const reading = await reader.read(target, { config: false });
    if (reading.kind !== "seen") throw new Error(reading.detail);
    const status = reading.apps.find(({ name }) => name === app)?.status ?? 0;
    if ((status === 1 || status === 3) === isRunning) {
      sinceMs ??= performance.now();
      if (performance.now() - sinceMs >= work.settleMs) return;
    } else sinceMs = undefined;
    await sleep(work.pollMs);
  }
}

/** @type {Promise<void>[]} */
const comingUp = [];

/** @param {LoopVisor} visor */
async function writeVisor(visor) {
  const route = /** @type {const} */ ({ kind: "bridge", scheme: "dmsg", port: visor.port });
  const target = { key: keyDoor.parseVisorKey(visor.key), route };
  await writeFields(visor, target);
  if (visor.restart === undefined) return;
  const { app } = visor.restart;
  const session = await writer.open(target, { config: false });
  try {
    await session.stopApp(app);
    await watch(target, app, false);
    await session.startApp(app, "");
  } finally {
    session.close();
  }
  comingUp.push(watch(target, app, true));
}

const startedMs = performance.now();
const queue = [...work.visors];
async function lane() {
  for (let visor = queue.shift(); visor !== undefined; visor = queue.shift())
    await writeVisor(visor);
}
await Promise.all(Array.from({ length: work.atOnce }, lane));
await Promise.all(comingUp);
process.stdout.write(`${performance.now() - startedMs}\n`);

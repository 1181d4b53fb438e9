// `fleet embedded up`: a process that is a whole fleet of simulated visors, until it is told to stop.
import { usage } from "../shell/usage.ts";
import { outLine, printJson } from "../shell/print.ts";
import { resolve } from "node:path";
import { counted, type ExitCode, FleetError, hasCode, onAbort } from "../../core/index.ts";
import { listenTcp } from "../../platform/index.ts";
import {
  connectControl,
  defaultMix,
  type EmbeddedFleet,
  type EmbeddedFleetOptions,
  readEmbeddedFile,
  startEmbeddedFleet,
} from "../../skywire/embedded/index.ts";
import { shortKey, tableText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { World } from "../shell/world.ts";

const DEFAULT_FOLDER = "embedded-fleet";
const DEFAULT_VISORS = 12;
const DEFAULT_RPC_PORT = 3_435;
const DEFAULT_TIME_SCALE = 0.2;
const VISORS_SHOWN = 40;

/** The folder of the embedded fleet. */
export function embeddedFolder(given: Given, world: World): string {
  return resolve(world.folder, given.text("dir") ?? DEFAULT_FOLDER);
}

/** Runs an embedded fleet until ^C, SIGTERM, `fleet embedded stop`, or the end of its input when that is asked for. */
export async function embeddedUp(given: Given, world: World): Promise<ExitCode> {
  const folder = embeddedFolder(given, world);
  const count = given.count("visors") ?? DEFAULT_VISORS;
  if (count === 0) throw noVisors();
  const rpcPort = given.count("rpc-port") ?? DEFAULT_RPC_PORT;
  if (await isRunning(folder, world)) {
    throw new FleetError("cli/embedded-runs", `an embedded fleet runs in ${folder} already`, {
      next: "use it, end it with `fleet embedded stop`, or name another folder with --dir",
      exit: 64,
    });
  }
  const canaries = given.flag("canaries");
  const visors = defaultMix(count).map((visor, index) => ({
    ...visor,
    ...(index === 0 ? { local: rpcPort === 0 ? (true as const) : { port: rpcPort } } : {}),
    ...(canaries ? { canaries } : {}),
  }));
  const fleet = await started({
    visors,
    files: world.files,
    folder,
    clock: world.clock,
    random: world.random,
    listen: listenTcp,
    timeScale: timeScaleOf(given),
    rttMs: given.durationMs("rtt") ?? 0,
  });
  const stop = world.stopSoftly();
  tell(fleet, folder, given, world);
  const stopped = new AbortController();
  const inputEnds = given.flag("until-input-ends")
    ? [world.terminal.inputEnds(stopped.signal)]
    : [];
  await Promise.race([fleet.whenStopped, aborted(stop), ...inputEnds]);
  stopped.abort();
  await fleet.stop();
  world.terminal.err("the embedded fleet has stopped\n");
  return 0;
}

// Two fleets in one folder would write the same files, and only the later one could be stopped.
async function isRunning(folder: string, world: World): Promise<boolean> {
  const file = await readEmbeddedFile(world.files, folder);
  if (file === undefined) return false;
  try {
    (await connectControl(world.dial, file.control, world.clock)).close();
    return true;
  } catch (error) {
    if (hasCode(error, "net/")) return false;
    throw error;
  }
}

async function started(options: EmbeddedFleetOptions): Promise<EmbeddedFleet> {
  try {
    return await startEmbeddedFleet(options);
  } catch (cause) {
    if (!hasCode(cause, "net/")) throw cause;
    throw new FleetError("cli/port-taken", "the embedded local visor cannot listen", {
      next: "something else is there, perhaps a real visor: give --rpc-port 0, and set FLEET_RPC to what it prints",
      exit: 3,
      cause,
    });
  }
}

function tell(fleet: EmbeddedFleet, folder: string, given: Given, world: World): void {
  const local = fleet.visors.find((visor) => visor.local !== undefined);
  const address = local?.local === undefined ? "" : `${local.local.host}:${local.local.port}`;
  if (given.flag("json")) {
    printJson(world, {
      format: "fleet.skywire/embedded-up/v1",
      folder,
      rpc: address,
      visors: fleet.visors,
    });
    return;
  }
  const rows = fleet.visors
    .slice(0, VISORS_SHOWN)
    .map((visor) => [
      `  ${visor.name}`,
      shortKey(visor.key),
      visor.profile,
      visor.local === undefined ? "" : `${visor.local.host}:${visor.local.port}`,
    ]);
  const more =
    fleet.visors.length > VISORS_SHOWN ? `  and ${fleet.visors.length - VISORS_SHOWN} more\n` : "";
  world.terminal.out(`${tableText(rows)}${more}`);
  outLine(
    world,
    `Ready: ${counted(fleet.visors.length, "visor")} in ${folder}, local visor ${local?.name ?? "none"} at ${address}.`,
  );
  world.terminal.err("^C or `fleet embedded stop` ends it\n");
}

function noVisors(): FleetError {
  return usage("an embedded fleet has at least one visor", "give --visors a number from 1");
}

function timeScaleOf(given: Given): number {
  const text = given.text("time-scale");
  if (text === undefined) return DEFAULT_TIME_SCALE;
  const scale = Number(text);
  if (scale > 0 && scale <= 10) return scale;
  throw usage(`--time-scale takes a number above 0, not ${text}`, "give a number such as 0.1");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => void onAbort(signal, done));
}

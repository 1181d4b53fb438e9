// `fleet embedded up`: a process that is a whole fleet of simulated visors, until it is told to stop.
import { usage } from "../shell/usage.ts";
import { outLine, printJson } from "../shell/print.ts";
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

const DEFAULT_VISORS = 12;
const DEFAULT_RPC_PORT = 3_435;
const DEFAULT_TIME_SCALE = 0.2;
const VISORS_SHOWN = 40;

/** What an embedded fleet is to be. */
export interface UpRequest {
  /** Absolute. */
  readonly folder: string;
  /** How many visors, from 1. */
  readonly count: number;
  /** The port of the local visor; 0 for any. */
  readonly rpcPort: number;
  /** Apps hold marked passwords and tokens. */
  readonly canaries: boolean;
  /** How much shorter waits are, above 0. */
  readonly timeScale: number;
  readonly rttMs: number;
  /** It ends when standard input does. */
  readonly isUntilInputEnds: boolean;
  readonly isJson: boolean;
}

/**
 * Reads what an embedded fleet is to be.
 * @param folder absolute
 * @throws FleetError cli/usage (exit 64)
 */
export function upRequestOf(given: Given, folder: string): UpRequest {
  const count = given.count("visors") ?? DEFAULT_VISORS;
  if (count === 0) throw noVisors();
  return {
    folder,
    count,
    rpcPort: given.count("rpc-port") ?? DEFAULT_RPC_PORT,
    canaries: given.flag("canaries"),
    timeScale: timeScaleOf(given.text("time-scale")),
    rttMs: given.durationMs("rtt") ?? 0,
    isUntilInputEnds: given.flag("until-input-ends"),
    isJson: given.flag("json"),
  };
}

/** Runs an embedded fleet until ^C, SIGTERM, `fleet embedded stop`, or the end of its input when that is asked for. */
export async function embeddedUp(request: UpRequest, world: World): Promise<ExitCode> {
  const { folder, count, rpcPort, canaries } = request;
  if (await isRunning(folder, world)) {
    throw new FleetError("cli/embedded-runs", `an embedded fleet runs in ${folder} already`, {
      next: "use it, end it with `fleet embedded stop`, or name another folder with --dir",
      exit: 64,
    });
  }
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
    timeScale: request.timeScale,
    rttMs: request.rttMs,
  });
  const stop = world.stopSoftly();
  tell(fleet, request, world);
  const stopped = new AbortController();
  const inputEnds = request.isUntilInputEnds ? [world.terminal.inputEnds(stopped.signal)] : [];
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

function tell(fleet: EmbeddedFleet, { folder, isJson }: UpRequest, world: World): void {
  const local = fleet.visors.find((visor) => visor.local !== undefined);
  const address = local?.local === undefined ? "" : `${local.local.host}:${local.local.port}`;
  if (isJson) {
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

function timeScaleOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIME_SCALE;
  const scale = Number(text);
  if (scale > 0 && scale <= 10) return scale;
  throw usage(`--time-scale takes a number above 0, not ${text}`, "give a number such as 0.1");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => void onAbort(signal, done));
}

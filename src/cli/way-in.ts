import { FleetError } from "../core/index.ts";
import {
  DEFAULT_RPC_ADDRESS,
  parseRpcAddress,
  type VisorAccess,
  type VisorTimeouts,
} from "../skywire/visor/index.ts";
import type { Given } from "./arguments.ts";
import type { World } from "./world.ts";

const DIAL_MS_MAX = 5_000;
const BRIDGE_DIAL_MS_MAX = 15_000;

/** How the user wants visors to be reached. */
export interface WayIn {
  readonly access: VisorAccess;
  readonly scheme?: "dmsg" | "skynet";
  readonly parallel?: number;
}

/**
 * Reads `--rpc`, `--via`, `--timeout` and `--parallelism`.
 * @throws FleetError cli/usage, visor/address (exit 64)
 */
export function wayInOf(given: Given, world: World): WayIn {
  const address = given.text("rpc") ?? nonEmpty(world.env["SKYWIRE_RPC"]);
  const timeoutMs = given.durationMs("timeout");
  const parallel = given.count("parallelism");
  if (parallel === 0) throw usage("--parallelism takes a number from 1");
  const scheme = schemeOf(given.text("via"));
  return {
    access: {
      dial: world.dial,
      clock: world.clock,
      rpcAddress: address === undefined ? DEFAULT_RPC_ADDRESS : parseRpcAddress(address),
      ...(timeoutMs === undefined ? {} : { timeouts: timeoutsOf(timeoutMs) }),
    },
    ...(scheme === undefined ? {} : { scheme }),
    ...(parallel === undefined ? {} : { parallel }),
  };
}

function timeoutsOf(timeoutMs: number): VisorTimeouts {
  return {
    dialMs: Math.min(timeoutMs, DIAL_MS_MAX),
    firstReplyMs: timeoutMs,
    callMs: timeoutMs,
    bridgeDialMs: Math.min(timeoutMs, BRIDGE_DIAL_MS_MAX),
  };
}

function schemeOf(text: string | undefined): "dmsg" | "skynet" | undefined {
  if (text === undefined || text === "dmsg" || text === "skynet") return text;
  throw usage(`--via takes dmsg or skynet, not ${JSON.stringify(text)}`);
}

function usage(message: string): FleetError {
  return new FleetError("cli/usage", message, { next: "read the command's --help", exit: 64 });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

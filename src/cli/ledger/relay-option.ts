// Which relays a command is asked to go to, and how long one may keep it waiting.
import { FleetError, defined } from "../../core/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { OptionSpec } from "../shell/command.ts";
import { checkRelayAddress, type RelayAddress } from "../../model/index.ts";
import { usage } from "../shell/usage.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import type { ManifestRequest } from "../shell/kept-files.ts";
import type { World } from "../shell/world.ts";

/** A relay on the same continent answers within a tenth of it. */
const DIAL_TIMEOUT_MS = 3_000;

/** Other relays than the manifest's. */
export const RELAY_OPTION: OptionSpec = {
  name: "relay",
  value: "ADDRESS",
  many: true,
  about: "this relay instead of the manifest's; may be repeated",
};

/** How long a relay may keep us waiting. */
export const STALL_OPTION: OptionSpec = {
  name: "timeout",
  value: "TIME",
  about: "how long a relay may give nothing of what it was asked for (default 15s)",
};

/** The relays that a command goes to. */
export interface RelaysRequest {
  /** Addresses, each once; the manifest's relays when empty. */
  readonly named: readonly string[];
  /** The option that names them. */
  readonly option: "relay" | "from";
  /** How long one may give nothing of what it was asked for, in milliseconds; the usual patience when absent. */
  readonly stallTimeoutMs?: number;
}

/**
 * Reads the relays that the command line names, and `--timeout` where a command has it.
 * @throws FleetError cli/usage (exit 64)
 */
export function relaysRequestOf(
  given: Given,
  option: RelaysRequest["option"] = "relay",
): RelaysRequest {
  const addresses = relayAddresses(given.texts(option));
  const stallTimeoutMs = given.durationMs("timeout");
  const named = [...new Set(addresses.map(({ text }) => text))];
  return { named, option, ...defined({ stallTimeoutMs }) };
}

/**
 * The relays a command asks: those named on the command line, else the manifest's.
 * @throws FleetError cli/no-relay (exit 64) when there are none
 */
export async function relaysOf(
  { named, option, ...request }: RelaysRequest & ManifestRequest,
  world: World,
): Promise<readonly string[]> {
  if (named.length > 0) return named;
  const { source } = await manifestFacts(request, world);
  const relays = source?.desired.ledger.relays ?? [];
  if (relays.length > 0) return relays;
  throw new FleetError("cli/no-relay", "no relay is known", {
    next: `write \`ledger: { relays: ["10.0.0.5:8870"] }\` in the manifest, or give --${option}; \`fleet ledger serve\` runs one`,
    exit: 64,
  });
}

/** The relays of a manifest or a plan, which were checked when it was read. */
export function relayAddresses(texts: readonly string[]): readonly RelayAddress[] {
  return texts.map((text) => {
    const address = checkRelayAddress(text);
    if ("fault" in address)
      throw usage(
        `${text} is no relay: ${address.fault}`,
        "write an IP address and a port, such as 127.0.0.1:8870",
      );
    return address;
  });
}

/** How relays are reached from a command line. */
export function relayWorld(world: World): {
  readonly dial: World["dial"];
  readonly clock: World["clock"];
  readonly random: World["random"];
  readonly dialTimeoutMs: number;
} {
  return {
    dial: world.dial,
    clock: world.clock,
    random: world.random,
    dialTimeoutMs: DIAL_TIMEOUT_MS,
  };
}

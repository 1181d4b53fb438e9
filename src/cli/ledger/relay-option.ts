// Which relays a command asks, how it reaches them, and how long one may keep it waiting.
import { FleetError } from "../../core/index.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import type { Given } from "../shell/arguments.ts";
import type { OptionSpec } from "../shell/command.ts";
import { checkRelayAddress, type RelayAddress } from "../../model/index.ts";
import { usage } from "../shell/usage.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
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

/** {@link STALL_OPTION} as the work takes it. */
export function stallOf(given: Given): { readonly stallTimeoutMs?: number } {
  const stallTimeoutMs = given.durationMs("timeout");
  return stallTimeoutMs === undefined ? {} : { stallTimeoutMs };
}

/**
 * The relays a command asks: those named on the command line, else the manifest's.
 * @throws FleetError cli/no-relay (exit 64) when there are none
 */
export async function relaysOf(
  given: Given,
  world: World,
  option = "relay",
): Promise<readonly string[]> {
  const named = given.texts(option);
  if (named.length > 0) return [...new Set(relayAddresses(named).map(({ text }) => text))];
  const { source } = await manifestFacts(manifestRequestOf(given, world), world);
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

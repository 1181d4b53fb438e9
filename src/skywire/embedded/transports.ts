// The transports that a visor says it has.
import { concatBytes, fromHex, sha256, utf8 } from "../../core/index.ts";
import type { EmbeddedVisor } from "./embedded-visor.ts";
import { numberFromSeed, uuidOf } from "./identity.ts";
import { deploymentKeys } from "./initial-config.ts";

/** One open transport of a visor. */
export interface LiveTransport {
  readonly id: string;
  readonly remote: string;
  readonly type: string;
  readonly label: string;
  readonly recvBytes: bigint;
  readonly sentBytes: bigint;
}

/** The types a visor offers, in the order of one recorded reply; another reply had another order. */
export const TRANSPORT_TYPES: readonly string[] = ["stcpr", "dmsg", "sudph", "stcp"];

const AUTOMATIC_TYPES = ["stcpr", "sudph", "dmsg"] as const;

/** The transports a visor has made by itself since its start. */
export function initialTransports(visor: EmbeddedVisor): readonly LiveTransport[] {
  const peers = deploymentKeys();
  const first = numberFromSeed(visor.key, peers.length);
  return Array.from({ length: visor.transportCount }, (_, index) => {
    const remote = peers[(first + index) % peers.length] ?? visor.key;
    const type = AUTOMATIC_TYPES[index % AUTOMATIC_TYPES.length] ?? "stcpr";
    const traffic = BigInt(numberFromSeed(visor.key, 50_000_000) * (index + 1));
    return {
      id: transportId(visor.key, remote, type),
      remote,
      type,
      label: "automatic",
      recvBytes: traffic,
      sentBytes: traffic / 3n,
    };
  });
}

const UUID_BYTES = 16;

/**
 * The id of a transport: a UUID made of SHA-256 over the zero UUID, both keys in order, and the type.
 * Checked against the ids in sessions transports-life and transport-errors.
 */
export function transportId(left: string, right: string, type: string): string {
  const [first, second] = left < right ? [left, right] : [right, left];
  const hash = sha256(
    concatBytes(new Uint8Array(UUID_BYTES), fromHex(first), fromHex(second), utf8(type)),
  );
  return uuidOf(hash);
}

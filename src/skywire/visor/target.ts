// Which visor is meant, how it is reached, and the preamble that says so to a local visor.
import { assert, fromHex, utf8, type VisorKey } from "../../core/index.ts";

/** The size of the preamble, bytes. */
export const PREAMBLE_SIZE_BYTES = 42;

/** How a visor is reached: it is the local one, or the local one carries the bytes there. */
export type VisorRoute =
  | { readonly kind: "local" }
  | { readonly kind: "bridge"; readonly scheme: "dmsg" | "skynet"; readonly port: number };

/** A bridge route alone. */
export type BridgeRoute = Extract<VisorRoute, { readonly kind: "bridge" }>;

/** A visor to speak to. Without a key, whoever answers at the local address is meant. */
export interface VisorTarget {
  readonly key: VisorKey | undefined;
  readonly route: VisorRoute;
}

const MAGIC = utf8("SKYBRI");
const SCHEME_OFFSET = 6;
const KEY_OFFSET = 7;
const PORT_OFFSET = 40;
const SCHEME_CODE = { dmsg: 0, skynet: 1 } as const;
const PORT_MAX = 65_535;

/**
 * What tells a local visor to carry the rest of the connection to another one: 42 bytes. It is never answered,
 * and a release that does not know it waits for more bytes, so the first call must leave in the same write.
 * Source: skywire-rpc 2.2.
 */
export function encodePreamble(route: BridgeRoute, key: VisorKey): Uint8Array {
  assert(
    Number.isInteger(route.port) && route.port > 0 && route.port <= PORT_MAX,
    "a bridge port has 16 bits",
  );
  const preamble = new Uint8Array(PREAMBLE_SIZE_BYTES);
  preamble.set(MAGIC);
  preamble[SCHEME_OFFSET] = SCHEME_CODE[route.scheme];
  preamble.set(fromHex(key), KEY_OFFSET);
  new DataView(preamble.buffer).setUint16(PORT_OFFSET, route.port, true);
  return preamble;
}

// Which visor is meant, how it is reached, and the preamble that says so to a local visor.
import {
  assert,
  FleetError,
  fromHex,
  type StreamAddress,
  utf8,
  type VisorKey,
} from "../../core/index.ts";

/** The size of the preamble, bytes. */
const PREAMBLE_SIZE_BYTES = 42;

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

// The address of a visor's RPC, as a person writes it.

/** Where a visor's RPC listens unless its configuration says otherwise. */
export const DEFAULT_RPC_ADDRESS: StreamAddress = { host: "127.0.0.1", port: 3435 };
const ADDRESS = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Parses `HOST:PORT` of a local visor's RPC. `localhost`, or no host, is 127.0.0.1: a visor listens on IPv4
 * even where its configuration says `localhost`, so no resolver is asked. An IPv6 address needs brackets.
 * @throws FleetError visor/address
 */
export function parseRpcAddress(text: string): StreamAddress {
  const parts = ADDRESS.exec(text)?.groups;
  const port = Number(parts?.["port"]);
  if (parts === undefined || !(port >= 1 && port <= PORT_MAX)) throw addressError(text);
  const host = parts["v6"] ?? parts["host"] ?? "";
  if (host === "" || host.toLowerCase() === "localhost")
    return { host: DEFAULT_RPC_ADDRESS.host, port };
  if (parts["v6"] === undefined && !IPV4.test(host)) throw addressError(text);
  return { host, port };
}

/** Formats an address the way {@link parseRpcAddress} reads it. */
export function formatRpcAddress(address: StreamAddress): string {
  return address.host.includes(":")
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
}

function addressError(text: string): FleetError {
  return new FleetError("visor/address", `${text} is no RPC address of a local visor`, {
    next: "write an IP address and a port, such as 127.0.0.1:3435",
    exit: 64,
  });
}

// The address of a visor's RPC, as a person writes it.
import { FleetError, type StreamAddress } from "../../core/index.ts";

/** Where a visor's RPC listens unless its configuration says otherwise. */
export const DEFAULT_RPC_ADDRESS: StreamAddress = { host: "127.0.0.1", port: 3435 };

const PORT_MAX = 65_535;
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

// The address of a relay, and why a text is none.
/** Where a relay is reached. */
export interface RelayAddress {
  /** The one way to write it: `127.0.0.1:8870`, `[::1]:8870`. */
  readonly text: string;
  /** The IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Why a text is no relay's address, and whether it names a machine instead of giving its number. */
export interface RelayFault {
  readonly fault: string;
  readonly isName: boolean;
}

const GROUPS = 8;

/**
 * Checks the address of a relay: an IP address and a port. Addresses of equal meaning give equal texts. A host name
 * is none, since nothing here asks a resolver.
 */
export function checkRelayAddress(text: string): RelayAddress | RelayFault {
  const [, bracketed, bare, digits = ""] = /^(?:\[([^\]]*)\]|([^[\]:]*)):(\d+)$/.exec(text) ?? [];
  if (bracketed === undefined && bare === undefined) return whole(text);
  if (bare === "") return { fault: "the address is missing", isName: false };
  if (bare !== undefined && !/^[\d.]+$/.test(bare)) return nameFault(bare);
  const host = bare === undefined ? ipv6(bracketed ?? "") : ipv4(bare);
  if (host === undefined) return { fault: `${bare ?? bracketed} is no IP address`, isName: false };
  if (host === "0.0.0.0" || host === "::")
    return { fault: `${host} is for listening, nobody is reached there`, isName: false };
  if (/^::ffff:[\da-f]+:[\da-f]+$/.test(host))
    return { fault: "an IPv4 address is written as four numbers with dots", isName: false };
  const port = Number(digits);
  if (!/^[1-9]\d{0,4}$/.test(digits) || port > 65_535)
    return { fault: `${digits} is no port, which is a number from 1 to 65535`, isName: false };
  return { text: `${bare === undefined ? `[${host}]` : host}:${port}`, host, port };
}

/** The fault of a text that is no address and port. */
function whole(text: string): RelayFault {
  const [, host = text, port] = /^(.*?)(?::(\d*))?$/s.exec(text) ?? [];
  if (/^[\d.]+$/.test(host) && (port ?? "") === "")
    return { fault: "the port is missing", isName: false };
  if (/^\[?[\da-f]*:[\da-f:.]*\]?$/i.test(text))
    return {
      fault: "an IPv6 address stands in brackets, the port behind them",
      isName: false,
    };
  return /^[a-z\d]/i.test(host) && !host.includes("/")
    ? nameFault(host)
    : { fault: "this is no IP address with a port", isName: false };
}

function nameFault(host: string): RelayFault {
  return {
    fault: `${JSON.stringify(host)} is a name, and nothing here asks a resolver`,
    isName: true,
  };
}

function ipv4(text: string): string | undefined {
  const parts = text.split(".");
  const isPart = (part: string): boolean => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256;
  return parts.length === 4 && parts.every(isPart) ? text : undefined;
}

/** An IPv6 address in its canonical form. Source: RFC 4291 2.2 for reading, RFC 5952 4 for writing. */
function ipv6(text: string): string | undefined {
  // An IPv4 address may only stand at the end.
  if (/\..*:/.test(text)) return undefined;
  const halves = text.toLowerCase().split("::");
  if (halves.length > 2) return undefined;
  const sides = halves.map((half) => (half === "" ? [] : half.split(":").flatMap(groupsOf)));
  const given = sides.flat();
  if (given.some((group) => !/^[\da-f]{1,4}$/.test(group))) return undefined;
  const missing = GROUPS - given.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const [left = [], right = []] = sides;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right];
  return formatIpv6(groups.map((group) => Number.parseInt(group, 16).toString(16)));
}

/** Two groups for an IPv4 address, which is only told apart from a group by its dots. */
function groupsOf(part: string): readonly string[] {
  if (!part.includes(".")) return [part];
  const bytes = ipv4(part)?.split(".").map(Number);
  if (bytes === undefined) return [part];
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

/** The first of the longest runs of zero groups, two at least, becomes `::`. */
function formatIpv6(groups: readonly string[]): string {
  let best = { begin: 0, size: 0 };
  for (let begin = 0; begin < GROUPS; begin += 1) {
    const rest = groups.slice(begin);
    const end = rest.findIndex((group) => group !== "0");
    const size = end < 0 ? rest.length : end;
    if (size > best.size) best = { begin, size };
  }
  if (best.size < 2) return groups.join(":");
  return `${groups.slice(0, best.begin).join(":")}::${groups.slice(best.begin + best.size).join(":")}`;
}

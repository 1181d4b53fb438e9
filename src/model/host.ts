// Hosts to listen at: what one may look like, and which of them only this machine reaches.

const NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?$/;
const IPV4_LIKE = /^[0-9.]+$/;
const IPV4_PARTS = 4;
const BYTE_MAX = 255;
const IPV6_GROUPS = 8;

/** A regular expression for schemas: no port, no brackets, no scheme. {@link hostFault} is stricter. */
export const HOST_PATTERN =
  "^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9.])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$";

/** Why a text is no IP address or host name without a port, or `undefined` when it is one. */
export function hostFault(text: string): string | undefined {
  if (text.includes(":") ? isIpv6(text) : IPV4_LIKE.test(text) ? isIpv4(text) : NAME.test(text))
    return undefined;
  return "must be an IP address or a host name, without a port";
}

/** True for a host that only this machine reaches; the empty text is one, a name other than localhost is none. */
export function isLoopbackHost(host: string): boolean {
  if (host === "" || /^localhost\.?$/i.test(host)) return true;
  if (host.includes(":")) return isIpv6(host) && /^[0:]*:0{0,3}1$/.test(host);
  return IPV4_LIKE.test(host) && isIpv4(host) && host.startsWith("127.");
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === IPV4_PARTS &&
    parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= BYTE_MAX)
  );
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < IPV6_GROUPS : groups.length === IPV6_GROUPS;
}

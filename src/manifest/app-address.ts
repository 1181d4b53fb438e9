// The addresses that skychat listens on.

/** What visors of 2026 take; older ones take the forms without a host. Source: api_apps.go (2026), set-app-strings. */
const ADDRESS = /^(?:\*|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])?:(\d{1,5})$/i;
export const ADDRESS_PORT_MIN = 1025;
export const ADDRESS_PORT_MAX = 65_535;

/** True for a text that skychat can be told to listen on. */
export function isAppAddress(text: string): boolean {
  const port = Number(ADDRESS.exec(text)?.[1] ?? 0);
  return port >= ADDRESS_PORT_MIN && port <= ADDRESS_PORT_MAX;
}

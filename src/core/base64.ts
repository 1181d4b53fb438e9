// Bytes as base64, the standard form and the one of addresses.

const CHUNK_SIZE = 8192; // An argument list has a limit.

/** Formats bytes in standard base64 with padding. Source: RFC 4648 section 4. */
export function formatBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += CHUNK_SIZE) {
    binary += String.fromCharCode(...bytes.subarray(from, from + CHUNK_SIZE));
  }
  return btoa(binary);
}

/** Parses the one standard base64 form of some bytes; `undefined` for every other text. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return formatBase64(bytes) === text ? bytes : undefined;
}

/** Formats bytes in base64 for addresses and JSON web keys, without padding. Source: RFC 4648 section 5. */
export function formatBase64Url(bytes: Uint8Array): string {
  return formatBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

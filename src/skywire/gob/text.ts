const SHORT_TEXT_BYTES = 16;
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes `size` bytes of UTF-8 at `from`; `undefined` when they are not UTF-8. A leading U+FEFF stays.
 * Short ASCII text is put together here, since a call of the decoder costs more than the text.
 */
export function decodeText(bytes: Uint8Array, from: number, size: number): string | undefined {
  if (size === 0) return "";
  if (size <= SHORT_TEXT_BYTES) {
    const units: number[] = [];
    let high = 0;
    for (let index = from; index < from + size; index += 1) {
      const byte = bytes[index] ?? 0;
      high |= byte;
      units.push(byte);
    }
    if (high < 0x80) return String.fromCharCode.apply(undefined, units);
  }
  try {
    return strictDecoder.decode(bytes.subarray(from, from + size));
  } catch {
    return undefined;
  }
}

/** Decodes UTF-8 with U+FFFD for what is none. */
export function decodeLossyText(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** Writes UTF-8 into `target` from `offset`, which must have room for three bytes a character. */
export function encodeText(text: string, target: Uint8Array, offset: number): number {
  return encoder.encodeInto(text, target.subarray(offset)).written;
}

/** True when the text holds half of a surrogate pair, which UTF-8 cannot carry. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

// What stands before a value inside a Go interface: its name, perhaps definitions, and its type.
import { malformed, overLimit } from "./gob-error.ts";
import { LIMITS } from "./limits.ts";
import type { ValueReader } from "./value-reader.ts";

/**
 * Reads the name an interface value begins with; `undefined` for nil.
 * After it come type definitions, perhaps in later messages, and then the value.
 */
export function readInterfaceName(reader: ValueReader): string | undefined {
  const size = reader.length();
  if (size === 0) return undefined;
  if (size > LIMITS.nameBytes)
    throw overLimit(`an interface name of more than ${LIMITS.nameBytes} bytes`);
  const name = reader.text(size);
  if (name === undefined) throw malformed("an interface name that is not UTF-8");
  return name;
}

/**
 * Reads up to the value: definitions on the way, the value's type id (returned) and its byte count, which says
 * nothing useful when an inner value was split and is dropped.
 */
export function readInterfaceType(reader: ValueReader): number {
  for (;;) {
    if (reader.left === 0) reader.source.nextMessage(reader);
    const id = reader.id();
    if (id >= 0) {
      reader.small();
      return id;
    }
    reader.source.define(reader, -id);
    if (reader.left > 0) reader.small();
  }
}

/** Reads the zero byte in front of every value that is no struct at the top of a message or interface. */
export function readSingletonMark(reader: ValueReader): void {
  if (reader.small() !== 0) throw malformed("a value that is no struct has no zero in front");
}

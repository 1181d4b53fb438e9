import { concatBytes, utf8 } from "../../src/core/index.ts";

/** Hand-made gob bytes, for streams that no encoder would write. */
export type Part = number | string | readonly number[] | Uint8Array;

/** Joins numbers (single bytes), texts and byte lists. */
export function bytesOf(...parts: readonly Part[]): Uint8Array {
  return concatBytes(
    ...parts.map((part) => {
      if (typeof part === "number") return Uint8Array.of(part);
      if (typeof part === "string") return utf8(part);
      return part instanceof Uint8Array ? part : Uint8Array.from(part);
    }),
  );
}

/** An unsigned number as gob writes it. */
export function uint(value: number): readonly number[] {
  if (value < 0x80) return [value];
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [256 - bytes.length, ...bytes];
}

/** A signed number as gob writes it. */
export function int(value: number): readonly number[] {
  return uint(value >= 0 ? value * 2 : -value * 2 - 1);
}

/** A message: its length and its bytes. */
export function message(...parts: readonly Part[]): Uint8Array {
  const payload = bytesOf(...parts);
  return bytesOf(uint(payload.length), payload);
}

/** A definition of a list type. */
export function listType(id: number, element: number): Uint8Array {
  return message(int(-id), 2, 1, 2, int(id), 0, 1, int(element), 0, 0);
}

/** A definition of a map type. */
export function mapType(id: number, key: number, value: number): Uint8Array {
  return message(int(-id), 4, 1, 2, int(id), 0, 1, int(key), 1, int(value), 0, 0);
}

/** A definition of a struct type. */
export function structType(id: number, fields: readonly (readonly [string, number])[]): Uint8Array {
  const body = fields.map(([name, type]) =>
    bytesOf(1, uint(utf8(name).length), name, 1, int(type), 0),
  );
  const list = fields.length === 0 ? [] : [1, ...uint(fields.length)];
  return message(int(-id), 3, 1, 2, int(id), 0, list, concatBytes(...body), 0, 0);
}

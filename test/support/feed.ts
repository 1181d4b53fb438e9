import { Decoder, type GobLimits, type Schema } from "../../src/skywire/gob/index.ts";

/** Decodes everything in `bytes`, one schema a value, fed in pieces cut at `cuts`; the last schema repeats. */
export function decodeAll(
  bytes: Uint8Array,
  schemas: readonly Schema<unknown>[],
  cuts: readonly number[] = [],
  limits: Partial<GobLimits> = {},
): readonly unknown[] {
  const decoder = new Decoder(limits);
  const values: unknown[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    decoder.push(bytes.slice(from, cut));
    from = cut;
    for (;;) {
      const schema = schemas[Math.min(values.length, schemas.length - 1)];
      const next = schema === undefined ? undefined : decoder.next(schema);
      if (next === undefined) break;
      values.push(next.value);
    }
  }
  decoder.end();
  return values;
}

/** Every position between two bytes. */
export function everyOffset(bytes: Uint8Array): readonly number[] {
  return Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => index + 1);
}

/** At most `count` of {@link everyOffset}, evenly spread: long streams need not be cut at all of them. */
export function someOffsets(bytes: Uint8Array, count: number): readonly number[] {
  const step = Math.max(1, Math.ceil((bytes.length - 1) / count));
  return everyOffset(bytes).filter((offset) => offset % step === 0 || offset === 1);
}

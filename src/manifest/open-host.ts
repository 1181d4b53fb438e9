// A host to listen at, as a manifest writes one that everybody may reach: `{ host, whitelist: anyone }`.
import type { Json } from "../core/index.ts";

/** A value with the mark of one that everybody may reach. */
export interface MaybeOpen {
  readonly value: Json;
  readonly anyone?: true;
}

/** The value as it is written: as it is, or with the word that opens it. */
export function writtenOpen({ value, anyone }: MaybeOpen): Json {
  return anyone === true ? { host: value, whitelist: "anyone" } : value;
}

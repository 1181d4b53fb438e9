// The shapes of the words that many documents hold: digests, keys, times.
import type { JsonObject } from "./canonical-json.ts";
import { checkGitKey, type GitKey } from "./git-key.ts";
import type { Digest } from "./hash.ts";
import {
  OPERATOR_KEY_FORM,
  type OperatorKey,
  SEAL_KEY_FORM,
  type SealKey,
  type VisorKey,
  visorKeyFault,
} from "./keys.ts";
import { ANYTHING, mapOf, type Shape, textLike, wholeFrom } from "./shape.ts";

/** An object of JSON, whatever its members. */
export const OBJECT: Shape<JsonObject> = mapOf(ANYTHING);

/** A SHA-256 in text form. */
export const DIGEST: Shape<Digest> = textLike("digest", /^sha256:[0-9a-f]{64}$/);

const VISOR_KEY_FORM = /^0[23][0-9a-f]{64}$/;

/** A visor key by its form; whether the point exists is not asked. */
export const VISOR_KEY: Shape<VisorKey> = textLike("visor key", VISOR_KEY_FORM);

/** A visor key that exists. */
export const VISOR_POINT: Shape<VisorKey> = textLike(
  "visor key",
  VISOR_KEY_FORM,
  (key) => visorKeyFault(key) === undefined,
);

/** An operator's key by its form; the point itself is checked when it verifies. */
export const OPERATOR_KEY: Shape<OperatorKey> = textLike("operator key", OPERATOR_KEY_FORM);

/** A seal key by its form. */
export const SEAL_KEY: Shape<SealKey> = textLike("seal key", SEAL_KEY_FORM);

/** A key that signs commits, in its one form. */
export const GIT_KEY: Shape<GitKey> = textLike(
  "key that signs commits",
  /^(?:[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}|[0-9A-F]{40}|[0-9A-F]{64})$/,
  (key) => {
    const checked = checkGitKey(key);
    return "key" in checked && checked.key === key;
  },
);

/** Bytes in lower-case hex, any number of them. */
export const HEX: Shape<string> = textLike("hex", /^([0-9a-f]{2})*$/);

/** So many bytes in lower-case hex. */
export function hexOf(bytes: number): Shape<string> {
  return textLike("hex", new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
}

/** A SHA-256 in lower-case hex. */
export const HASH: Shape<string> = textLike("hash", /^[0-9a-f]{64}$/);

/** How many, or which from 0. */
export const COUNT: Shape<number> = wholeFrom(0);

/** A time in UTC to the millisecond, in the one form in which it is written. */
export const UTC_TIME: Shape<string> = textLike(
  "time in UTC",
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  (text) => {
    const timeMs = Date.parse(text);
    return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === text;
  },
);

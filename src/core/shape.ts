// What a document of JSON that is read back must look like: a shape, which is data, and what shapes are made of.
import { checkGitKey, type GitKey } from "./git-key.ts";
import type { Digest, Json, JsonObject } from "./json.ts";
import {
  OPERATOR_KEY_FORM,
  type OperatorKey,
  SEAL_KEY_FORM,
  type SealKey,
  type VisorKey,
  visorKeyFault,
} from "./keys.ts";
import { defined } from "./small-words.ts";

/**
 * What a value of type `T` looks like in JSON. It is data, so that a published schema can be held against it; the type
 * is checked where the shape is written: a member that the type has and the shape does not name does not compile.
 */
export interface Shape<T> {
  readonly form: Form;
  /** Only the compiler sees it. */
  readonly __of?: T;
}

/** What a shape is made of. `what` is the noun that stands in `is no …`. */
export type Form =
  | { readonly kind: "anything" }
  | {
      readonly kind: "text";
      readonly what: string;
      readonly pattern?: RegExp;
      /** What no pattern can say. */
      readonly test?: (text: string) => boolean;
    }
  /** Whole numbers are those that JSON's numbers hold exactly. */
  | {
      readonly kind: "number";
      readonly what: string;
      readonly isWhole: boolean;
      readonly least: number;
    }
  | { readonly kind: "flag"; readonly what: string }
  | { readonly kind: "words"; readonly words: readonly Word[] }
  | {
      readonly kind: "list";
      readonly of: Shape<unknown>;
      readonly least: number;
      readonly most: number;
    }
  | {
      readonly kind: "map";
      readonly names: Shape<string>;
      readonly of: Shape<unknown>;
      readonly least: number;
    }
  | {
      readonly kind: "members";
      readonly must: Members;
      readonly may: Members;
      /** Refuses members that it does not name. */
      readonly isExact: boolean;
    }
  | {
      readonly kind: "cases";
      readonly member: string;
      readonly cases: ReadonlyMap<string, Shape<unknown>>;
    }
  | {
      readonly kind: "where";
      readonly of: Shape<unknown>;
      readonly says: string;
      readonly test: (value: unknown) => boolean;
    };

type Word = string | number | boolean;
type Members = ReadonlyMap<string, Shape<unknown>>;
/** Anything that JSON can hold. */
export const ANYTHING: Shape<Json> = { form: { kind: "anything" } };

/** Any text. */
export const TEXT: Shape<string> = { form: { kind: "text", what: "text" } };

/**
 * A shape that asks less than the type says: a later release may write it otherwise, and its document is read all the
 * same. What it holds is judged where it counts.
 */
export function loosely<T>(shape: Shape<unknown>): Shape<T> {
  return shape as Shape<T>;
}

/** A text that fits a pattern; `test` says what no pattern can. */
export function textLike<T extends string = string>(
  what: string,
  pattern: RegExp,
  test?: (text: string) => boolean,
): Shape<T> {
  return { form: { kind: "text", what, pattern, ...defined({ test }) } };
}

/** A finite number, not below `least`. */
export function numberFrom(least: number = -Infinity, what: string = "number"): Shape<number> {
  return { form: { kind: "number", what, isWhole: false, least } };
}

/** A whole number that is held exactly, not below `least`. */
export function wholeFrom(least: number = -Infinity, what: string = "whole number"): Shape<number> {
  return { form: { kind: "number", what, isWhole: true, least } };
}

/** True or false. */
export function flag(what: string = "flag"): Shape<boolean> {
  return { form: { kind: "flag", what } };
}

/** One of these words, numbers or truth values. */
export function oneOf<const T extends readonly Word[]>(...words: T): Shape<T[number]> {
  return { form: { kind: "words", words } };
}

/** A list of one shape, with `least` to `most` items. */
export function listOf<T>(
  of: Shape<T>,
  least: number = 0,
  most: number = Infinity,
): Shape<readonly T[]> {
  return { form: { kind: "list", of, least, most } };
}

/** A map of one shape by names of one shape, with at least `least` members. */
export function mapOf<T>(
  of: Shape<T>,
  names: Shape<string> = TEXT,
  least: number = 0,
): Shape<Readonly<Record<string, T>>> {
  return { form: { kind: "map", names, of, least } };
}

type MustNames<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? never : K;
}[keyof T];
/** The members that a type always has. */
type Must<T> = { readonly [K in MustNames<T>]: Shape<T[K]> };
/** The members that a value of a type may be without. */
type May<T> = {
  readonly [K in Exclude<keyof T, MustNames<T>>]-?: Shape<Exclude<T[K], undefined>>;
};

/** An object with these members, those of `may` only where they are there; further members are let pass. */
export function membersOf<T extends object>(must: Must<T>, ...may: MayOf<T>): Shape<T> {
  return membersForm(must, may[0], false);
}

/** An object with these members and no other, those of `may` only where they are there. */
export function exactly<T extends object>(must: Must<T>, ...may: MayOf<T>): Shape<T> {
  return membersForm(must, may[0], true);
}

type MayOf<T> = object extends May<T> ? readonly [] : readonly [may: May<T>];

/** {@link membersOf} or {@link exactly}, for shapes that are open in one document and closed in another. */
export type MembersShape = typeof membersOf;

function membersForm<T>(must: object, may: object | undefined, isExact: boolean): Shape<T> {
  const toMap = (members: object): Members =>
    new Map(Object.entries(members) as [string, Shape<unknown>][]);
  return { form: { kind: "members", must: toMap(must), may: toMap(may ?? {}), isExact } };
}

type CaseOf<T, M extends keyof T, K> = T extends unknown
  ? K extends `${T[M] & Word}`
    ? T
    : never
  : never;

/** The shape whose `member` has this value. */
export function byMember<T extends object, M extends keyof T & string>(
  member: M,
  cases: { readonly [K in `${T[M] & Word}`]: Shape<CaseOf<T, M, K>> },
): Shape<T> {
  const shapes = new Map(Object.entries<Shape<unknown>>(cases));
  return { form: { kind: "cases", member, cases: shapes } };
}

/** A shape, and what it alone cannot say. */
export function where<T>(of: Shape<T>, says: string, test: (value: T) => boolean): Shape<T> {
  // The test is asked once the value is found to have the shape.
  return { form: { kind: "where", of, says, test: test as (value: unknown) => boolean } };
}

// The shapes of the words that many documents hold: digests, keys, times.

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

// What a manifest expects of access: who manages what, who alone may use it, and how many controllers have a way in.
import type { Place, VisorKey } from "../core/index.ts";

/** One test of access. Keys and visors are resolved; `text` is the test as a person reads it. */
export type Expectation = ExpectedManager | ExpectedUsers | ExpectedControllers;

interface Expected {
  readonly text: string;
  /** The visors that it is about, sorted. */
  readonly visors: readonly VisorKey[];
  readonly place: Place;
}

/** A key manages each of the visors, by itself or through others; with `is: false` it manages none. */
interface ExpectedManager extends Expected {
  readonly kind: "manages";
  readonly key: string;
  readonly is: boolean;
}

/** No other keys may use an app or a served port of the visors. */
export interface ExpectedUsers extends Expected {
  readonly kind: "only";
  /** Sorted. */
  readonly keys: readonly string[];
  /** `apps.NAME` or `ports.N`. */
  readonly use: string;
}

/** At least so many controllers have a way of their own into each of the visors. */
interface ExpectedControllers extends Expected {
  readonly kind: "controllers";
  /** From 1. */
  readonly count: number;
}

/** What became of a test. Unknown is never met. */
export type ExpectationResult = "met" | "failed" | "unknown";

/** A test, and what came out. */
export interface CheckedExpectation {
  readonly text: string;
  readonly place: Place;
  readonly result: ExpectationResult;
  /** Visors that do not meet it, or of which it is not known, each with the reason: one sentence without a trailing period. */
  readonly rows: readonly ExpectationRow[];
}

/** What a test found on one visor. */
export interface ExpectationRow {
  readonly visor: VisorKey;
  readonly result: Exclude<ExpectationResult, "met">;
  readonly why: string;
}

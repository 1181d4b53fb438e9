// What is wrong with a text that somebody wrote, and at which place of it.

/** A place in a text the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** As much of a line as may be shown, on one line, with the index in it that is meant (from 0, at most its length). */
export interface Excerpt {
  readonly line: string;
  readonly caret: number;
}

/**
 * One thing to say about the user's text: what, where, why, and what to do.
 * Diagnostics are collected and shown together; they are never thrown.
 */
export interface Diagnostic {
  readonly code: `${string}/${string}`;
  readonly severity: "error" | "warning";
  /** What is wrong and why, one sentence without a trailing period. */
  readonly message: string;
  readonly at?: Place;
  /** The offending text as written, when it is not secret. */
  readonly text?: string;
  /** The line at `at`, where it may be shown; what may be secret in it is masked. */
  readonly excerpt?: Excerpt;
  /** What to do about it, one sentence without a trailing period. */
  readonly next: string;
  /** Other places that matter, such as the second of two lines that disagree. */
  readonly related?: readonly { readonly message: string; readonly at: Place }[];
}

// What comparing a field that holds secrets goes by: receipts of ours, and a keyed digest.
import type { SecretRef } from "../../model/index.ts";

/** The latest receipt of a secret field: which reference was written, and the keyed digest of the value. */
export interface WrittenSecret {
  readonly ref: string;
  readonly hmac: string;
}

/** What comparing secrets needs; without it they are listed as not compared. */
export interface SecretComparison {
  /** Keyed digest of a text under the operator's key; absent where only recorded digests can be compared. */
  readonly digest?: (text: string) => string;
  readonly receipt: (visor: string, path: string) => WrittenSecret | undefined;
}

/** The references of a field as one text, as receipts keep it. */
export function secretRefText(refs: readonly SecretRef[]): string {
  return refs.join(" ");
}

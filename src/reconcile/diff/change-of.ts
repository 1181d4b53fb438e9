// One change, made of a leaf and of how it is written.
import { defined } from "../../core/index.ts";
import type { Change, DesiredValue } from "../../model/index.ts";
import { riskOf } from "./risk-of.ts";
import type { LeafWriter } from "./writer-of.ts";

/** What comparing one leaf came to. */
export interface LeafVerdict {
  readonly changes: readonly Change[];
  readonly unsupported: readonly string[];
  readonly notCompared?: true;
  readonly notObserved?: true;
}

/** The change that makes a leaf what is wanted. */
export function changeOf(
  leaf: DesiredValue,
  {
    before,
    op,
    step,
    writer,
  }: Pick<Change, "before" | "op" | "step"> & { readonly writer: LeafWriter },
): Change {
  const { place, role } = leaf.origin;
  const change: Change = {
    path: leaf.path,
    op,
    before,
    after: leaf.value,
    reason: { place, ...defined({ role }) },
    lifetime: writer.lifetime,
    restart: writer.restart,
    risk: riskOf(leaf.path, false),
    step,
    method: writer.method,
    inverse: { after: before },
  };
  return withWhy(change, writer.note);
}

/** The same change with a sentence about why, where there is one. */
export function withWhy(change: Change, note: string | undefined): Change {
  return note === undefined ? change : { ...change, reason: { ...change.reason, note } };
}

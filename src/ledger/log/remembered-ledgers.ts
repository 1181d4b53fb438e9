// Ledgers for a program that looks again and again: one that nobody has written to is not read again.
import type { FileFacts } from "../../core/index.ts";
import { readLedger, type ReadLedgerOptions, type ReadOnlyLedger } from "./ledger.ts";
import { PIN_FILE } from "./store/pin.ts";

/** Reads a ledger as `readLedger` does. */
export type ReadLedger = (options: ReadLedgerOptions) => Promise<ReadOnlyLedger>;

/**
 * Reads ledgers, and gives the same again while their file of pins is the same: every commit is pinned. Give it the same
 * keys each time.
 */
export function rememberedLedgers(): ReadLedger {
  const known = new Map<string, { readonly mark: string; readonly ledger: ReadOnlyLedger }>();
  return async (options) => {
    const { files, folder, feed } = options;
    const mark = markOf(feed, await files.stat(`${folder}/${PIN_FILE}`));
    const before = known.get(folder);
    if (mark !== undefined && before?.mark === mark) return before.ledger;
    known.delete(folder);
    const ledger = await readLedger(options);
    // A pin that comes while it is read leaves another mark, and the next look reads again.
    if (mark !== undefined) known.set(folder, { mark, ledger });
    return ledger;
  };
}

function markOf(feed: string, facts: FileFacts | undefined): string | undefined {
  return facts === undefined
    ? undefined
    : `${feed} ${facts.identity} ${facts.size} ${facts.modifiedMs}`;
}

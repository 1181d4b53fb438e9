// Entries in blocks, each block proved by the tree before it is given.
import { FleetError, hasCode } from "../../../core/index.ts";
import type { EntryFiles, RawEntry } from "./entry-files.ts";
import { type EntryTree, notWritten } from "./entry-tree.ts";
import { BLOCK_ENTRIES } from "./segment-index.ts";

/**
 * The entries from `from` up to but not including `to`, in order, a block at a time, each proved by the
 * tree. Entries that are appended meanwhile do not disturb it.
 * @throws FleetError ledger/damaged where they are not those that were written, files/*
 */
export async function* provenEntries(
  entries: EntryFiles,
  tree: EntryTree,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<readonly RawEntry[], void> {
  let block = Math.floor(from / BLOCK_ENTRIES);
  let isReindexed = false;
  while (block * BLOCK_ENTRIES < to) {
    const { size } = tree;
    const end = Math.min(Math.ceil(to / BLOCK_ENTRIES) * BLOCK_ENTRIES, size);
    try {
      for await (const whole of blocksOf(entries, block * BLOCK_ENTRIES, end)) {
        if (!(await tree.hasBlock(block, whole))) throw notWritten(whole);
        yield whole.filter(({ index }) => index >= from && index < to);
        block += 1;
      }
    } catch (error) {
      if (!hasCode(error, "ledger/missing-entry") && !hasCode(error, "ledger/damaged")) throw error;
      // The last block grew while it was read: it is read again.
      if (tree.size !== size) continue;
      if (isReindexed) throw damaged(error);
      isReindexed = true;
      await entries.reindex();
    }
  }
}

async function* blocksOf(
  entries: EntryFiles,
  from: number,
  to: number,
): AsyncGenerator<readonly RawEntry[], void> {
  let block: RawEntry[] = [];
  for await (const batch of entries.read(from, to)) {
    for (const entry of batch) {
      block.push(entry);
      if (block.length < BLOCK_ENTRIES && entry.index < to - 1) continue;
      yield block;
      block = [];
    }
  }
}

function damaged(cause: FleetError): FleetError {
  return cause.code === "ledger/damaged"
    ? cause
    : new FleetError("ledger/damaged", cause.message, { cause });
}

// Finds the degree in which a list is written anew, so that a relay which is hollow asks for what it lacks.
import { equalBytes, FleetError } from "../../../core/index.ts";
import { LIST_DEGREES, REFS_DEGREE, RefsBuilder } from "../../../skywire/cxo/index.ts";
import type { HashList } from "../store/block-hashes.ts";

/** What a list is written anew from. */
export interface RelistOptions {
  /** The list as it is. */
  readonly refs: RefsBuilder;
  /** Its entries. */
  readonly hashes: HashList;
  /** The entries that the next Root adds, at least one. */
  readonly fresh: readonly Uint8Array[];
  /** Whether an object stands in the ledger already. */
  readonly isKnown: (hash: Uint8Array) => Promise<boolean>;
}

/**
 * The same list at the next degree that can cure a relay which skips what is below the nodes it has: above 16 and above
 * the one it has, and with none of its nodes in any earlier Root. Nodes of a copy whose earlier Roots are not
 * all here cannot be looked up, but cannot be the same either: a full node has more elements than any node of a lower
 * degree, and one that is not full leads to an entry that is new.
 * @returns the list without the fresh entries, ready to append
 * @throws FleetError ledger/no-degree (exit 4) when none is left; ledger/damaged when the hashes are not the list's
 */
export async function relisted({
  refs,
  hashes,
  fresh,
  isKnown,
}: RelistOptions): Promise<RefsBuilder> {
  const same = listOf(hashes, refs.degree);
  if (!equalBytes(same.finish().hash, refs.finish().hash))
    throw new FleetError("ledger/damaged", "the entries are not those that the newest Root names");
  const first = Math.max(refs.degree, REFS_DEGREE) + 1;
  for (let degree = first; degree <= LIST_DEGREES.max; degree += 1)
    if (await isNew(hashes, fresh, degree, isKnown)) return listOf(hashes, degree);
  throw new FleetError(
    "ledger/no-degree",
    `the list of entries was written anew so often that no degree up to ${LIST_DEGREES.max} is left`,
    { next: "empty the relay that lacks entries, then publish to it again", exit: 4 },
  );
}

async function isNew(
  hashes: HashList,
  fresh: readonly Uint8Array[],
  degree: number,
  isKnown: RelistOptions["isKnown"],
): Promise<boolean> {
  const list = listOf(hashes, degree);
  for (const hash of fresh) list.append(hash);
  for (const { hash } of list.finish().objects) if (await isKnown(hash)) return false;
  return true;
}

function listOf(hashes: HashList, degree: number): RefsBuilder {
  const list = new RefsBuilder(degree);
  for (let at = 0; at < hashes.length; at += 1) list.append(hashes.at(at).slice());
  return list;
}

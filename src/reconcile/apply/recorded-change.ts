// A change as entries of the ledger keep it.
import { defined } from "../../core/index.ts";
import type { RecordedChange } from "../../ledger/index.ts";
import type { Change } from "../../model/index.ts";

/** A change as entries keep it: what becomes of which leaf, and which manifest line wants it. */
export function recordedChange({ path, element, before, after, reason }: Change): RecordedChange {
  const { place, role } = reason;
  const origin = {
    ...(place.file === "" ? {} : { file: place.file }),
    ...(place.line === 0 ? {} : { line: place.line }),
    ...defined({ role }),
  };
  return {
    path,
    ...defined({ element }),
    before,
    after,
    ...(Object.keys(origin).length === 0 ? {} : { origin }),
  };
}

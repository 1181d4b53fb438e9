import { type Ledger, openLedger } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Operator } from "./operator.ts";
import type { World } from "../shell/world.ts";

/**
 * Opens our ledger for writing, waiting for another writer as long as `--lock-timeout` says.
 * @throws FleetError ledger/* (exit 4)
 */
export async function openOwnLedger(
  { ledgerFolder: folder, keys }: Pick<Operator, "ledgerFolder" | "keys">,
  given: Given,
  { files, clock, random }: World,
): Promise<Ledger> {
  const lockTimeoutMs = given.durationMs("lock-timeout");
  return await openLedger({
    files,
    clock,
    random,
    process: nodeProcess(),
    folder,
    keys,
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
  });
}

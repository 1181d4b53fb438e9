// Our own ledger opened for writing, and how long to wait while another process holds its lock.
import { defined } from "../../core/index.ts";
import { type Ledger, openLedger } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Operator } from "./operator.ts";
import { errLine } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** How long to wait for another writer of our ledger. */
export interface LockRequest {
  /** Milliseconds; the ledger's own patience when absent. */
  readonly lockTimeoutMs?: number;
}

/** Reads `--lock-timeout`. @throws FleetError cli/usage (exit 64) */
export function lockRequestOf(given: Given): LockRequest {
  const lockTimeoutMs = given.durationMs("lock-timeout");
  return defined({ lockTimeoutMs });
}

/**
 * Opens our ledger for writing, waiting for another writer as long as was asked for.
 * @throws FleetError ledger/* (exit 4)
 */
export async function openOwnLedger(
  { ledgerFolder: folder, keys }: Pick<Operator, "ledgerFolder" | "keys">,
  { lockTimeoutMs }: LockRequest,
  world: World,
): Promise<Ledger> {
  const { files, clock, random } = world;
  return await openLedger({
    files,
    clock,
    random,
    process: nodeProcess(),
    folder,
    keys,
    tell: (note) => errLine(world, `note: ${note}`),
    ...defined({ lockTimeoutMs }),
  });
}

// What this machine's ledger and git tell of keys that were taken away, for doors that make no plan.
import { defined, FleetError } from "../../core/index.ts";
import { readLedger } from "../../ledger/index.ts";
import { type GoneInput, type History, historyOf } from "../../reconcile/index.ts";
import { namedAtLastCommit } from "../git/manifest-at.ts";
import { joinedHistory } from "../ledger/joined-history.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import type { Operator } from "../ledger/operator.ts";
import type { World } from "../shell/world.ts";

/** What decides which keys a manifest no longer wants. Without a key, or a ledger that can be read, the manifest alone. */
export async function goneInputOf(
  source: ManifestSource,
  operator: Operator | undefined,
  world: World,
): Promise<GoneInput> {
  const { desired } = source;
  const history = await historyHere(source, operator, world);
  const namedBefore = await namedAtLastCommit(source, history);
  return { desired, history, ...defined({ namedBefore }) };
}

async function historyHere(
  source: ManifestSource,
  operator: Operator | undefined,
  world: World,
): Promise<History> {
  const { fleet } = source.desired;
  if (operator === undefined) return await historyOf(undefined, fleet);
  const { keys, ledgerFolder: folder } = operator;
  try {
    const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
    return (await joinedHistory(operator, { ledger, fleet, source }, world)).history;
  } catch (error) {
    if (error instanceof FleetError) return await historyOf(undefined, fleet, error.message);
    throw error;
  }
}

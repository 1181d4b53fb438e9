import type { JoinFinding, ReadOnlyLedger, SeenHead } from "../ledger/index.ts";
import { type History, historyOf } from "../reconcile/index.ts";
import { joinedRecords, openFeeds, seenHeads } from "./feeds.ts";
import type { ManifestSource } from "./manifest-source.ts";
import type { Operator } from "./operator.ts";
import type { World } from "./world.ts";

/** What all ledgers on this machine tell of a fleet. */
export interface JoinedHistory {
  readonly history: History;
  /** How much of each other operator's ledger it goes by. */
  readonly heads: readonly SeenHead[];
  /** What could not be read and what does not fit, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Joins our ledger with the copies of others and gathers the history of a fleet.
 * @throws FleetError ledger/damaged
 */
export async function joinedHistory(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  of: {
    readonly ledger: ReadOnlyLedger;
    readonly fleet: string;
    readonly source: ManifestSource | undefined;
  },
  world: World,
): Promise<JoinedHistory> {
  const open = await openFeeds(operator, of.source, world, of.ledger);
  const findings = new Findings();
  const records = joinedRecords(open, { onFinding: findings.take });
  const history = await historyOf(open.own, of.fleet, undefined, records);
  const faults = history.known ? history.keysetFaults.map(({ message }) => message) : [];
  return { history, heads: seenHeads(open), notes: [...open.notes, ...findings.all, ...faults] };
}

/** What joined feeds say that does not fit, each once. */
export class Findings {
  readonly #all: string[] = [];

  readonly take = (finding: JoinFinding): void => {
    if (finding.kind === "fault" && !this.#all.includes(finding.message))
      this.#all.push(finding.message);
  };

  get all(): readonly string[] {
    return this.#all;
  }
}

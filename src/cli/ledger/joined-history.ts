// What all ledgers on this machine tell of a fleet, for who plans.
import { digestOf } from "../../core/index.ts";
import {
  type JoinFinding,
  type ReadLedger,
  readLedger,
  type ReadOnlyLedger,
  type SeenHead,
} from "../../ledger/index.ts";
import type { Plan } from "../../model/index.ts";
import {
  ApplyFold,
  ApplyPast,
  type ApplyState,
  type History,
  HistoryFold,
  type HistoryState,
} from "../../reconcile/index.ts";
import { foldFeeds, joinedRecords, type OpenFeeds, openFeeds, seenHeads } from "./feeds.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import type { Operator } from "./operator.ts";
import type { World } from "../shell/world.ts";

/** Digits that stand for a fleet in the name of a file. */
const FLEET_DIGITS = 16;

/** What all ledgers on this machine tell of a fleet. */
export interface JoinedHistory {
  readonly history: History;
  /** How much of each other operator's ledger it goes by. */
  readonly heads: readonly SeenHead[];
  /** What could not be read and what does not fit, a sentence each. */
  readonly notes: readonly string[];
}

/** Joins our ledger with the copies of others and gathers the history of a fleet. */
export type JoinHistory = (
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  of: {
    readonly ledger: ReadOnlyLedger;
    readonly fleet: string;
    readonly source: ManifestSource | undefined;
  },
  world: Pick<World, "files" | "env">,
) => Promise<JoinedHistory>;

/**
 * Joins our ledger with the copies of others and gathers the history of a fleet.
 * @throws FleetError ledger/damaged
 */
export const joinedHistory: JoinHistory = async (operator, of, world) => {
  const open = await openFeeds(operator, of.source, world, of.ledger);
  return withNotes(await toldBy(open, of.fleet, operator, world), open);
};

/**
 * The same for a program that asks again and again: what was told last is kept and told again while every ledger ends
 * where it ended. Whether another one is here or cannot be read is looked at each time.
 */
export function rememberingHistory(read: ReadLedger = readLedger): JoinHistory {
  let last: { readonly of: string; readonly told: Told } | undefined;
  return async (operator, { ledger, fleet, source }, world) => {
    const open = await openFeeds(operator, source, world, ledger, read);
    const of = endsOf(open, fleet);
    if (last?.of !== of) last = { of, told: await toldBy(open, fleet, operator, world) };
    return withNotes(last.told, open);
  };
}

/** What entries say, and what in them does not fit. */
interface Told {
  readonly history: History;
  readonly findings: readonly string[];
}

async function toldBy(
  open: OpenFeeds,
  fleet: string,
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  world: Pick<World, "files" | "env">,
): Promise<Told> {
  const { feed } = open.own;
  const { fold, faults, notes } = await foldFeeds(open, operator, world, {
    name: `plan-${digestOf(fleet).slice(-FLEET_DIGITS)}`,
    // It was made by this release, of the same fleet.
    make: (kept) => new HistoryFold(fleet, feed, kept as HistoryState | undefined),
  });
  return { history: fold.history(), findings: [...notes, ...faults] };
}

/**
 * What an apply has to know of the ledgers: by what is kept where that is enough, else by all their records.
 * @throws FleetError ledger/damaged
 */
export async function applyPast(
  plan: Plan,
  open: OpenFeeds,
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  world: Pick<World, "files" | "env">,
): Promise<{ readonly past: ApplyPast; readonly findings: readonly string[] }> {
  const { fleet } = plan;
  const { feed } = open.own;
  const { fold, faults, notes } = await foldFeeds(open, operator, world, {
    name: `apply-${digestOf(fleet).slice(-FLEET_DIGITS)}`,
    // It was made by this release, of the same fleet.
    make: (kept) => new ApplyFold(fleet, feed, kept as ApplyState | undefined),
  });
  const known = ApplyPast.ofKept(plan, feed, fold);
  const past = known ?? (await ApplyPast.read(open.own, plan, joinedRecords(open)));
  return { past, findings: [...notes, ...faults] };
}

function withNotes({ history, findings }: Told, open: OpenFeeds): JoinedHistory {
  const faults = history.known ? history.keysetFaults.map(({ message }) => message) : [];
  return { history, heads: seenHeads(open), notes: [...open.notes, ...findings, ...faults] };
}

/** The same text for the same entries: a Root's hash stands for all that is before it. */
function endsOf({ own, others }: OpenFeeds, fleet: string): string {
  const ends = [own, ...others].map(({ feed, head }) => `${feed} ${head.seq} ${head.root}`);
  return [fleet, ...ends].join("\n");
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

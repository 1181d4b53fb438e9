// How commands work with relays: our ledger goes to them, others' ledgers come from them, and what fails is said.
import { counted, defined, dialUntil, FleetError } from "../../core/index.ts";
import { ledgerObjects, readLedger } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type * as Replicas from "../../replicas/index.ts";
import type { PublishedLedger, PulledFeed, RelayResult, RelayState } from "../../replicas/index.ts";
import { type OtherOperator, relayNotesOf, replicaFolderOf } from "./feeds.ts";
import type { Operator } from "./operator.ts";
import { relayAddresses, relayWorld } from "./relay-option.ts";
import { RelayProgress } from "./relay-progress.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** What a command waits for others' ledgers before it goes on with what is here. */
const PATIENCE_MS = 10_000;
/** How long a relay may be silent, neither asking for more nor showing a Root, before it is given up. */
const SILENCE_MS = 15_000;
/** Beside other work nothing is pushed that takes longer, one round trip counted for each object. */
const BESIDE_BUDGET_MS = 1_000;
/** A push that was begun beside other work is small, and is not left while the relay asks. */
const BESIDE_GRACE_MS = 5_000;
/** How long `ledger status` asks relays back before it says that it has not seen all of it yet. */
const STATUS_CHECK_MS = 10_000;

/** Loaded with the first relay: without one in the manifest no command waits for it. */
async function loadReplicas(): Promise<typeof Replicas> {
  return await import("../../replicas/index.ts");
}

/** Does something with our ledger as it would be published, and lets its files go. */
async function withPublished<T>(
  { keys, ledgerFolder: folder }: Pick<Operator, "keys" | "ledgerFolder">,
  { files }: World,
  use: (ledger: PublishedLedger) => Promise<T>,
): Promise<T> {
  const { feed } = keys;
  const ledger = await readLedger({ files, folder, feed });
  const objects = ledgerObjects({ files, folder, feed });
  try {
    return await use({
      feed,
      head: ledger.head,
      headRoot: ledger.headRoot,
      objects,
      rootHashAt: (seq) => objects.rootHashAt(seq),
      rootUpTo: (seq) => objects.rootUpTo(seq),
    });
  } finally {
    await objects.close();
  }
}

/** How relays are worked on. */
export interface RelayingOptions {
  /**
   * The end of other work, beside which this is done: only relays are tried that lack the newest Root by our notes and
   * whose next try has come, and no push begins that is long. Else relays are waited for as long as they ask, up to ^C.
   */
  readonly beside?: AbortSignal;
  /** Also pushes to a relay that was left before it had the registry. */
  readonly pushesAgain?: boolean;
}

/**
 * Brings our newest Root to the relays, shows how far it is, and ends early by ^C. A relay that is down is a result.
 * @throws FleetError ledger/*, files/* when our own ledger cannot be read
 */
export async function publishOwn(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  relays: readonly string[],
  world: World,
  { beside, pushesAgain = false }: RelayingOptions = {},
): Promise<readonly RelayResult[]> {
  if (relays.length === 0) return [];
  const { publishLedger } = await loadReplicas();
  return await withPublished(operator, world, async (ledger) => {
    const work = {
      ...relayWorld(world),
      confirmTimeoutMs: SILENCE_MS,
      ledger,
      relays: relayAddresses(relays),
      files: world.files,
      notesPath: relayNotesOf(ledger.feed, world),
      pushesAgain,
    };
    if (beside !== undefined) {
      const budgetMs = BESIDE_BUDGET_MS;
      const stopGraceMs = BESIDE_GRACE_MS;
      return await publishLedger({ ...work, onlyDue: true, budgetMs, stop: beside, stopGraceMs });
    }
    const stop = world.stopSoftly();
    // Who asked for the end before does not wait for a long push now.
    const haste = stop.aborted ? { budgetMs: BESIDE_BUDGET_MS } : { stop };
    const progress = new RelayProgress(world);
    try {
      return await publishLedger({ ...work, ...haste, onProgress: progress.take });
    } finally {
      progress.end();
    }
  });
}

/** Looks which Root of our ledger each relay holds, by the check that publishing goes by. */
export async function lookAtOwn(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  relays: readonly string[],
  world: World,
): Promise<readonly RelayState[]> {
  if (relays.length === 0) return [];
  const { lookAtRelays } = await loadReplicas();
  return await withPublished(operator, world, (ledger) =>
    lookAtRelays({
      ...relayWorld(world),
      ledger,
      relays: relayAddresses(relays),
      files: world.files,
      notesPath: relayNotesOf(ledger.feed, world),
      checkMs: STATUS_CHECK_MS,
    }),
  );
}

/** Brings what was just recorded to the relays, and says where it is. One that is down is tried again beside later commands. */
export async function publishAndTell(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  relays: readonly string[],
  world: World,
): Promise<void> {
  if (relays.length === 0) return;
  const results = await publishOwn(operator, relays, world);
  tellUnheld(results, world);
  const held = results.filter(({ isHeld }) => isHeld).length;
  errLine(world, `the ledger is on ${held} of ${counted(relays.length, "relay")}`);
}

/**
 * Before something is recorded: brings our ledger to the relays, which shows whether it is the newest, and the
 * ledgers of others here.
 * @returns what a person should know, a sentence each
 * @throws FleetError ledger/behind-relay, ledger/forked (exit 4) when a relay has more of our ledger than we do
 */
export async function bringUpToDate(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  {
    relays,
    others,
  }: { readonly relays: readonly string[]; readonly others: readonly OtherOperator[] },
  world: World,
): Promise<{ readonly results: readonly RelayResult[]; readonly notes: readonly string[] }> {
  const [results, pulled] = await Promise.all([
    publishOwn(operator, relays, world),
    pullOthers(others, relays, world),
  ]);
  if (results.length === 0) return { results, notes: pullNotes(pulled) };
  const conflict = (await loadReplicas()).conflictError(results);
  if (conflict !== undefined) throw conflict;
  tellUnheld(
    results.filter(({ outcome }) => MENDED_BY_PUBLISH.includes(outcome.kind)),
    world,
  );
  return { results, notes: pullNotes(pulled) };
}

/** What no waiting mends: said before the work, since nobody is told later. */
const MENDED_BY_PUBLISH: readonly RelayResult["outcome"]["kind"][] = ["hollow", "stuck", "stopped"];

function tellUnheld(results: readonly RelayResult[], world: World): void {
  for (const { relay, isHeld, outcome } of results)
    if (!isHeld)
      errLine(
        world,
        `note: relay ${relay} does not hold the ledger yet: ${outcome.reason}${nextOf(outcome)}`,
      );
}

/** What mends a relay, a clause that follows what is the matter with it. */
export function nextOf({ kind }: Pick<RelayResult["outcome"], "kind">): string {
  switch (kind) {
    case "hollow":
    case "stopped":
    case "later":
      return "; `fleet ledger publish` mends it";
    case "stuck":
      return "; restart it, then run `fleet ledger publish --push-again`";
    default:
      return "";
  }
}

/** Tries relays that missed the newest Root again, beside what the command does. */
export function beginRetry(
  operator: Pick<Operator, "keys" | "ledgerFolder"> | undefined,
  relays: readonly string[],
  world: World,
): void {
  if (operator === undefined || relays.length === 0) return;
  void world.beside.begin((beside) => publishOwn(operator, relays, world, { beside }));
}

/** What came of one operator's ledger. */
export interface PulledOther {
  readonly operator: OtherOperator;
  readonly pulled?: PulledFeed;
  /** Why nothing was asked, such as another command that brings the same copy up to date. */
  readonly error?: FleetError;
}

/** When pulling is given up. */
export interface PullOptions {
  readonly signal?: AbortSignal;
  /** How long a relay may give nothing; 15 s when not given. */
  readonly stallTimeoutMs?: number;
}

/** Brings the copies of others' ledgers up to date, all at once, from relays that are asked one after the other. */
export async function pullOthers(
  others: readonly OtherOperator[],
  relays: readonly string[],
  world: World,
  { signal, stallTimeoutMs }: PullOptions = {},
): Promise<readonly PulledOther[]> {
  if (relays.length === 0 || others.length === 0) return [];
  const { pullFeed } = await loadReplicas();
  const limit = timeLimit(world, signal);
  try {
    return await Promise.all(
      others.map(async (operator): Promise<PulledOther> => {
        try {
          const pulled = await pullFeed({
            ...relayWorld(world),
            dial: dialUntil(world.dial, limit.signal),
            files: world.files,
            process: nodeProcess(),
            folder: replicaFolderOf(operator.feed, world),
            feed: operator.feed,
            relays: relayAddresses(relays),
            signal: limit.signal,
            ...defined({ stallTimeoutMs }),
          });
          return { operator, pulled };
        } catch (error) {
          if (!(error instanceof FleetError)) throw error;
          return { operator, error };
        }
      }),
    );
  } finally {
    limit.clear();
  }
}

/** What of pulling a reader of a plan should know, a sentence each: who lied, and whose ledger may be old. */
export function pullNotes(all: readonly PulledOther[]): readonly string[] {
  return all.flatMap(({ operator: { name }, pulled, error }) => {
    if (error !== undefined)
      return [`the copy of ${name}'s ledger was not brought up to date: ${error.message}`];
    const outcomes = pulled?.outcomes ?? [];
    const lies = outcomes.flatMap(({ kind, relay, says }) =>
      kind === "lie" ? [`relay ${relay} lies about ${name}'s ledger: ${says}`] : [],
    );
    const hollow = outcomes.flatMap(({ kind, relay, says }) =>
      kind === "hollow" ? [`relay ${relay} is hollow for ${name}'s ledger: ${says}`] : [],
    );
    const isAnswered = outcomes.some(({ kind }) => kind === "new" || kind === "current");
    if (isAnswered || lies.length > 0) return [...lies, ...hollow];
    // Who has published nothing yet is missing here, which is said apart.
    if (outcomes.length > 0 && outcomes.every(({ kind }) => kind === "none")) return [];
    const why = outcomes.map(({ relay, says }) => `${relay}: ${says}`).join("; ");
    return [`no relay gave ${name}'s ledger${why === "" ? "" : ` (${why})`}`];
  });
}

function timeLimit(
  { clock }: World,
  signal: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const stop = new AbortController();
  const clear = clock.after(PATIENCE_MS, () => stop.abort());
  return {
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    clear,
  };
}

// Reads what a plan goes by, in six steps: the manifest, who plans, our ledger, what others recorded, the visors, the
// history of the fleet. Nothing here can write to a visor.
import { defined, FleetError, type VisorKey } from "../../core/index.ts";
import { type ReadLedger, type ReadOnlyLedger, readLedger } from "../../ledger/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import type { GitAnswer } from "../../platform/index.ts";
import {
  type History,
  historyOf,
  type NamedBefore,
  type Observation,
  observeFleet,
} from "../../reconcile/index.ts";
import type { VisorReader } from "../../skywire/visor/index.ts";
import { otherOperators } from "../ledger/feeds.ts";
import { keepAway, readerOf, recallAway, type WayIn, wayInOf } from "../shell/way-in.ts";
import {
  plannedManifest,
  type PlannedPart,
  plannedPart,
  type PlanRequest,
} from "./plan-request.ts";
import { gitFactsOf, namedAtLastCommit } from "../git/manifest-at.ts";
import { type JoinedHistory, joinedHistory, type JoinHistory } from "../ledger/joined-history.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { findOperator, type Operator, requireOperator } from "../ledger/operator.ts";
import { beginRetry, pullNotes, pullOthers } from "../ledger/relaying.ts";
import type { Reporter } from "../shell/screen.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** A manifest that is planned without being read from its file, and which of its visors. */
export interface HandedSource extends PlannedPart {
  readonly source: ManifestSource;
}

/** What planning goes by, and must have. */
export interface PlanNeeds {
  readonly ledger?: true;
  /** Who plans, where that was read already: a key may ask for its passphrase. */
  readonly operator?: Operator;
  /** What is read is kept in a file, and not planned now. */
  readonly forLater?: true;
  readonly handed?: HandedSource;
  /** What visors are read with; made here when not given. */
  readonly reader?: VisorReader;
  /** What joins the ledgers, and what reads ours, for who plans again and again. */
  readonly join?: JoinHistory;
  readonly readLedger?: ReadLedger;
}

/** What was read: the manifest, the ledgers and the visors. */
export interface ReadFleet {
  readonly source: ManifestSource;
  readonly operator: Operator | undefined;
  readonly history: History;
  readonly acting: VisorKey;
  readonly wayIn: WayIn;
  readonly reader: VisorReader;
  readonly selected: readonly DesiredVisor[];
  readonly only?: HandedSource["only"];
  readonly observation: Observation;
  readonly heads: JoinedHistory["heads"];
  readonly git: GitAnswer;
  /** What the manifest applied last named, where git has another one than this. */
  readonly namedBefore?: NamedBefore;
  /** `--now`, or the clock once all was read. */
  readonly nowMs: number;
}

/**
 * Reads what a plan goes by, in the way {@link planFleet} does.
 * @throws FleetError key/missing, ledger/* (exit 4) when `needs.ledger` is set and there is none to read
 */
export async function readFleet(
  request: PlanRequest,
  world: World,
  reporter: Reporter,
  needs: PlanNeeds = {},
): Promise<ReadFleet> {
  const wayIn = wayInOf(request.access, world);
  const wanted = needs.handed ?? (await namedSource(request, world));
  const { source } = wanted;
  const operator = await whoPlans(request, needs, world);
  // Never fails; git takes its time while the visors take theirs.
  const gitFacts = gitFactsOf(source);
  const own = await ownLedger(operator, needs, world);
  const pulling = beginPulling(source, operator, world);
  // The ledgers are read while the visors take their time; who waits for it is told if it fails.
  const recorded = pulling.then(() => whatIsRecorded(own, needs, source, world));
  recorded.catch(() => undefined);
  const seen = await seeVisors(wanted, { request, wayIn, operator, needs, reporter }, world);
  const git = await gitFacts;
  const pulled = await pulling;
  const { history, heads, notes } = await recorded;
  const namedBefore = await namedAtLastCommit(source, history);
  for (const note of [...pullNotes(pulled), ...notes]) errLine(world, `note: ${note}`);
  const { selected, only } = wanted;
  return {
    source,
    operator,
    history,
    acting: seen.observation.acting,
    wayIn,
    ...seen,
    selected,
    ...defined({ only, namedBefore }),
    heads,
    git,
    nowMs: request.nowMs ?? world.clock.now(),
  };
}

/** Who plans: nobody where there is no key and none is needed. @throws FleetError key/* (exit 4) */
async function whoPlans(
  { keyFile }: PlanRequest,
  needs: PlanNeeds,
  world: World,
): Promise<Operator | undefined> {
  if (needs.operator !== undefined) return needs.operator;
  return needs.ledger === true
    ? await requireOperator(keyFile, world)
    : await findOperator(keyFile, world);
}

/** Begins to bring what others recorded, and ours to relays that were down, while the visors answer. */
function beginPulling(
  source: ManifestSource,
  operator: Operator | undefined,
  world: World,
): ReturnType<typeof pullOthers> {
  const { relays } = source.desired.ledger;
  beginRetry(operator, relays, world);
  const others = operator === undefined ? [] : otherOperators(source, operator.keys.feed);
  return world.beside.begin((signal) => pullOthers(others, relays, world, { signal }));
}

/** Reads the visors, and remembers which of them are away. */
async function seeVisors(
  { source, selected }: HandedSource,
  {
    request: { nowMs },
    wayIn,
    operator,
    needs,
    reporter,
  }: {
    readonly request: PlanRequest;
    readonly wayIn: WayIn;
    readonly operator: Operator | undefined;
    readonly needs: PlanNeeds;
    readonly reporter: Reporter;
  },
  world: World,
): Promise<Pick<ReadFleet, "reader" | "observation">> {
  const reader = needs.reader ?? readerOf(wayIn, world);
  const away = await recallAway(world);
  reporter.named(source.desired.keyNames);
  const observation = await reporter.during(selected.length, "visors", () =>
    observeFleet({
      visors: selected,
      reader,
      rpcAddress: wayIn.access.rpcAddress,
      clock: nowMs === undefined ? world.clock : fixedClock(world, nowMs),
      ...defined({ scheme: wayIn.scheme }),
      away,
      ...defined({ forLater: needs.forLater }),
      emit: reporter.emit,
    }),
  );
  if (operator !== undefined) await keepAway(away, observation.visors, world);
  return { reader, observation };
}

/** The manifest that the command line names, and what `--on` or `--only` selects of it. */
async function namedSource(request: PlanRequest, world: World): Promise<HandedSource> {
  const source = await plannedManifest(request, world);
  return { source, ...(await plannedPart(source, request, world)) };
}

/** Our ledger opened for reading, or why there is none. */
type OwnLedger =
  | { readonly operator: Operator; readonly ledger: ReadOnlyLedger }
  | { readonly why: string };

async function ownLedger(
  operator: Operator | undefined,
  needs: Pick<PlanNeeds, "ledger" | "readLedger">,
  world: World,
): Promise<OwnLedger> {
  if (operator === undefined) return { why: "there is no operator key here" };
  const { keys, ledgerFolder: folder } = operator;
  try {
    const read = needs.readLedger ?? readLedger;
    const ledger = await read({ files: world.files, folder, feed: keys.feed, keys });
    return { operator, ledger };
  } catch (error) {
    if (needs.ledger === true || !(error instanceof FleetError)) throw error;
    return { why: error.message };
  }
}

/**
 * What the ledgers on this machine tell of a manifest's fleet, for who only looks: nobody is asked for a passphrase,
 * and what cannot be read tells nothing.
 */
export async function recordedHistory(
  source: ManifestSource,
  keyFile: PlanRequest["keyFile"],
  world: World,
): Promise<History> {
  const unasked = { ...world, env: { ...world.env, CI: "true" } };
  try {
    const own = await ownLedger(await findOperator(keyFile, unasked), {}, world);
    return (await whatIsRecorded(own, {}, source, world)).history;
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { known: false, why: error.message };
  }
}

/** What the ledgers here tell of a fleet; why there is none is part of the answer. */
async function whatIsRecorded(
  own: OwnLedger,
  needs: Pick<PlanNeeds, "ledger" | "join">,
  source: ManifestSource,
  world: World,
): Promise<JoinedHistory> {
  const { fleet } = source.desired;
  const nothing = async (why: string): Promise<JoinedHistory> => ({
    history: await historyOf(undefined, fleet, why),
    heads: [],
    notes: [],
  });
  if ("why" in own) return await nothing(own.why);
  try {
    const join = needs.join ?? joinedHistory;
    return await join(own.operator, { ledger: own.ledger, fleet, source }, world);
  } catch (error) {
    if (needs.ledger === true || !(error instanceof FleetError)) throw error;
    return await nothing(error.message);
  }
}

/** A clock whose time stands still while its timers run, so that `--now` fixes every time in a plan. */
function fixedClock(world: World, nowMs: number): World["clock"] {
  return { now: () => nowMs, after: (delayMs, run) => world.clock.after(delayMs, run) };
}

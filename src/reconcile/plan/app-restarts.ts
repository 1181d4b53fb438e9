// What waits for a start: restarts that apps need or are owed, what earlier applies left to a restart, stops that nobody saw end, and apps that cannot start.
import { compareTexts, defined, type VisorKey } from "../../core/index.ts";
import type { IntentPayload, LedgerRecord, ReceiptPayload } from "../../ledger/index.ts";
import {
  type AppTypedField,
  type Change,
  changeKey,
  type DesiredVisor,
  type PlanVisor,
  type SeenVisor,
  splitArgs,
  type UnreadableApp,
  unreadableElements,
  STEPS,
} from "../../model/index.ts";
import { parseFieldPath, type VisorDiff } from "../diff/index.ts";
import type { History, KnownHistory } from "./history.ts";

// What earlier applies left to a later start, folded from their intents and receipts.

/** Something that an earlier apply left to a later start of the visor or app. */
export interface Awaiting {
  /** A field path, or the name of an app that owes a stop and start. */
  readonly what: string;
  /** The list element, where the field is a list. */
  readonly element?: string;
  readonly sinceEntry: number;
  readonly sinceMs: number;
}

type AwaitingByVisor = Map<VisorKey, Map<string, Awaiting>>;

/** What waits, by visor, as it is kept beside the ledger. */
export interface WaitingState {
  /** Values that are in force only once the visor has restarted. */
  readonly awaiting: AwaitingByVisor;
  /** Restarts of apps. */
  readonly owed: AwaitingByVisor;
  /** Stops of apps that nobody saw end. */
  readonly doubts: AwaitingByVisor;
}

/** Before the first record. */
export function nothingWaits(): WaitingState {
  return { awaiting: new Map(), owed: new Map(), doubts: new Map() };
}

/** Gathers from intents and receipts, taken in order, what waits for a later start. */
export class WaitingFold {
  readonly #state: WaitingState;

  /** @param state what {@link state} gave, to go on from there; it is taken over */
  constructor({ awaiting, owed, doubts }: WaitingState) {
    this.#state = { awaiting, owed, doubts };
  }

  /** All that it holds, shared with it. */
  state(): WaitingState {
    return this.#state;
  }

  /** Takes what an apply was about to do: until it says that it did, the restarts are owed. */
  begun(record: LedgerRecord, { visor, restartsOwed }: IntentPayload): void {
    for (const app of restartsOwed) inner(this.#state.owed, visor).set(app, sinceOf(record, app));
  }

  /** Takes what became of an intent; `intent` is `undefined` where it is not known. */
  ended(record: LedgerRecord, receipt: ReceiptPayload, intent: IntentPayload | undefined): void {
    const { awaiting, owed, doubts } = this.#state;
    for (const { path, element, outcome } of receipt.outcomes) {
      if (outcome === "unverified" && intent !== undefined && isStop(intent, path))
        inner(doubts, receipt.visor).set(path, sinceOf(record, path));
      // Only what was written anew replaces what waits: a failed write leaves the earlier one waiting.
      if (outcome !== "done" && outcome !== "done-after-restart") continue;
      const waiting = inner(awaiting, receipt.visor);
      const key = changeKey({ path, element });
      waiting.delete(key);
      if (outcome === "done-after-restart") {
        const since = sinceOf(record, path);
        waiting.set(key, { ...since, ...defined({ element }) });
      }
      const app = /^apps\.(.+)\.running$/.exec(path)?.[1];
      if (receipt.step === STEPS.apps && app !== undefined) inner(owed, receipt.visor).delete(app);
    }
  }

  /** What waits now; what comes later does not change it. */
  result(): Pick<KnownHistory, "awaitingRestart" | "owedRestarts" | "doubtfulStops"> {
    const { awaiting, owed, doubts } = this.#state;
    return {
      awaitingRestart: flatten(awaiting),
      owedRestarts: flatten(owed),
      doubtfulStops: flatten(doubts),
    };
  }
}

/** True for an intent that stops an app, to start it again or not. */
function isStop({ changes, step }: IntentPayload, path: string): boolean {
  return step === STEPS.apps && changes.some((each) => each.path === path && each.before === true);
}

function sinceOf(record: LedgerRecord, what: string): Awaiting {
  return { what, sinceEntry: record.index, sinceMs: record.timeMs };
}

function inner(map: AwaitingByVisor, visor: VisorKey): Map<string, Awaiting> {
  const found = map.get(visor) ?? new Map<string, Awaiting>();
  map.set(visor, found);
  return found;
}

function flatten(map: AwaitingByVisor): KnownHistory["awaitingRestart"] {
  return new Map([...map].map(([visor, items]) => [visor, [...items.values()]]));
}

// The stops and starts that changed arguments and environments of running apps ask for.

/** The stops and starts, in the step of apps, that changed arguments and environments ask for. */
export interface AppRestarts {
  /** Visible restarts, to be added to the plain starts and stops. */
  readonly changes: readonly Change[];
  /** Apps that the intent of the step configure names, so that a later plan remembers them. */
  readonly owed: readonly string[];
}

/**
 * An app with `running: true` whose arguments, environment or whitelist change is stopped and started,
 * and so is one that an earlier apply owed it to. Where `running` is not named the app is left alone.
 */
export function planAppRestarts(
  desired: DesiredVisor,
  seen: SeenVisor,
  changes: readonly Change[],
  owedEarlier: readonly Awaiting[],
): AppRestarts {
  const restarts: Change[] = [];
  const owed: string[] = [];
  const started = new Set(
    changes.filter(({ action }) => action === "start").map(({ path }) => path),
  );
  for (const app of seen.apps) {
    const path = `apps.${app.name}.running`;
    const field = desired.leaves.get(path);
    if (field?.kind !== "value" || field.value !== true) continue;
    const changed = changes.some(
      (change) => change.restart === "app" && isOfApp(change.path, app.name),
    );
    if (changed) owed.push(app.name);
    if (!app.running || started.has(path)) continue;
    const earlier = owedEarlier.find(
      ({ what, sinceMs }) => what === app.name && seen.startedAtMs <= sinceMs,
    );
    if (!changed && earlier === undefined) continue;
    const note =
      changed || earlier === undefined
        ? "what it runs with changes"
        : `restart owed since entry ${earlier.sinceEntry}`;
    const { place, role } = { place: field.origin.place, role: field.origin.role };
    restarts.push({
      path,
      op: "change",
      action: "restart",
      ...(changed || earlier === undefined ? {} : { owedSince: earlier.sinceEntry }),
      before: true,
      after: true,
      reason: { place, ...defined({ role }), note },
      lifetime: "memory",
      restart: "none",
      risk: "app",
      step: STEPS.apps,
      method: "StopApp, StartApp",
      inverse: { after: true },
    });
  }
  return { changes: restarts, owed: owed.toSorted() };
}

function isOfApp(path: string, app: string): boolean {
  const field = parseFieldPath(path);
  return field.section === "apps" && field.app === app;
}

// Apps that were told to stop, where nobody saw their process end.

type Doubtful = NonNullable<PlanVisor["doubtful"]>;

/**
 * Stops that no receipt confirms, of apps that show as stopped, on a visor that has not started since: a process that
 * the visor no longer counts may still run. Only a restart of the visor ends the doubt.
 */
export function doubtfulStops(history: History, seen: SeenVisor): Doubtful {
  if (!history.known) return [];
  return (history.doubtfulStops.get(seen.key) ?? [])
    .filter(({ what, sinceMs }) => seen.startedAtMs <= sinceMs && !isRunning(seen, what))
    .map(({ what, sinceEntry }) => ({ path: what, sinceEntry }))
    .toSorted((left, right) => compareTexts(left.path, right.path));
}

function isRunning(seen: SeenVisor, path: string): boolean {
  const field = parseFieldPath(path);
  return (
    field.section === "apps" && seen.apps.some(({ name, running }) => name === field.app && running)
  );
}

/** Takes out starts of such apps: a second process would run beside the first. */
export function withoutDoubtful(
  diff: VisorDiff,
  doubtful: Doubtful,
  desired: DesiredVisor,
): VisorDiff {
  const since = new Map(doubtful.map(({ path, sinceEntry }) => [path, sinceEntry]));
  const refused = diff.changes.filter(({ path, action }) => action === "start" && since.has(path));
  if (refused.length === 0) return diff;
  return {
    ...diff,
    changes: diff.changes.filter((change) => !refused.includes(change)),
    unsupported: [
      ...diff.unsupported,
      ...refused.flatMap(({ path }) => {
        const place = desired.leaves.get(path)?.origin.place;
        const why = `it was told to stop in entry ${since.get(path) ?? 0} and nobody saw its process end: a second process may run beside it; restart the visor first`;
        return place === undefined ? [] : [{ path, why, place }];
      }),
    ],
  };
}

// Apps of a visor that end as they read their arguments: no plan made it so, and only people can tell what was meant.

/** The apps of a visor that cannot start, owned or not, and what would mend each; sorted as the visor lists them. */
export function unreadableApps(seen: Pick<SeenVisor, "apps">): readonly UnreadableApp[] {
  return seen.apps.flatMap((app) => {
    const { name, binary, raw } = app;
    const run = { name, binary, args: raw.open().args };
    const elements = unreadableElements(run);
    if (elements.length === 0) return [];
    const fields = [...splitArgs(run).broken];
    return elements.map((element) => {
      const [field] = fields.find(([, shown]) => shown === element) ?? [];
      return { app: app.name, element, next: nextOf(app.name, field) };
    });
  });
}

function nextOf(app: string, field: AppTypedField | undefined): string {
  return field === undefined
    ? `own apps.${app}.args, or write the option with two dashes on the visor`
    : `own apps.${app}.${field}: it is then written with two dashes`;
}

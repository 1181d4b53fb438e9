// Who made a difference that the watch found, as far as the ledgers and its own earlier readings can tell.
import { shortCommit } from "../../core/index.ts";
import {
  type BlameVerdict,
  blameVisor,
  type OperatorKeys,
  type RecordRef,
} from "../../ledger/index.ts";
import { type Change, type Plan, type SeenVisor, valuesOf } from "../../model/index.ts";
import { waitedForStart } from "../../reconcile/index.ts";
import { changeId, manifestKey, isoTime, type WatchState } from "../../watch/index.ts";
import { atHandOf } from "../drift/manifest-values.ts";
import { liveVisor } from "../record/blame-live.ts";
import { feedNames, foldFleetOf, openFeeds } from "../ledger/feeds.ts";
import type { ReadFleet } from "../plan/read-fleet.ts";
import type { World } from "../shell/world.ts";

/** How far a visor's start, told from its uptime as it was read, may lie before what was seen of it just before. */
const START_DOUBT_MS = 30_000;

/** Who made differences what they are, by the name of the difference and what was found. */
export type Culprits = ReadonlyMap<string, string>;

/**
 * Says who made each difference what it is, as far as the ledgers here and our own readings tell. What was said
 * before of the same difference stays: later looks know no more.
 */
export async function findCulprits(
  {
    plan,
    read,
    before,
    state,
  }: {
    readonly plan: Plan;
    readonly read: ReadFleet;
    readonly before: Culprits;
    readonly state: WatchState;
  },
  world: World,
): Promise<Culprits> {
  const { operator, source, observation } = read;
  const changing = plan.visors.filter(({ steps }) => steps.length > 0);
  const planned = new Set(plan.visors.map(({ key }) => key as string));
  // Of visors that are not in this plan everything stays.
  const known = new Map([...before].filter(([id]) => !planned.has(id.split(" ", 1)[0] ?? "")));
  if (operator === undefined) return known;
  const isKnown = changing.every((visor) =>
    valuesOf(visor).every((change) => before.has(culpritId(visor.key, change))),
  );
  const fleet = isKnown
    ? undefined
    : (await foldFleetOf(await openFeeds(operator, source, world), operator, world)).fleet;
  const { keys } = operator;
  const feeds =
    fleet === undefined
      ? []
      : fleet
          .visors()
          .flatMap(({ leaves: fields }) => fields.flatMap(({ set }) => set?.at.feed ?? []));
  const names = feedNames(feeds, source, keys);
  const atHand = atHandOf(source);
  for (const visor of changing) {
    const seen = observation.visors.find(({ key }) => key === visor.key);
    const recorded = fleet?.visor(visor.key);
    for (const change of valuesOf(visor)) {
      const id = culpritId(visor.key, change);
      const said = before.get(id);
      if (said !== undefined || fleet === undefined || seen?.kind !== "seen") {
        if (said !== undefined) known.set(id, said);
        continue;
      }
      const [field] = blameVisor({
        state: recorded,
        owned: [change.path],
        path: change.path,
        live: liveVisor(seen, keys),
      }).filter(({ path, element }) => path === change.path && element === change.element);
      const { path, element } = change;
      const foundMs =
        change.drift === undefined
          ? 0
          : (recorded?.known(path, element, atHand(visor.key, path))?.seenMs ?? 0);
      const rightMs = lastRightMs(state, visor, change);
      const by = { seenMs: Math.max(rightMs, foundMs), keys, names, readMs: seen.atMs };
      const text =
        waitedText(read, seen, change, rightMs) ??
        culpritText(field?.verdict ?? { kind: "never" }, by);
      known.set(id, text);
    }
  }
  return known;
}

/**
 * Said of what our own entry left to the visor's start: that it looked right before says nothing of anybody. Undefined
 * where it was seen right since that start, for certain: who read the visor as it stopped may have waited for the answer.
 */
function waitedText(
  { history }: ReadFleet,
  seen: SeenVisor,
  change: Change,
  rightMs: number,
): string | undefined {
  const entry = change.drift === undefined ? waitedForStart(history, seen, change.path) : undefined;
  if (entry === undefined || rightMs > seen.startedAtMs + START_DOUBT_MS) return undefined;
  return `waited since entry ${entry} for the visor's start at ${isoTime(seen.startedAtMs)}`;
}

/** The culprits of everything but these differences. */
export function withoutDeeds(culprits: Culprits, ids: ReadonlySet<string>): Culprits {
  return new Map([...culprits].filter(([id]) => !ids.has(id.split(" = ", 1)[0] ?? "")));
}

/** The name that a culprit is kept under: another value is another deed. */
export function culpritId(visor: string, change: Change): string {
  const value = change.secrets === undefined ? JSON.stringify(change.before) : "";
  return `${changeId(visor as never, change)} = ${value}`;
}

/**
 * When this watch last saw, or made, the field as this very manifest wants it: a visor that was read had no such
 * difference then. What was seen under another manifest says nothing of what this one wants.
 */
function lastRightMs(
  { visors, fields, findings, manifest }: WatchState,
  { key, name }: Plan["visors"][number],
  change: Change,
): number {
  if (manifest === undefined) return 0;
  const id = changeId(key, change);
  const field = fields[id];
  const corrected =
    field?.manifest === manifestKey(manifest) ? (field.corrections.at(-1)?.wallMs ?? 0) : 0;
  const visor = visors[name];
  const isSeen = findings[id] === undefined && visor?.seenBy === manifest.digest;
  return Math.max(corrected, isSeen ? (visor.seenMs ?? 0) : 0);
}

function culpritText(
  verdict: BlameVerdict,
  {
    seenMs,
    readMs,
    keys,
    names,
  }: {
    readonly seenMs: number;
    readonly readMs: number;
    readonly keys: OperatorKeys;
    readonly names: ReadonlyMap<string, string>;
  },
): string {
  const record = ({ feed, index, timeMs }: RecordRef): string =>
    `entry ${index} of ${names.get(feed) ?? feed.slice(0, 8)}, ${isoTime(timeMs)}`;
  const outside = (fromMs: number): string =>
    `changed outside fleet between ${isoTime(fromMs)} and ${isoTime(readMs)}`;
  const accepted = "acceptedAt" in verdict ? verdict.acceptedAt : undefined;
  // Seen as wanted since: whoever had set the value before did not do this.
  if (accepted !== undefined && seenMs > accepted.timeMs) return outside(seenMs);
  if (accepted !== undefined)
    return `as a manifest of ours wanted it${accepted.at === undefined ? "" : ` (${record(accepted.at)})`}`;
  switch (verdict.kind) {
    case "outside": {
      if (verdict.byRestart === true)
        return `as the visor's start at ${isoTime(verdict.restartedAtMs ?? 0)} left it, by auto_start`;
      const fromMs = Math.max(verdict.from.timeMs, seenMs);
      const restarted =
        verdict.restartedAtMs === undefined
          ? ""
          : `, or lost by the restart at ${isoTime(verdict.restartedAtMs)}`;
      return `${outside(fromMs)}${restarted}`;
    }
    case "fleet": {
      const { at, commit } = verdict.set;
      if (seenMs > at.timeMs) return outside(seenMs);
      const from = commit === undefined ? "" : ` from commit ${shortCommit(commit)}`;
      return at.operator === keys.operator
        ? `set by another manifest of ours${from} (${record(at)})`
        : `set by operator ${names.get(at.feed) ?? at.operator}${from} (${record(at)})`;
    }
    case "unsure":
      return `a write was begun and nobody saw how it ended (${record(verdict.unsure.at)})`;
    case "never":
      return seenMs === 0 ? "fleet never set it here" : outside(seenMs);
  }
}

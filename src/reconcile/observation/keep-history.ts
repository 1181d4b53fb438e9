// Puts into an observation what a planner goes by of the ledgers, and takes it out again.
import {
  compareTexts,
  defined,
  type Digest,
  type OperatorKey,
  type VisorKey,
} from "../../core/index.ts";
import {
  type FeedKey,
  type FoundField,
  KnownFields,
  type RecordRef,
  type SetField,
} from "../../ledger/index.ts";
import type { DesiredFleet, PlanHead } from "../../model/index.ts";
import type { Awaiting, History, KnownHistory } from "../plan/index.ts";
import type { KeptAwaiting, KeptHistory, KeptPast } from "./document.ts";

/** Stands for whoever wrote a record, where an observation did not keep it. */
const NOBODY = "" as OperatorKey;

/** Takes from the ledgers' history what a planner goes by; values only of fields that are owned still. */
export function keepHistory(
  history: History,
  heads: readonly PlanHead[],
  desired: DesiredFleet,
): KeptHistory {
  if (!history.known) return { known: false };
  const { head, keyset, lastManifest, owned, awaitingRestart, owedRestarts } = history;
  const fields = new Map(desired.visors.map((visor) => [visor.key, visor.leaves]));
  const keys = new Set([
    ...fields.keys(),
    ...[owned, awaitingRestart, owedRestarts].flatMap((map) => [...map.keys()]),
  ]);
  return {
    known: true,
    head,
    heads: heads.toSorted((left, right) => compareTexts(left.feed, right.feed)),
    ...defined({ keyset }),
    ...keepOnceTrusted(history),
    ...(lastManifest === undefined
      ? {}
      : { lastManifest: { digest: lastManifest.digest, entry: lastManifest.entry } }),
    visors: [...keys]
      .sort()
      .map((key) => keepPast(history, key, new Set(fields.get(key)?.keys())))
      .filter((past) => !isEmpty(past)),
  };
}

/** Who had trust and is not in the keyset in force, which is kept as it is. */
function keepOnceTrusted({
  onceTrusted,
  keyset,
}: KnownHistory): Pick<KeptHistory & { readonly known: true }, "onceTrusted"> {
  if (onceTrusted === undefined) return {};
  const controllers = onceTrusted.controllers.filter(
    (key) => keyset?.controllers.includes(key) !== true,
  );
  const operators = onceTrusted.operators.filter(
    ({ name }) => keyset?.operators.some((each) => each.name === name) !== true,
  );
  const { takenOut, putIn } = onceTrusted;
  const isEmpty = [controllers, operators, takenOut, putIn].every((list) => list.length === 0);
  return isEmpty ? {} : { onceTrusted: { controllers, operators, takenOut, putIn } };
}

function keepPast(history: KnownHistory, key: VisorKey, ownedNow: ReadonlySet<string>): KeptPast {
  const awaiting = (items: readonly Awaiting[] | undefined): readonly KeptAwaiting[] =>
    (items ?? []).map(({ what, element, sinceEntry, sinceMs }) => ({
      what,
      ...defined({ element }),
      sinceEntry,
      sinceMs,
    }));
  const owned = history.owned.get(key);
  return {
    key,
    ...defined({ owned }),
    ...keepInSync(history, key, ownedNow),
    awaitingRestart: awaiting(history.awaitingRestart.get(key)),
    owedRestarts: awaiting(history.owedRestarts.get(key)),
    ...doubts(awaiting(history.doubtfulStops.get(key))),
    values: history.leaves
      .setOf(key)
      .filter(({ path }) => ownedNow.has(path))
      .map(({ path, element, value, at }) => ({
        path,
        ...defined({ element }),
        after: value,
        entry: at.index,
      })),
    secrets: [...ownedNow].flatMap((path) => {
      const receipt = history.secretReceipt(key, path);
      return receipt === undefined ? [] : [{ path, ref: receipt.ref, hmac: receipt.hmac }];
    }),
  };
}

/** Paths with their entry where that is another one than the last apply's, and what was wanted of them. */
function keepInSync(
  { leaves: fields, lastManifest, owned }: KnownHistory,
  key: VisorKey,
  ownedNow: ReadonlySet<string>,
): Pick<KeptPast, "inSync" | "inSyncSince" | "wanted"> {
  const all = fields.foundOf(key);
  const since = all
    .filter(({ at }) => at.index !== lastManifest?.entry)
    .map(({ path, at }) => ({ path, entry: at.index }));
  const wanted = all.flatMap((found) =>
    found.wanted === undefined || !ownedNow.has(found.path)
      ? []
      : [{ path: found.path, by: found.at.operator, value: found.wanted }],
  );
  // What was written and is owned no more is let go of: its path must be known, its value not.
  const known = new Set(all.map(({ path }) => path));
  const written = (owned.get(key) ?? []).filter(
    (path) => !known.has(path) && !ownedNow.has(path) && fields.wasEverOurs(key, path),
  );
  return {
    inSync: [...known, ...written],
    ...(since.length === 0 ? {} : { inSyncSince: since }),
    ...(wanted.length === 0 ? {} : { wanted }),
  };
}

/** What was found and set, as a planner asks for it. Times and feeds were not kept: none goes by them. */
function fieldsAgain(
  { inSync, inSyncSince = [], wanted = [], values }: KeptPast,
  last: { readonly digest: Digest; readonly entry: number } | undefined,
): { readonly found: readonly FoundField[]; readonly set: readonly SetField[] } {
  const since = new Map(inSyncSince.map(({ path, entry }) => [path, entry]));
  const wants = new Map(wanted.map((each) => [each.path, each]));
  const at = (index: number, operator = NOBODY): RecordRef => ({
    feed: "" as FeedKey,
    index,
    timeMs: 0,
    operator,
  });
  return {
    found: inSync.flatMap((path) => {
      const entry = since.get(path) ?? last?.entry;
      if (entry === undefined) return [];
      const want = wants.get(path);
      const isLast = last !== undefined && entry === last.entry;
      return [
        {
          path,
          at: at(entry, want?.by),
          seenMs: 0,
          ...defined({ wanted: want?.value }),
          ...(isLast ? { manifest: last.digest } : {}),
        },
      ];
    }),
    set: values.map(({ after, entry, ...field }) => ({ ...field, value: after, at: at(entry) })),
  };
}

function doubts(doubtfulStops: readonly KeptAwaiting[]): Pick<KeptPast, "doubtfulStops"> {
  return doubtfulStops.length === 0 ? {} : { doubtfulStops };
}

function isEmpty({ owned, awaitingRestart, owedRestarts, values, secrets }: KeptPast): boolean {
  return (
    owned === undefined &&
    [awaitingRestart, owedRestarts, values, secrets].every((list) => list.length === 0)
  );
}

/** The history that a planner goes by, as an observation kept it. */
export function historyAgain(kept: KeptHistory): History {
  if (!kept.known)
    return { known: false, why: "the observation was made where no ledger could be read" };
  const { head, keyset, onceTrusted, lastManifest, visors } = kept;
  const pasts = new Map(visors.map((past) => [past.key as string, past]));
  const by = <Value>(pick: (past: KeptPast) => Value): ReadonlyMap<VisorKey, Value> =>
    new Map(visors.map((past) => [past.key, pick(past)]));
  const planned = visors.flatMap(({ key, owned }) =>
    owned === undefined ? [] : [[key, owned] as const],
  );
  return {
    known: true,
    head,
    owned: new Map(planned),
    keyset,
    ...defined({ onceTrusted }),
    accepted: undefined,
    keysets: new Map(),
    lastCommit: undefined,
    epochKeysets: [],
    keysetFaults: [],
    awaitingRestart: by(({ awaitingRestart }) => awaitingRestart),
    owedRestarts: by(({ owedRestarts }) => owedRestarts),
    doubtfulStops: by(({ doubtfulStops = [] }) => doubtfulStops),
    leaves: KnownFields.of(by((past) => fieldsAgain(past, lastManifest))),
    secretReceipt: (visor, path) => pasts.get(visor)?.secrets.find((each) => each.path === path),
    lastManifest,
  };
}

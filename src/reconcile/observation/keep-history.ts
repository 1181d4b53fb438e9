import type { VisorKey } from "../../core/index.ts";
import type { DesiredFleet, PlanHead } from "../../model/index.ts";
import type { Awaiting, History, KnownHistory } from "../plan/index.ts";
import type { KeptAwaiting, KeptHistory, KeptPast } from "./document.ts";

/** Takes from the ledgers' history what a planner goes by; values only of leaves that are owned still. */
export function keepHistory(
  history: History,
  heads: readonly PlanHead[],
  desired: DesiredFleet,
): KeptHistory {
  if (!history.known) return { known: false };
  const { head, keyset, lastManifest, owned, awaitingRestart, owedRestarts } = history;
  const leaves = new Map(desired.visors.map((visor) => [visor.key, visor.leaves]));
  const keys = new Set([
    ...leaves.keys(),
    ...[owned, awaitingRestart, owedRestarts].flatMap((map) => [...map.keys()]),
  ]);
  return {
    known: true,
    head,
    heads: heads.toSorted((left, right) => (left.feed < right.feed ? -1 : 1)),
    ...(keyset === undefined ? {} : { keyset }),
    ...keepOnceTrusted(history),
    ...(lastManifest === undefined
      ? {}
      : { lastManifest: { digest: lastManifest.digest, entry: lastManifest.entry } }),
    visors: [...keys]
      .sort()
      .map((key) => keepPast(history, key, new Set(leaves.get(key)?.keys())))
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
      ...(element === undefined ? {} : { element }),
      sinceEntry,
      sinceMs,
    }));
  const owned = history.owned.get(key);
  return {
    key,
    ...(owned === undefined ? {} : { owned }),
    ...keepInSync(history, key),
    awaitingRestart: awaiting(history.awaitingRestart.get(key)),
    owedRestarts: awaiting(history.owedRestarts.get(key)),
    values: history.recordedOf(key).filter(({ path }) => ownedNow.has(path)),
    secrets: [...ownedNow].flatMap((path) => {
      const receipt = history.secretReceipt(key, path);
      return receipt === undefined ? [] : [{ path, ref: receipt.ref, hmac: receipt.hmac }];
    }),
  };
}

/** Paths with their entry where that is another one than the last apply's. */
function keepInSync(
  { inSync, lastManifest }: KnownHistory,
  key: VisorKey,
): Pick<KeptPast, "inSync" | "inSyncSince"> {
  const all = [...(inSync.get(key) ?? [])];
  const since = all
    .filter(([, entry]) => entry !== lastManifest?.entry)
    .map(([path, entry]) => ({ path, entry }));
  return {
    inSync: all.map(([path]) => path),
    ...(since.length === 0 ? {} : { inSyncSince: since }),
  };
}

function inSyncAgain(
  { inSync, inSyncSince = [] }: KeptPast,
  lastEntry: number | undefined,
): ReadonlyMap<string, number> {
  const since = new Map(inSyncSince.map(({ path, entry }) => [path, entry]));
  return new Map(
    inSync.flatMap((path) => {
      const entry = since.get(path) ?? lastEntry;
      return entry === undefined ? [] : [[path, entry] as const];
    }),
  );
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
    inSync: by((past) => inSyncAgain(past, lastManifest?.entry)),
    keyset,
    ...(onceTrusted === undefined ? {} : { onceTrusted }),
    accepted: undefined,
    keysets: new Map(),
    lastCommit: undefined,
    epochKeysets: [],
    keysetFaults: [],
    awaitingRestart: by(({ awaitingRestart }) => awaitingRestart),
    owedRestarts: by(({ owedRestarts }) => owedRestarts),
    recorded: (visor, path, element) =>
      pasts.get(visor)?.values.find((value) => value.path === path && value.element === element),
    recordedOf: (visor) => pasts.get(visor)?.values ?? [],
    secretReceipt: (visor, path) => pasts.get(visor)?.secrets.find((each) => each.path === path),
    lastManifest,
  };
}

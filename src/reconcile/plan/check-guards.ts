// Asks every guard of a plan, visor by visor and then of the whole.
import type { VisorKey } from "../../core/index.ts";
import {
  changesOf,
  type DesiredVisor,
  type ObservedVisor,
  type Plan,
  type PlanVisor,
  type Refusal,
} from "../../model/index.ts";
import { isWayIn } from "../diff/index.ts";
import type { PlanInput } from "./build-plan.ts";
import {
  checkLists,
  checkLockOut,
  checkObservationAge,
  checkOpenProxies,
  checkPortMoves,
  checkRemovals,
  checkSignedCommits,
  withWayForRemovals,
} from "./guards/index.ts";
import { earlierKeysets, signedCommitsOf } from "./keyset.ts";
import { leftToRestart, pendingTrust } from "./plan-visor.ts";
import { countOwnedElements, isRemoval, isTrustRemoval } from "./plan-head.ts";

/** What the guards say of visors that are planned; nothing where all is well. */
export function checkGuards(
  input: PlanInput,
  pairs: readonly (readonly [DesiredVisor, ObservedVisor])[],
  visors: readonly PlanVisor[],
  guarded: readonly VisorKey[],
  policies: Plan["policies"],
): readonly Refusal[] {
  const { history, overrides, acting, desired } = input;
  const refusals: Refusal[] = [];
  const { controllers, revoked } = desired;
  const former = guarded.filter((key) => key !== acting && !controllers.includes(key));
  const gone = new Set<string>([...former, ...(revoked?.keys() ?? [])]);
  let ownedElements = 0;
  pairs.forEach(([wanted, seen], index) => {
    const visor = visors[index];
    if (seen.kind !== "seen" || visor === undefined) return;
    if (history.known && history.owned.has(wanted.key))
      ownedElements += countOwnedElements(wanted, seen);
    const changes = changesOf(visor);
    const { openToAnyone } = visor;
    const lists = { visor: wanted.key, name: wanted.name, seen, changes, openToAnyone };
    refusals.push(
      ...checkLockOut({
        visor: wanted.key,
        name: wanted.name,
        before: { hypervisors: seen.hypervisors ?? [], pty: seen.pty ?? [] },
        changes: changes.filter(({ path }) => isWayIn(path)),
        acting,
        protected: guarded,
        gone,
        allowLoss: overrides.allowTrustLoss.includes(wanted.name),
        nameOf: (key) => desired.keyNames.get(key) ?? key,
        pending: pendingTrust(history, seen),
      }),
      ...checkLists(lists),
      ...checkOpenProxies(lists),
      ...checkPortMoves({
        desired: wanted,
        seen,
        left: leftToRestart(history, seen),
        changed: new Set(changes.map(({ path }) => path)),
      }),
    );
  });
  const changes = visors.flatMap(changesOf);
  const trustRemovals = changes.filter(isTrustRemoval).length;
  const otherRemovals = changes.filter(isRemoval).length - trustRemovals;
  const removals = { trustRemovals, otherRemovals, ownedElements, policies, overrides };
  const place = desired.policyPlace;
  const byPolicy = [
    ...checkRemovals(removals),
    ...(input.recorded === undefined
      ? []
      : checkObservationAge({ observed: input.observed, policies, nowMs: input.nowMs })),
  ];
  const earlier = signedCommitsOf(earlierKeysets(history, input.recorded?.trusted));
  refusals.push(
    ...checkSignedCommits({
      wanted: [...new Set([...earlier, ...(input.commits?.wanted ?? [])])],
      evidence: input.commits?.evidence,
      path: input.manifest.path,
    }),
    ...byPolicy.map((refusal) => (place === undefined ? refusal : { ...refusal, place })),
  );
  return withWayForRemovals(refusals, visors);
}

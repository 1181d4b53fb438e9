// The counts of a plan, for its last line.
import { changesOf, type Plan, type PlanCounts, type PlanVisor } from "../../model/index.ts";
import { isRemoval, isTrustRemoval } from "./removal-counts.ts";

/** The counts of a plan's last line, all of them taken from the visors it holds. */
export function countPlan(
  visors: readonly PlanVisor[],
  releasedVisors: Plan["releasedVisors"],
): PlanCounts {
  const changes = visors.flatMap(changesOf);
  const released = [...visors, ...releasedVisors].flatMap((visor) => visor.released);
  const sum = (count: (visor: PlanVisor) => number): number =>
    visors.reduce((total, visor) => total + count(visor), 0);
  const notObserved = sum((visor) => visor.notObserved?.length ?? 0);
  const ignored = sum(
    (visor) => visor.ignored?.filter((leaf) => leaf.changes.length > 0).length ?? 0,
  );
  const leftOut = sum((visor) => visor.leftOut?.length ?? 0);
  const doubtful = sum((visor) => visor.doubtful?.length ?? 0);
  return {
    visors: visors.length,
    changing: visors.filter(({ status }) => status === "changes").length,
    add: changes.filter(({ op }) => op === "add").length,
    change: changes.filter(({ op }) => op === "change").length,
    remove: changes.filter(isRemoval).length,
    inSync: visors.filter(({ status }) => status === "in-sync").length,
    unreachable: visors.filter(({ unseen }) => unseen !== undefined).length,
    trustRemovals: changes.filter(isTrustRemoval).length,
    unsupported: sum((visor) => visor.unsupported.length),
    released: released.length,
    releasedTrust: released.filter(({ trust }) => trust).length,
    awaitingRestart: sum((visor) => visor.awaitingRestart.length),
    notCompared: sum((visor) => visor.notCompared.length),
    ...(notObserved === 0 ? {} : { notObserved }),
    ...(ignored === 0 ? {} : { ignored }),
    ...(leftOut === 0 ? {} : { leftOut }),
    ...(doubtful === 0 ? {} : { doubtful }),
  };
}

// Keys that come with a hypervisor: one that manages a visor pushes its own hypervisors to it (skywire #2940).
import { counted, type VisorKey } from "../core/index.ts";
import { changesOf, type Plan, type PlanVisor } from "../model/index.ts";
import { keyLabel } from "./value-text.ts";

const PATH = "trust.hypervisors";
/** More names than these are told by their number. */
const NAMED_MAX = 5;

/**
 * A sentence for each key that the plan makes a hypervisor of visors, and for what it brings to them beyond what they
 * trust already. Nothing for one that is known to bring nothing.
 */
export function pushedTrustLines(plan: Pick<Plan, "visors" | "names">): readonly string[] {
  const byKey = new Map(plan.visors.map((visor) => [visor.key, visor]));
  const lines = new Map<string, { readonly by: string; readonly end: string; visors: string[] }>();
  for (const visor of plan.visors) {
    for (const by of addedTo(visor)) {
      const end = broughtText(byKey.get(by as VisorKey), visor, plan.names);
      if (end === undefined) continue;
      const line = lines.get(`${by} ${end}`) ?? { by: keyLabel(by, plan.names), end, visors: [] };
      line.visors.push(visor.name);
      lines.set(`${by} ${end}`, line);
    }
  }
  return [...lines.values()].map(({ by, end, visors }) => {
    const whose = visors.length > NAMED_MAX ? counted(visors.length, "visor") : visors.join(", ");
    const to = visors.length === 1 ? "it" : "them";
    return `${by} becomes a hypervisor of ${whose}, and pushes its own hypervisors to ${to}: ${end.replace("{it}", to)}`;
  });
}

function addedTo(visor: PlanVisor): readonly string[] {
  return changesOf(visor).flatMap(({ path, op, element }) =>
    path === PATH && op !== "remove" && element !== undefined ? [element] : [],
  );
}

/** What a hypervisor brings to a visor; `undefined` where that is nothing. */
function broughtText(
  by: PlanVisor | undefined,
  visor: PlanVisor,
  names: Plan["names"],
): string | undefined {
  if (by?.observed?.hypervisors === undefined) return "which these are was not read";
  const { hypervisors = [], pty = [] } = visor.observed ?? {};
  const known = new Set<string>([visor.key, by.key, ...hypervisors, ...pty, ...addedTo(visor)]);
  const own = new Set([...by.observed.hypervisors, ...addedTo(by)]);
  const brought = [...own].filter((key) => !known.has(key)).map((key) => keyLabel(key, names));
  if (brought.length === 0) return undefined;
  const who =
    brought.length > NAMED_MAX ? counted(brought.length, "key") : brought.toSorted().join(", ");
  return `${who} would manage {it}, too`;
}

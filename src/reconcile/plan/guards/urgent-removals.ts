// Says which removals of trust should not wait for others of the same plan.
import {
  type Change,
  changesOf,
  type PlanVisor,
  type Refusal,
  isTrustField,
} from "../../../model/index.ts";

/** Guards of one app, port or proxy, whose findings say nothing of what else the plan holds. */
const OF_ONE_PART: readonly Refusal["guard"][] = [
  "would-open",
  "open-exit",
  "open-proxy",
  "port-move",
  "argument-size",
];
/** More than these are told by their number; `fleet plan` shows them all. */
const NAMED_MAX = 3;

/**
 * Adds to findings about an app or a port how the removals of keys that they hold up can be made alone. A removal that
 * a guard refuses itself, and one of the same app or port, is held up for a reason.
 */
export function withWayForRemovals(
  refusals: readonly Refusal[],
  visors: readonly PlanVisor[],
): readonly Refusal[] {
  const isOfOnePart = ({ guard }: Refusal): boolean => OF_ONE_PART.includes(guard);
  if (!refusals.some(isOfOnePart)) return refusals;
  const found = visors.flatMap((visor) => removalsOf(visor, refusals));
  const fields = [
    ...found.filter(namesTrustField),
    ...found.filter((each) => !namesTrustField(each)),
  ];
  if (fields.length === 0) return refusals;
  const named = fields.slice(0, NAMED_MAX).map((field) => `--only ${field}`);
  const others = fields.length - named.length;
  const more = others === 0 ? "" : `, and so on for ${others} more`;
  const way = `the removal of keys need not wait for that: once it is in the manifest, \`fleet apply ${named.join(" ")}\` makes it alone${more}`;
  return refusals.map((refusal) =>
    isOfOnePart(refusal) ? { ...refusal, next: `${refusal.next}; ${way}` } : refusal,
  );
}

/** The fields of a visor that lose keys and that no finding is about. */
function removalsOf(visor: PlanVisor, refusals: readonly Refusal[]): readonly string[] {
  const found = refusals.filter((each) => each.visor === visor.key);
  if (found.some(({ guard }) => guard === "lock-out")) return [];
  const refused = new Set(found.map(({ path }) => partOf(path ?? "")));
  const fields = changesOf(visor)
    .filter((change) => removesKey(change) && !refused.has(partOf(change.path)))
    .map(({ path }) => `${visor.name}/${path}`);
  return [...new Set(fields)];
}

/** Who manages a visor comes before who may use something on it. */
function namesTrustField(field: string): boolean {
  return field.includes("/trust.");
}

function removesKey({ op, path }: Change): boolean {
  return op === "remove" && (isTrustField(path) || path.endsWith(".whitelist"));
}

/** The app or port that a path belongs to; the path itself where it belongs to none. */
function partOf(path: string): string {
  return /^((?:apps|ports)\..+)\.[^.]+$/.exec(path)?.[1] ?? path;
}

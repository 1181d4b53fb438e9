// The guards that count what a plan takes away, and which removals of trust should not wait for others.
import { counted } from "../../../core/index.ts";
import {
  type Change,
  changesOf,
  isTrustField,
  type Overrides,
  type PlanVisor,
  type Policy,
  type Refusal,
} from "../../../model/index.ts";

// The guards that count what a plan takes away.

/** Removals of ordinary things that pass whatever the share is, so that small fleets stay usable. */
const SMALL_REMOVALS = 3;

/** What the removals guard counts, over the whole run. */
export interface RemovalsInput {
  readonly trustRemovals: number;
  readonly otherRemovals: number;
  /** Owned list elements, apps and ports of visors that were applied to before. */
  readonly ownedElements: number;
  readonly policies: readonly Policy[];
  readonly overrides: Overrides;
}

/**
 * Refuses a run that takes more away than the policy allows. A few removals that concern no trust always pass.
 * A visor without a recorded apply adds nothing to the whole that a percentage is of, but its removals count.
 */
export function checkRemovals(input: RemovalsInput): readonly Refusal[] {
  const small = input.otherRemovals <= SMALL_REMOVALS ? input.otherRemovals : 0;
  const all = input.trustRemovals + input.otherRemovals;
  const counted = all - small;
  const { allowRemovals } = input.overrides;
  if (allowRemovals !== undefined) {
    return counted <= allowRemovals || all === allowRemovals
      ? []
      : [refusal(input, all, `${allowRemovals} allowed`)];
  }
  const limits = input.policies.map(({ maxRemovals }) =>
    maxRemovals.kind === "count"
      ? { count: maxRemovals.count, text: String(maxRemovals.count) }
      : {
          count: Math.floor((input.ownedElements * maxRemovals.percent) / 100),
          text: `${maxRemovals.percent}% of ${input.ownedElements}`,
        },
  );
  const strictest = limits.toSorted((left, right) => left.count - right.count)[0];
  if (strictest === undefined || counted <= strictest.count) return [];
  return [refusal(input, all, strictest.text)];
}

function refusal(input: RemovalsInput, all: number, limit: string): Refusal {
  const override = `--allow-removals ${all}`;
  const options = [override, ...trustOption(input)].join(" ");
  return {
    guard: "removals",
    message: `this run would remove ${counted(all, "list element, app or port", "list elements, apps or ports")}, which is more than policy.max_removals allows`,
    measured: String(all),
    limit,
    override,
    next: `read the removals above; if all of them are meant, run again with ${options}`,
    ...(input.ownedElements === 0 ? { path: "policy.max_removals" } : {}),
  };
}

/** What the same run is asked next where it takes trust away: named with the first, or it would be refused twice. */
function trustOption({ trustRemovals, overrides }: RemovalsInput): readonly string[] {
  return trustRemovals === 0 || overrides.allowTrustRemovals === trustRemovals
    ? []
    : [`--allow-trust-removals ${trustRemovals}`];
}

// Says which removals of trust should not wait for others of the same plan.

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

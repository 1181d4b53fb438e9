// Makes the plan of a fleet: the visors, their order, the guards and the counts.
import {
  assert,
  compareTexts,
  defined,
  type OperatorKey,
  type VisorKey,
} from "../../core/index.ts";
import {
  type Change,
  changesOf,
  type CommitEvidence,
  type DesiredFleet,
  type DesiredVisor,
  type FieldAddress,
  type Keyset,
  type ObservedVisor,
  type Overrides,
  type Plan,
  PLAN_FORMAT,
  type PlanHead,
  type PlanManifest,
  type PlanSource,
  type PlanVisor,
  type SignedCommits,
} from "../../model/index.ts";
import type { SecretComparison } from "../diff/index.ts";
import { checkGuards } from "./check-guards.ts";
import { expectationsOf, failedRefusals } from "./expectations.ts";
import { countPlan, decisionDigest, planDigest, wavesOf } from "./plan-head.ts";
import { checkRightToSign } from "./guards/index.ts";
import type { History } from "./history.ts";
import { earlierKeysets, keysetChanges, keysetOf, policiesInForce } from "./keyset.ts";
import { type LingeringInput, lingeringKeys, type NamedBefore, trustLook } from "./lingering.ts";
import { earlierDeeds, planVisor, type PlanVisorContext } from "./plan-visor.ts";
import { releasedOf } from "./left-alone.ts";

/** Everything a plan is made of. Equal inputs give equal bytes: the clock is one of them. */
export interface PlanInput {
  readonly desired: DesiredFleet;
  /** The visors to plan, in any order; each has its observation at the same place in `observed`. */
  readonly selected: readonly DesiredVisor[];
  readonly observed: readonly ObservedVisor[];
  readonly acting: VisorKey;
  readonly history: History;
  /** Keyed digest of a text under the operator's key; absent without a key. */
  readonly secretDigest?: (text: string) => string;
  readonly overrides: Overrides;
  /** Which changes are planned; the others are left as they are. All of them when not given. */
  readonly picks?: (visor: VisorKey, change: Change) => boolean;
  readonly nowMs: number;
  /** How long the plan may be applied after `nowMs`. */
  readonly expiresAfterMs: number;
  /** Name and version of the program. */
  readonly tool: string;
  readonly manifest: PlanManifest;
  /** How the manifest came from the one in force, where a policy asks for signed commits. */
  readonly commits?: {
    /** What is asked for beside what the recorded and the trusted policies ask. */
    readonly wanted: readonly SignedCommits[];
    readonly evidence: CommitEvidence;
  };
  readonly operator?: OperatorKey;
  /** Plan these fields and what they need, nothing else; everything that is owned by default. */
  readonly only?: readonly FieldAddress[];
  /** The words that selected the visors, as `--on` gave them. */
  readonly on?: string;
  /** What the manifest applied last named, where it is another one. */
  readonly namedBefore?: NamedBefore;
  /** What was seen of the other operators' ledgers, each once, in any order; nothing by default. */
  readonly heads?: readonly PlanHead[];
  /** Where `observed` comes from, when it is a recorded observation. */
  readonly recorded?: {
    readonly source: PlanSource;
    /** What the trusted manifest says of operators, controllers and policy; both it and the manifest's own count. */
    readonly trusted: Keyset;
    /** The observation holds keyed digests of secrets, made by whoever wrote the receipts. */
    readonly hasKeyed: boolean;
  };
}

/** Plans a fleet. Pure and synchronous. */
export function buildPlan(input: PlanInput): Plan {
  const { desired, history } = input;
  const keyset = keysetOf(desired);
  const trusted = input.recorded?.trusted;
  const policies = policiesInForce(keyset, history, trusted);
  const guarded = [
    ...new Set(
      [keyset, ...earlierKeysets(history, trusted)].flatMap(({ controllers }) => controllers),
    ),
  ].sort();
  const pairs = pairUp(input);
  const context = contextOf(input);
  const visors = pairs.map(([wanted, seen]) => planVisor(wanted, seen, context));
  const releasedVisors = releasedVisorsOf(desired, history);
  const changesOfKeyset = keysetChanges(keyset, history, trusted);
  const expectations = expectationsOf({ desired, observed: input.observed, planned: visors });
  const refusals = [
    ...checkGuards(input, pairs, visors, guarded, policies),
    ...checkRightToSign({
      keyset,
      relays: desired.ledger.relays,
      keysetChanges: changesOfKeyset,
      isFirst: earlierKeysets(history, trusted).length === 0,
    }),
    ...failedRefusals(expectations ?? []),
  ];
  const counts = countPlan(visors, releasedVisors);
  const draft: Omit<Plan, "digest"> = {
    format: PLAN_FORMAT,
    tool: input.tool,
    fleet: desired.fleet,
    manifest: input.manifest,
    ...defined({ source: input.recorded?.source }),
    created: new Date(input.nowMs).toISOString(),
    expires: new Date(input.nowMs + input.expiresAfterMs).toISOString(),
    acting: input.acting,
    ...defined({ operator: input.operator }),
    keyset,
    keysetChanges: changesOfKeyset,
    policies,
    protected: guarded,
    seal: desired.ledger.seal,
    relays: desired.ledger.relays,
    heads: sortedHeads(input.heads ?? []),
    overrides: input.overrides,
    ...(input.only === undefined ? {} : { only: sortedFields(input.only) }),
    ...scopeOf(input),
    complete:
      counts.unreachable + counts.notCompared + (counts.notObserved ?? 0) === 0 &&
      expectations?.some(({ result }) => result === "unknown") !== true,
    applyable: refusals.length === 0,
    history: history.known
      ? { known: true, head: history.head }
      : { known: false, why: history.why },
    names: Object.fromEntries(
      [...desired.keyNames].toSorted(([left], [right]) => compareTexts(left, right)),
    ),
    counts,
    visors,
    releasedVisors,
    waves: wavesOf(changingOf(visors), input.acting, guarded),
    ...lingeringOf(input, pairs, visors),
    ...defined({ expectations }),
    refusals,
    decision: decisionDigest(visors, input.overrides, policies),
  };
  return { ...draft, digest: planDigest(draft) };
}

/** What planning each visor goes by. */
function contextOf(input: PlanInput): PlanVisorContext {
  return {
    history: input.history,
    secrets: secretComparison(input),
    manifest: input.manifest.digest,
    ...defined({ operator: input.operator }),
    ...(input.recorded === undefined ? {} : { ageFromMs: input.nowMs }),
    nowMs: input.nowMs,
    ...(input.only === undefined ? {} : { only: pathsByVisor(input.only) }),
    ...defined({ picks: input.picks }),
  };
}

/** Said where the plan is not of every visor: what it says holds for those that were planned. */
function scopeOf({ desired, selected, on }: PlanInput): Pick<Plan, "scope"> {
  if (selected.length === desired.visors.length) return {};
  return { scope: { of: desired.visors.length, ...defined({ on }) } };
}

function pathsByVisor(fields: readonly FieldAddress[]): ReadonlyMap<VisorKey, ReadonlySet<string>> {
  const paths = new Map<VisorKey, Set<string>>();
  for (const { visor, path } of fields) {
    const own = paths.get(visor) ?? new Set();
    paths.set(visor, own.add(path));
  }
  return paths;
}

function sortedFields(fields: readonly FieldAddress[]): readonly FieldAddress[] {
  return [...pathsByVisor(fields)]
    .toSorted(([left], [right]) => compareTexts(left, right))
    .flatMap(([visor, paths]) => [...paths].toSorted().map((path) => ({ visor, path })));
}

function sortedHeads(heads: readonly PlanHead[]): readonly PlanHead[] {
  const feeds = new Set(heads.map(({ feed }) => feed));
  assert(feeds.size === heads.length, "each ledger has one head");
  return heads
    .map(({ feed, size, tree }) => ({ feed, size, tree }))
    .toSorted((left, right) => compareTexts(left.feed, right.feed));
}

function pairUp(input: PlanInput): readonly (readonly [DesiredVisor, ObservedVisor])[] {
  return input.selected
    .map((wanted, index) => {
      const seen = input.observed[index];
      assert(seen?.key === wanted.key, "each selected visor has its observation");
      return [wanted, seen] as const;
    })
    .toSorted(([left], [right]) => compareTexts(left.key, right.key));
}

function changingOf(visors: readonly PlanVisor[]): readonly VisorKey[] {
  return visors.filter(({ status }) => status === "changes").map(({ key }) => key);
}

function lingeringOf(...given: Parameters<typeof lingeringInput>): Pick<Plan, "lingering"> {
  const lingering = lingeringKeys(lingeringInput(...given));
  return lingering === undefined ? {} : { lingering };
}

function lingeringInput(
  { desired, history, namedBefore, recorded }: PlanInput,
  pairs: readonly (readonly [DesiredVisor, ObservedVisor])[],
  visors: readonly PlanVisor[],
): LingeringInput {
  const looks = new Map(
    pairs.flatMap(([{ key }, seen], index) => {
      const visor = visors[index];
      if (seen.kind !== "seen" || visor === undefined) return [];
      return [[key, trustLook(seen, changesOf(visor))] as const];
    }),
  );
  const unread = pairs.flatMap(([{ key }, { kind }]) => (kind === "seen" ? [] : [key]));
  return {
    desired,
    history,
    ...defined({ trusted: recorded?.trusted, namedBefore }),
    looks,
    unread: new Set(unread),
  };
}

function secretComparison(input: PlanInput): SecretComparison | undefined {
  const { history, secretDigest, recorded } = input;
  if (!history.known) return undefined;
  if (recorded?.hasKeyed === true) return { receipt: history.secretReceipt };
  if (secretDigest === undefined) return undefined;
  return { digest: secretDigest, receipt: history.secretReceipt };
}

function releasedVisorsOf(desired: DesiredFleet, history: History): Plan["releasedVisors"] {
  if (!history.known) return [];
  const managed = new Set(desired.visors.map(({ key }) => key));
  return [...history.owned]
    .filter(([key, owned]) => !managed.has(key) && owned.length > 0)
    .map(([key]) => ({
      key,
      released: releasedOf(earlierDeeds(history, key), undefined, undefined),
    }))
    .toSorted((left, right) => compareTexts(left.key, right.key));
}

// What a person is asked before a plan is applied.
import {
  canonicalJson,
  counted,
  type ExitCode,
  formatDuration,
  type OperatorKey,
  type VisorKey,
} from "../../core/index.ts";
import { changesOf, type Plan, type Refusal } from "../../model/index.ts";
import { earlierKeysets, hasCapability, keysetChanges, policiesInForce } from "./keyset.ts";
import { unknownRefusals } from "./expectations.ts";
import { isTrustRemoval } from "./plan-head.ts";
import type { History } from "./history.ts";
import { checkRightToSign } from "./guards/index.ts";
import { policyToJson, strictestAgeMs } from "./policy.ts";

const MS_PER_MINUTE = 60_000;

/** Clocks of two machines may differ by this much; a reading later than that was not made yet. */
const CLOCK_SKEW_MAX_MS = 5 * 60 * 1000;

/** Something that `--yes` does not answer: a prompt of its own, or the exact option. */
export interface Confirmation {
  readonly guard: "trust-removals" | "released" | "keyset-change";
  readonly count: number;
  readonly question: string;
  readonly override: string;
}

/** What must be confirmed beyond the ordinary prompt, as far as no option answered it already. */
export function confirmationsOf(plan: Plan): readonly Confirmation[] {
  const { overrides, counts, keysetChanges } = plan;
  const isPart = plan.scope !== undefined || plan.only !== undefined;
  const wanted: Confirmation[] = [];
  if (counts.trustRemovals > 0 && overrides.allowTrustRemovals !== counts.trustRemovals) {
    wanted.push({
      guard: "trust-removals",
      count: counts.trustRemovals,
      question: trustQuestion(plan),
      override: `--allow-trust-removals ${counts.trustRemovals}`,
    });
  }
  if (counts.releasedTrust > 0 && overrides.allowReleased !== counts.releasedTrust) {
    wanted.push({
      guard: "released",
      count: counts.releasedTrust,
      question: counted(
        counts.releasedTrust,
        "field of risk trust is no longer managed",
        "fields of risk trust are no longer managed",
      ),
      override: `--allow-released ${counts.releasedTrust}`,
    });
  }
  if (keysetChanges.length > 0 && overrides.allowKeysetChange !== true) {
    wanted.push({
      guard: "keyset-change",
      count: keysetChanges.length,
      question: `operators, controllers or policy change${isPart ? " for the whole fleet" : ""}: ${keysetChanges.join("; ")}`,
      override: "--allow-keyset-change",
    });
  }
  return wanted;
}

/** How many keys lose trust, and in how many lists, where one key stands in several. */
function trustQuestion(plan: Plan): string {
  const removals = plan.visors.flatMap((visor) =>
    changesOf(visor)
      .filter(isTrustRemoval)
      .map(({ path, element = "" }) => ({ element, list: `${visor.key} ${path}` })),
  );
  const keys = new Set(removals.map(({ element }) => element)).size;
  const lists = new Set(removals.map(({ list }) => list)).size;
  const many = removals.length === keys ? "" : `, in ${counted(lists, "list")}`;
  return counted(keys, "key loses trust", "keys lose trust") + many;
}

/** What {@link checkApply} looks at. */
export interface ApplyCheck {
  readonly plan: Plan;
  readonly acting: VisorKey;
  readonly operator: OperatorKey;
  readonly history: History;
  readonly nowMs: number;
}

/** The guards that only applying has: who, through what, and how old. The plan's own refusals come first. */
export function checkApply({
  plan,
  acting,
  operator,
  history,
  nowMs,
}: ApplyCheck): readonly Refusal[] {
  const refusals: Refusal[] = [
    ...plan.refusals,
    ...unsaidLockOut(plan, history),
    ...unknownRefusals(plan.expectations),
  ];
  if (!hasCapability(operator, "apply", plan, history)) {
    refusals.push({
      guard: "operator",
      message: `${operator} is not listed as an operator that may apply`,
      measured: "not listed",
      limit: "may: [apply]",
      next: "add this key to operators with may: [plan, apply]; `fleet keygen` prints the line",
    });
  }
  if (!plan.protected.includes(acting)) {
    refusals.push({
      guard: "not-controller",
      message: `the local visor ${acting} is not among the controllers, so it may plan but not apply`,
      measured: "not a controller",
      limit: "a controller",
      next: "add its name to controllers, or apply from a machine that is one",
    });
  } else if (plan.acting !== acting) {
    refusals.push({
      guard: "not-controller",
      message: `the plan was made through ${plan.acting}, and its lock-out guard protects that key; the local visor is ${acting}`,
      measured: acting,
      limit: plan.acting,
      next: "make the plan again on this machine",
    });
  }
  return [...refusals, ...checkRules(plan, history), ...checkAges(plan, history, nowMs)];
}

/** Lock-out from the right to sign that the plan does not speak of: a file may leave out what refuses it. */
function unsaidLockOut(plan: Plan, history: History): readonly Refusal[] {
  const { keyset, relays } = plan;
  const isFirst = earlierKeysets(history).length === 0;
  const changes = keysetChanges(keyset, history);
  const found = checkRightToSign({ keyset, relays, keysetChanges: changes, isFirst });
  return found.filter(({ message }) => plan.refusals.every((said) => said.message !== message));
}

/**
 * A plan is judged by the rules it was made under. Where our ledger records others that it knows nothing of, it
 * may protect too few controllers or go by too loose a policy.
 */
function checkRules(plan: Plan, history: History): readonly Refusal[] {
  const differences = keysetChanges(plan.keyset, history);
  const isKnown =
    differences.length === 0 || differences.join("\n") === plan.keysetChanges.join("\n");
  const recorded = history.known ? history.keyset : undefined;
  const isProtecting = (recorded?.controllers ?? []).every((key) => plan.protected.includes(key));
  const judgedBy = new Set(plan.policies.map((policy) => canonicalJson(policyToJson(policy))));
  const isJudged = policiesInForce(plan.keyset, history).every((policy) =>
    judgedBy.has(canonicalJson(policyToJson(policy))),
  );
  if (isKnown && isProtecting && isJudged) return [];
  return [
    {
      guard: "keyset-change",
      message: `the plan was made without knowing what the ledger records of operators, controllers and policy: ${differences.join("; ")}`,
      measured: counted(differences.length, "difference"),
      limit: `${counted(plan.keysetChanges.length, "difference")}, as the plan says`,
      next: "make the plan again on this machine, where the ledger is",
    },
  ];
}

function checkAges(plan: Plan, history: History, nowMs: number): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const maxAgeMs = strictestAgeMs([...plan.policies, ...policiesInForce(plan.keyset, history)]);
  // A text that is no time compares false with everything, and must count as over.
  if (!(nowMs <= Date.parse(plan.expires))) {
    refusals.push({
      guard: "expired",
      message: `the plan expired at ${plan.expires}`,
      measured: new Date(nowMs).toISOString(),
      limit: plan.expires,
      next: "make the plan again",
    });
  }
  const ages = plan.visors.flatMap(({ observed }) =>
    observed === undefined ? [] : [nowMs - Date.parse(observed.at)],
  );
  const odd = ages.find((ageMs) => !(ageMs <= maxAgeMs && ageMs >= -CLOCK_SKEW_MAX_MS));
  if (odd !== undefined) {
    refusals.push({
      guard: "stale-observation",
      message:
        odd < 0
          ? "what the plan goes by is said to be read in the future"
          : "what the plan goes by was read too long ago",
      measured: Number.isNaN(odd) ? "no time" : `${Math.round(odd / MS_PER_MINUTE)} minutes`,
      limit: formatDuration(maxAgeMs),
      next:
        odd < 0
          ? "set the clocks of both machines, then make the plan again"
          : "make the plan again",
    });
  }
  return refusals;
}

/**
 * The exit code of refusals: 5 when all of them say that the world went on since the plan was made, 4 otherwise;
 * 0 without any.
 */
export function refusalsExit(refusals: readonly Refusal[]): ExitCode {
  if (refusals.length === 0) return 0;
  return refusals.every(({ guard }) => guard === "stale-ledger" || guard === "used-approval")
    ? 5
    : 4;
}

/**
 * The exit code of `fleet plan` and `fleet drift`. `detailed` is `--detailed-exitcode`: 2 when visors change, or
 * operators, controllers or policy do.
 */
export function planExit(plan: Plan, { detailed }: { readonly detailed: boolean }): ExitCode {
  if (!plan.applyable) return refusalsExit(plan.refusals);
  if (plan.counts.unreachable + (plan.counts.notObserved ?? 0) > 0) return 3;
  if (plan.expectations?.some(({ result }) => result === "unknown") === true) return 3;
  return detailed && (plan.counts.changing > 0 || plan.keysetChanges.length > 0) ? 2 : 0;
}

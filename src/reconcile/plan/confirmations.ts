import type { ExitCode, OperatorKey, VisorKey } from "../../core/index.ts";
import type { Plan, Refusal } from "../../model/index.ts";
import { hasCapability } from "./may.ts";
import type { History } from "./history.ts";

/** Older readings than this are not applied. */
export const OBSERVATION_AGE_MAX_MS: number = 60 * 60 * 1000;

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
  const wanted: Confirmation[] = [];
  if (counts.trustRemovals > 0 && overrides.allowTrustRemovals !== counts.trustRemovals) {
    wanted.push({
      guard: "trust-removals",
      count: counts.trustRemovals,
      question: `${counts.trustRemovals} keys lose trust`,
      override: `--allow-trust-removals ${counts.trustRemovals}`,
    });
  }
  if (counts.releasedTrust > 0 && overrides.allowReleased !== counts.releasedTrust) {
    wanted.push({
      guard: "released",
      count: counts.releasedTrust,
      question: `${counts.releasedTrust} leaves of risk trust are no longer managed`,
      override: `--allow-released ${counts.releasedTrust}`,
    });
  }
  if (keysetChanges.length > 0 && overrides.allowKeysetChange !== true) {
    wanted.push({
      guard: "keyset-change",
      count: keysetChanges.length,
      question: `operators, controllers or policy change: ${keysetChanges.join("; ")}`,
      override: "--allow-keyset-change",
    });
  }
  return wanted;
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
export function checkApply({ plan, acting, operator, history, nowMs }: ApplyCheck): readonly Refusal[] {
  const refusals: Refusal[] = [...plan.refusals];
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
  return [...refusals, ...checkAges(plan, nowMs)];
}

function checkAges(plan: Plan, nowMs: number): readonly Refusal[] {
  const refusals: Refusal[] = [];
  if (nowMs > Date.parse(plan.expires)) {
    refusals.push({
      guard: "expired",
      message: `the plan expired at ${plan.expires}`,
      measured: new Date(nowMs).toISOString(),
      limit: plan.expires,
      next: "make the plan again",
    });
  }
  const seenMs = plan.visors.flatMap(({ observed }) => (observed === undefined ? [] : [Date.parse(observed.at)]));
  const oldestMs = Math.min(...seenMs);
  if (seenMs.length > 0 && nowMs - oldestMs > OBSERVATION_AGE_MAX_MS) {
    refusals.push({
      guard: "stale-observation",
      message: "what the plan goes by was read too long ago",
      measured: `${Math.round((nowMs - oldestMs) / 60_000)} minutes`,
      limit: `${OBSERVATION_AGE_MAX_MS / 60_000} minutes`,
      next: "make the plan again",
    });
  }
  return refusals;
}

/** The exit code of `fleet plan` and `fleet drift`. `detailed` is `--detailed-exitcode`. */
export function planExit(plan: Plan, { detailed }: { readonly detailed: boolean }): ExitCode {
  if (!plan.applyable) return 4;
  if (plan.counts.unreachable > 0) return 3;
  return detailed && plan.counts.changing > 0 ? 2 : 0;
}

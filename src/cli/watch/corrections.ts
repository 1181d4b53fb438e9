// What a watch may correct, what only a person can decide, and what became of a correction.
import { defined, type FleetError } from "../../core/index.ts";
import type { DesiredFleet, Plan } from "../../model/index.ts";
import { type ApplyReport, confirmationsOf } from "../../reconcile/index.ts";
import { changeId, type CorrectionOutcome } from "../../watch/index.ts";
import type { ReadFleet } from "../plan/read-fleet.ts";

/** What was read of the visors that have one of these changes. */
export function onlyCorrected(read: ReadFleet, wanted: ReadonlySet<string>): ReadFleet {
  const keys = new Set([...wanted].map((id) => id.split(" ", 1)[0]));
  const selected = read.selected.filter(({ key }) => keys.has(key));
  const visors = read.observation.visors.filter(({ key }) => keys.has(key));
  return { ...read, selected, observation: { ...read.observation, visors } };
}

/** What keeps every correction from being made until a person has done something. */
export function questionsOf(
  plan: Plan,
  { source, operator, history }: ReadFleet,
): readonly string[] {
  const questions = confirmationsOf(plan)
    // Nothing that removes trust is corrected, so there is nothing to ask of it.
    .filter(({ guard }) => guard !== "trust-removals")
    .map(({ question }) => question);
  const more = [
    ...(operator === undefined ? ["there is no operator key here (`fleet keygen`)"] : []),
    ...(history.known && history.keyset === undefined
      ? ["nobody's first apply has recorded the operators, controllers and policy yet"]
      : []),
  ];
  return mayCorrect(source) ? [...questions, ...more] : questions;
}

function mayCorrect({ desired }: { readonly desired: Pick<DesiredFleet, "watch"> }): boolean {
  const { watch } = desired;
  return (
    watch !== undefined &&
    (watch.otherwise === "correct" || watch.rules.some(({ verb }) => verb === "correct"))
  );
}

/** What became of the changes that were to be corrected. */
export function outcomesOf(
  report: ApplyReport,
  wanted: ReadonlySet<string>,
): readonly CorrectionOutcome[] {
  return report.visors.flatMap(({ key, outcomes }) =>
    outcomes.flatMap(({ path, element, outcome, note }): readonly CorrectionOutcome[] => {
      const id = changeId(key, { path, ...defined({ element }) });
      if (!wanted.has(id)) return [];
      const isDone = outcome === "done" || outcome === "done-after-restart";
      const result = isDone
        ? "done"
        : outcome === "unreachable"
          ? outcome
          : // What was refused was not tried: something else in the same run went wrong.
            outcome === "stale" || outcome === "refused"
            ? "stale"
            : "failed";
      return [{ id, result, note: note ?? outcome }];
    }),
  );
}

/** Errors of a ledger that cannot be had come before anything is written. */
export function isBeforeWriting({ code }: FleetError): boolean {
  return ["ledger/locked", "ledger/behind-relay", "ledger/forked", "key/missing"].includes(code);
}

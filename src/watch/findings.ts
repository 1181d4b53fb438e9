// What people are told: each finding once, and once more when it is resolved.
import { defined } from "../core/index.ts";
import type { WatchLogLine, Notice } from "./events.ts";
import { type WatchFinding, FINDINGS_MAX, type FindingKind, type WatchState } from "./state.ts";
import { withEffects, withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

/** A finding before anybody knows since when. */
export type NewFinding = Omit<WatchFinding, "sinceMs">;

/** Sets what is found of the whole fleet, or takes it back where there is no message. Told once until it changes. */
export function putFleetFinding(
  step: WatchStep,
  kind: FindingKind,
  what: string,
  message: string | undefined,
): WatchStep {
  const key = `${kind} ${what}`;
  const { findings } = step.state;
  const known = findings[key];
  if (message === undefined) return known === undefined ? step : resolve(step, [key]);
  return put(step, new Map([[key, { kind, message }]]));
}

/**
 * Replaces all that was found of these visors. What is no longer there is told as resolved, but for what is about to
 * be corrected.
 */
export function replaceFindings(
  step: WatchStep,
  visors: ReadonlySet<string>,
  found: ReadonlyMap<string, NewFinding>,
  correcting: ReadonlySet<string>,
): WatchStep {
  const gone = Object.entries(step.state.findings).flatMap(([key, { visor }]) =>
    visor !== undefined && visors.has(visor) && !found.has(key) && !correcting.has(key)
      ? [key]
      : [],
  );
  return put(resolve(step, gone), found);
}

/** Forgets findings without telling: what they told of is told in another way. */
export function dropFindings(step: WatchStep, keys: readonly string[]): WatchStep {
  const findings = without(step.state.findings, keys);
  return watchStep({ ...step.state, findings }, step.effects);
}

function put(step: WatchStep, found: ReadonlyMap<string, NewFinding>): WatchStep {
  const known = step.state.findings;
  const findings: Record<string, WatchFinding> = { ...known };
  const notices: Notice[] = [];
  let room = FINDINGS_MAX - Object.keys(known).length;
  for (const [key, finding] of found) {
    const before = known[key];
    // Who did it and since when may be said with other times on each look: it is the same news.
    if (before?.kind === finding.kind && before.message === finding.message) continue;
    if (before === undefined && room <= 0) continue;
    if (before === undefined) room -= 1;
    const next = { ...finding, sinceMs: before?.sinceMs ?? step.state.time.wallMs };
    findings[key] = next;
    notices.push({ what: before === undefined ? "found" : "changed", finding: next });
  }
  return withNotices(watchStep({ ...step.state, findings }, step.effects), notices);
}

function resolve(step: WatchStep, keys: readonly string[]): WatchStep {
  if (keys.length === 0) return step;
  const notices = keys.flatMap((key): readonly Notice[] => {
    const finding = step.state.findings[key];
    return finding === undefined ? [] : [{ what: "resolved", finding }];
  });
  const findings = without(step.state.findings, keys);
  return withNotices(watchStep({ ...step.state, findings }, step.effects), notices);
}

/** Writes a line of the log for each notice, and tells people of all of them at once. */
export function withNotices(step: WatchStep, notices: readonly Notice[]): WatchStep {
  if (notices.length === 0) return step;
  const logged = notices.reduce((each, notice) => withLogLine(each, lineOf(notice)), step);
  return withEffects(logged, { kind: "notify", notices });
}

function lineOf({ what, finding }: Notice): WatchLogLine {
  const { kind, message, visor, path, element, culprit } = finding;
  const isResolved = what === "resolved";
  const facts = {
    ...defined({ visor, path, element }),
    ...(culprit === undefined || isResolved ? {} : { culprit }),
  };
  if (what === "corrected") return { level: "info", decision: "corrected", message, ...facts };
  if (isResolved)
    return { level: "info", decision: "resolved", message: `no longer: ${message}`, ...facts };
  const decision = kind === "fight" ? "fight" : kind === "refused" ? "refused" : "found";
  return { level: kind === "trouble" ? "error" : "warn", decision, message, ...facts };
}

function without(
  findings: WatchState["findings"],
  keys: readonly string[],
): Record<string, WatchFinding> {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(findings).filter(([key]) => !gone.has(key)));
}

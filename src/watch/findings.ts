// What people are told: each finding once, and once more when it is resolved.
import { defined } from "../core/index.ts";
import type { WatchLogLine, Notice } from "./events.ts";
import { type WatchFinding, FINDINGS_MAX, type FindingKind, type WatchState } from "./state.ts";
import { also, logEffect, type Turn, turnOf } from "./turn.ts";

/** A finding before anybody knows since when. */
export type NewFinding = Omit<WatchFinding, "sinceMs">;

/** Sets what is found of the whole fleet, or takes it back where there is no message. Told once until it changes. */
export function putFleetFinding(
  turn: Turn,
  kind: FindingKind,
  what: string,
  message: string | undefined,
): Turn {
  const key = `${kind} ${what}`;
  const { findings } = turn.state;
  const known = findings[key];
  if (message === undefined) return known === undefined ? turn : resolve(turn, [key]);
  return put(turn, new Map([[key, { kind, message }]]));
}

/**
 * Replaces all that was found of these visors. What is no longer there is told as resolved, but for what is about to
 * be corrected.
 */
export function replaceFindings(
  turn: Turn,
  visors: ReadonlySet<string>,
  found: ReadonlyMap<string, NewFinding>,
  correcting: ReadonlySet<string>,
): Turn {
  const gone = Object.entries(turn.state.findings).flatMap(([key, { visor }]) =>
    visor !== undefined && visors.has(visor) && !found.has(key) && !correcting.has(key)
      ? [key]
      : [],
  );
  return put(resolve(turn, gone), found);
}

/** Forgets findings without telling: what they told of is told in another way. */
export function dropFindings(turn: Turn, keys: readonly string[]): Turn {
  const findings = without(turn.state.findings, keys);
  return turnOf({ ...turn.state, findings }, turn.effects);
}

function put(turn: Turn, found: ReadonlyMap<string, NewFinding>): Turn {
  const known = turn.state.findings;
  const findings: Record<string, WatchFinding> = { ...known };
  const notices: Notice[] = [];
  let room = FINDINGS_MAX - Object.keys(known).length;
  for (const [key, finding] of found) {
    const before = known[key];
    // Who did it and since when may be said with other times on each look: it is the same news.
    if (before?.kind === finding.kind && before.message === finding.message) continue;
    if (before === undefined && room <= 0) continue;
    if (before === undefined) room -= 1;
    const next = { ...finding, sinceMs: before?.sinceMs ?? turn.state.time.wallMs };
    findings[key] = next;
    notices.push({ what: before === undefined ? "found" : "changed", finding: next });
  }
  return tell(turnOf({ ...turn.state, findings }, turn.effects), notices);
}

function resolve(turn: Turn, keys: readonly string[]): Turn {
  if (keys.length === 0) return turn;
  const notices = keys.flatMap((key): readonly Notice[] => {
    const finding = turn.state.findings[key];
    return finding === undefined ? [] : [{ what: "resolved", finding }];
  });
  const findings = without(turn.state.findings, keys);
  return tell(turnOf({ ...turn.state, findings }, turn.effects), notices);
}

/** Writes a line of the log for each notice, and tells people of all of them at once. */
export function tell(turn: Turn, notices: readonly Notice[]): Turn {
  if (notices.length === 0) return turn;
  const logged = notices.reduce((each, notice) => logEffect(each, lineOf(notice)), turn);
  return also(logged, { kind: "notify", notices });
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

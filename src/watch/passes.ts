// The passes of a watch: reading the manifest, planning groups of visors, and when each begins.
import { counted } from "../core/index.ts";
import { backoffMs, spreadByChance } from "./backoff.ts";
import type { WatchState } from "./state.ts";
import { withEffects, withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

/** Begins a pass: the manifest is looked at first. */
export function beginFetch(step: WatchStep): WatchStep {
  const { state, effects } = step;
  const { epoch, time } = state;
  return withEffects(
    watchStep(
      { ...state, pass: { kind: "fetching", epoch }, isHinted: false, begunMs: time.steadyMs },
      effects,
    ),
    { kind: "fetch" },
  );
}

/**
 * Plans the visors whose turn it is. Those that answered last time are planned by themselves first, so that nobody
 * waits for one that is away.
 */
export function beginPlan(step: WatchStep, names: readonly string[], random: number): WatchStep {
  const { state, effects } = step;
  const { epoch, time, visors } = state;
  const isDue = (name: string): boolean => (visors[name]?.nextMs ?? 0) <= time.steadyMs;
  const isWell = (name: string): boolean => (visors[name]?.failures ?? 0) === 0;
  const well = names.filter(isWell);
  const shaky = names.filter((name) => !isWell(name) && isDue(name));
  const [first, ...rest] = [well, shaky].filter((group) => group.length > 0);
  if (first === undefined) return endPass(step, random);
  return withEffects(
    watchStep(
      { ...state, pass: { kind: "planning", epoch, visors: first, rest, isFirst: true } },
      effects,
    ),
    { kind: "plan", visors: first },
  );
}

/** Ends a pass and says when the next one is. */
export function endPass(step: WatchStep, random: number): WatchStep {
  const { state, effects } = step;
  const { time, trouble, intervalMs, begunMs, passes } = state;
  const waitMs = spreadByChance(
    trouble === undefined ? intervalMs : backoffMs(trouble.failures, intervalMs),
    random,
  );
  const tookMs = time.steadyMs - begunMs;
  const next: WatchState = {
    ...state,
    pass: { kind: "idle" },
    nextMs: time.steadyMs + waitMs,
    passes: passes + 1,
    ...(trouble === undefined
      ? { lastPass: { steadyMs: time.steadyMs, wallMs: time.wallMs, tookMs } }
      : {}),
  };
  const told = withLogLine(watchStep(next, effects), {
    level: "info",
    decision: "pass",
    message: passText(next),
    ...(state.isHinted ? {} : { againMs: Math.round(waitMs) }),
  });
  return state.isHinted ? beginFetch(told) : withEffects(told, { kind: "wake", delayMs: waitMs });
}

/** Asks to be woken when the next pass is due. */
export function scheduleNext(step: WatchStep, random: number): WatchStep {
  const { nextMs, time, isHinted } = step.state;
  if (isHinted && step.state.pass.kind === "idle") return beginFetch(step);
  const waitMs = Math.max(0, nextMs - time.steadyMs);
  return withEffects(step, {
    kind: "wake",
    delayMs: waitMs === 0 ? spreadByChance(1_000, random) : waitMs,
  });
}

function passText({ visors, trouble, manifest }: WatchState): string {
  const all = Object.values(visors);
  if (trouble !== undefined) return `nothing could be compared: ${trouble.message}`;
  if (manifest === undefined) return "there is no manifest yet";
  const away = all.filter(({ failures }) => failures > 0).length;
  const differences = all.reduce((sum, visor) => sum + visor.differences, 0);
  return `${counted(all.length - away, "visor")} read, ${counted(differences, "difference")}, ${away} away`;
}

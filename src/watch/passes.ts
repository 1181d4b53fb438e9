// The passes of a watch: reading the manifest, planning groups of visors, and when each begins.
import { counted } from "../core/index.ts";
import { backoffMs, spread } from "./backoff.ts";
import type { WatchState } from "./state.ts";
import { also, logEffect, type Turn, turnOf } from "./turn.ts";

/** Begins a pass: the manifest is looked at first. */
export function beginFetch(turn: Turn): Turn {
  const { state, effects } = turn;
  const { epoch, time } = state;
  return also(
    turnOf(
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
export function beginPlan(turn: Turn, names: readonly string[], random: number): Turn {
  const { state, effects } = turn;
  const { epoch, time, visors } = state;
  const isDue = (name: string): boolean => (visors[name]?.nextMs ?? 0) <= time.steadyMs;
  const isWell = (name: string): boolean => (visors[name]?.failures ?? 0) === 0;
  const well = names.filter(isWell);
  const shaky = names.filter((name) => !isWell(name) && isDue(name));
  const [first, ...rest] = [well, shaky].filter((group) => group.length > 0);
  if (first === undefined) return endPass(turn, random);
  return also(
    turnOf(
      { ...state, pass: { kind: "planning", epoch, visors: first, rest, isFirst: true } },
      effects,
    ),
    { kind: "plan", visors: first },
  );
}

/** Ends a pass and says when the next one is. */
export function endPass(turn: Turn, random: number): Turn {
  const { state, effects } = turn;
  const { time, trouble, intervalMs, begunMs, passes } = state;
  const waitMs = spread(
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
  const told = logEffect(turnOf(next, effects), {
    level: "info",
    decision: "pass",
    message: passText(next),
    ...(state.isHinted ? {} : { againMs: Math.round(waitMs) }),
  });
  return state.isHinted ? beginFetch(told) : also(told, { kind: "wake", delayMs: waitMs });
}

/** Asks to be woken when the next pass is due. */
export function scheduleNext(turn: Turn, random: number): Turn {
  const { nextMs, time, isHinted } = turn.state;
  if (isHinted && turn.state.pass.kind === "idle") return beginFetch(turn);
  const waitMs = Math.max(0, nextMs - time.steadyMs);
  return also(turn, { kind: "wake", delayMs: waitMs === 0 ? spread(1_000, random) : waitMs });
}

function passText({ visors, trouble, manifest }: WatchState): string {
  const all = Object.values(visors);
  if (trouble !== undefined) return `nothing could be compared: ${trouble.message}`;
  if (manifest === undefined) return "there is no manifest yet";
  const away = all.filter(({ failures }) => failures > 0).length;
  const differences = all.reduce((sum, visor) => sum + visor.differences, 0);
  return `${counted(all.length - away, "visor")} read, ${counted(differences, "difference")}, ${away} away`;
}

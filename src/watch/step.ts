// One step of a watch: from a state and an event to the next state and its effects.
import { assert, counted, unreachable } from "../core/index.ts";
import { settleCorrections, settleRefusal } from "./correct.ts";
import { decide } from "./decide.ts";
import type { WatchEffect, WatchEvent } from "./events.ts";
import { putFleetFinding } from "./findings.ts";
import { takeManifest } from "./manifests.ts";
import { takeTime, isoTime } from "./moment.ts";
import { beginFetch, beginPlan, endPass, scheduleNext } from "./passes.ts";
import type { WatchState } from "./state.ts";
import { also, logEffect, type Turn, turnOf } from "./turn.ts";

/** What one step gives. */
export interface WatchStep {
  readonly state: WatchState;
  readonly effects: readonly WatchEffect[];
}

/**
 * Decides what follows from an event. Pure: whoever calls it carries out the effects in their order, after the new
 * state is saved where it can be taken up again.
 */
export function stepWatch(before: WatchState, event: WatchEvent): WatchStep {
  const turn = event.kind === "start" ? start(before, event) : react(onClock(before, event), event);
  return { state: turn.state, effects: turn.effects };
}

/** A process begins. Of what an earlier one was in the middle of, only the ledger knows how it ended. */
function start(before: WatchState, { at }: WatchEvent): Turn {
  const isResumed = before.passes > 0 || before.manifest !== undefined;
  const state: WatchState = {
    ...before,
    time: { ...at, steadyMs: before.time.steadyMs },
    epoch: before.epoch + 1,
    pass: { kind: "idle" },
    isHinted: false,
    isStopping: false,
    nextMs: before.time.steadyMs,
    visors: dueNow(before.visors),
  };
  const cutOff =
    before.pass.kind === "applying"
      ? `; ${counted(before.pass.fields.length, "correction was", "corrections were")} under way, and the ledger knows what became of them`
      : "";
  const said = logEffect(
    turnOf(state),
    isResumed
      ? { level: "info", decision: "resumed", message: `watching again${cutOff}` }
      : { level: "info", decision: "started", message: "watching" },
  );
  return beginFetch(said);
}

/** Whoever was away may be back: everybody is asked again. */
function dueNow(visors: WatchState["visors"]): WatchState["visors"] {
  return Object.fromEntries(
    Object.entries(visors).map(([name, { nextMs: _nextMs, ...visor }]) => [name, visor]),
  );
}

/** Takes the time, and notices when the two clocks no longer agree. */
function onClock(before: WatchState, event: WatchEvent): Turn {
  const { time, jumpedMs } = takeTime(before.time, event.at);
  if (jumpedMs === undefined) return turnOf({ ...before, time });
  const state: WatchState = {
    ...before,
    time,
    epoch: before.epoch + 1,
    visors: dueNow(before.visors),
    // What waited for a time that a sleep or a set clock took away is due now.
    nextMs: Math.min(before.nextMs, time.steadyMs),
  };
  const how = jumpedMs > 0 ? "ahead by" : "back by";
  return logEffect(turnOf(state), {
    level: "warn",
    decision: "jumped",
    message: `the clock went ${how} ${Math.round(Math.abs(jumpedMs) / 1_000)} s to ${isoTime(time.wallMs)}: the machine slept or its clock was set; everything is read again before anything is written`,
  });
}

function react(turn: Turn, event: WatchEvent): Turn {
  switch (event.kind) {
    case "tick":
      return onTick(turn, event);
    case "hint":
      return turn.state.pass.kind === "idle"
        ? beginFetch(turn)
        : turnOf({ ...turn.state, isHinted: true }, turn.effects);
    case "fetched":
      return onFetched(turn, event);
    case "planned":
      return onPlanned(turn, event);
    case "applied": {
      const { pass } = turn.state;
      assert(pass.kind === "applying", "corrections are reported while they are made");
      return nextGroup(
        settleCorrections(turn, event.outcomes, event.random),
        pass.rest,
        event.random,
      );
    }
    case "refused": {
      const { pass } = turn.state;
      assert(pass.kind === "applying", "corrections are refused while they are made");
      return nextGroup(settleRefusal(turn, event.message), pass.rest, event.random);
    }
    case "failed":
      return onFailed(turn, event);
    case "stop":
      return onStop(turn);
    case "start":
      return unreachable(event as never);
  }
}

function onTick(turn: Turn, { random }: WatchEvent): Turn {
  const { pass, nextMs, time } = turn.state;
  if (pass.kind !== "idle") return turn;
  return time.steadyMs >= nextMs ? beginFetch(turn) : scheduleNext(turn, random);
}

function onFetched(turn: Turn, event: Extract<WatchEvent, { kind: "fetched" }>): Turn {
  const { state } = turn;
  assert(state.pass.kind === "fetching", "a manifest comes when it was asked for");
  if (state.isStopping) return stopped(turn);
  const { manifest, visors, intervalMs } = event;
  const isSame =
    state.manifest?.digest === manifest.digest &&
    state.manifest.changedBy === manifest.changedBy &&
    state.intervalMs === intervalMs;
  // A hint about something else: nobody need be asked before it is time.
  if (isSame && state.time.steadyMs < state.nextMs && state.trouble === undefined)
    return scheduleNext(
      turnOf({ ...state, pass: { kind: "idle" }, manifest }, turn.effects),
      event.random,
    );
  const known = takeManifest(recover(turn, ["source", "manifest"]), manifest);
  const named = turnOf(
    { ...known.state, intervalMs, ...onlyNamed(known.state, new Set(visors)) },
    known.effects,
  );
  return beginPlan(named, visors, event.random);
}

/** Visors that left the manifest are forgotten, with all that was said of them. */
function onlyNamed(
  { visors, fields, findings }: WatchState,
  names: ReadonlySet<string>,
): Pick<WatchState, "visors" | "fields" | "findings"> {
  const isNamed = (name: string | undefined): boolean => name === undefined || names.has(name);
  return {
    visors: Object.fromEntries(Object.entries(visors).filter(([name]) => isNamed(name))),
    fields: Object.fromEntries(Object.entries(fields).filter(([, { visor }]) => isNamed(visor))),
    findings: Object.fromEntries(
      Object.entries(findings).filter(([, { visor }]) => isNamed(visor)),
    ),
  };
}

function onPlanned(turn: Turn, event: Extract<WatchEvent, { kind: "planned" }>): Turn {
  const { pass, epoch, isStopping } = turn.state;
  assert(pass.kind === "planning", "a plan comes when it was asked for");
  if (isStopping) return stopped(turn);
  if (pass.epoch !== epoch) {
    const again = logEffect(turn, {
      level: "info",
      decision: "discarded",
      message: "what was read before the clock jumped does not count: read again",
    });
    return also(turnOf({ ...again.state, pass: { ...pass, epoch } }, again.effects), {
      kind: "plan",
      visors: pass.visors,
    });
  }
  const decided = decide(recover(turn, ["plan"]), event.facts, event.random);
  return decided.state.pass.kind === "applying"
    ? decided
    : nextGroup(decided, pass.rest, event.random);
}

/** Goes on with the visors that failed lately, or ends the pass. */
function nextGroup(turn: Turn, rest: readonly (readonly string[])[], random: number): Turn {
  if (turn.state.isStopping) return stopped(turn);
  const [visors, ...others] = rest;
  if (visors === undefined) return endPass(turn, random);
  const { epoch } = turn.state;
  return also(
    turnOf(
      { ...turn.state, pass: { kind: "planning", epoch, visors, rest: others, isFirst: false } },
      turn.effects,
    ),
    { kind: "plan", visors },
  );
}

function onFailed(turn: Turn, event: Extract<WatchEvent, { kind: "failed" }>): Turn {
  const { what, message, random } = event;
  if (turn.state.isStopping) return stopped(turn);
  if (what === "apply") {
    const { pass } = turn.state;
    assert(pass.kind === "applying", "an apply fails while it is made");
    return nextGroup(settleRefusal(turn, message, "failed"), pass.rest, random);
  }
  const { trouble, time } = turn.state;
  const isSame = trouble?.what === what;
  const next = {
    what,
    message,
    failures: isSame ? trouble.failures + 1 : 1,
    sinceMs: isSame ? trouble.sinceMs : time.wallMs,
  };
  const told = putFleetFinding(turn, "trouble", what, message);
  return endPass(turnOf({ ...told.state, trouble: next }, told.effects), random);
}

/** Says that something works again. */
function recover(turn: Turn, what: readonly NonNullable<WatchState["trouble"]>["what"][]): Turn {
  const { trouble, ...state } = turn.state;
  if (trouble === undefined || !what.includes(trouble.what)) return turn;
  const told = putFleetFinding(turnOf(state, turn.effects), "trouble", trouble.what, undefined);
  return logEffect(told, {
    level: "info",
    decision: "recovered",
    message: `the ${trouble.what} works again after ${counted(trouble.failures, "failure")}`,
  });
}

function onStop(turn: Turn): Turn {
  const stopping = turnOf({ ...turn.state, isStopping: true }, turn.effects);
  // Reading may be left at any moment; a write is finished and recorded first.
  return turn.state.pass.kind === "applying" ? stopping : stopped(stopping);
}

function stopped(turn: Turn): Turn {
  const said = logEffect(turnOf({ ...turn.state, pass: { kind: "idle" } }, turn.effects), {
    level: "info",
    decision: "stopped",
    message: "stopped watching",
  });
  return also(said, { kind: "exit" });
}

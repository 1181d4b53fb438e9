// One step of a watch: from a state and an event to the next state and its effects.
import { assert, counted, unreachable } from "../core/index.ts";
import { settleCorrections, settleRefusal } from "./correct.ts";
import { decide } from "./decide.ts";
import type { WatchEvent } from "./events.ts";
import { putFleetFinding } from "./findings.ts";
import { takeManifest } from "./manifests.ts";
import { takeTime, isoTime } from "./moment.ts";
import { beginFetch, beginPlan, endPass, scheduleNext } from "./passes.ts";
import type { WatchState } from "./state.ts";
import { withEffects, withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

/**
 * Decides what follows from an event. Pure: whoever calls it carries out the effects in their order, after the new
 * state is saved where it can be taken up again.
 */
export function stepWatch(before: WatchState, event: WatchEvent): WatchStep {
  return event.kind === "start" ? start(before, event) : react(onClock(before, event), event);
}

/** A process begins. Of what an earlier one was in the middle of, only the ledger knows how it ended. */
function start(before: WatchState, { at }: WatchEvent): WatchStep {
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
  const said = withLogLine(
    watchStep(state),
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
function onClock(before: WatchState, event: WatchEvent): WatchStep {
  const { time, jumpedMs } = takeTime(before.time, event.at);
  if (jumpedMs === undefined) return watchStep({ ...before, time });
  const state: WatchState = {
    ...before,
    time,
    epoch: before.epoch + 1,
    visors: dueNow(before.visors),
    // What waited for a time that a sleep or a set clock took away is due now.
    nextMs: Math.min(before.nextMs, time.steadyMs),
  };
  const how = jumpedMs > 0 ? "ahead by" : "back by";
  return withLogLine(watchStep(state), {
    level: "warn",
    decision: "jumped",
    message: `the clock went ${how} ${Math.round(Math.abs(jumpedMs) / 1_000)} s to ${isoTime(time.wallMs)}: the machine slept or its clock was set; everything is read again before anything is written`,
  });
}

function react(step: WatchStep, event: WatchEvent): WatchStep {
  switch (event.kind) {
    case "tick":
      return onTick(step, event);
    case "hint":
      return step.state.pass.kind === "idle"
        ? beginFetch(step)
        : watchStep({ ...step.state, isHinted: true }, step.effects);
    case "fetched":
      return onFetched(step, event);
    case "planned":
      return onPlanned(step, event);
    case "applied": {
      const { pass } = step.state;
      assert(pass.kind === "applying", "corrections are reported while they are made");
      return nextGroup(
        settleCorrections(step, event.outcomes, event.random),
        pass.rest,
        event.random,
      );
    }
    case "refused": {
      const { pass } = step.state;
      assert(pass.kind === "applying", "corrections are refused while they are made");
      return nextGroup(settleRefusal(step, event.message), pass.rest, event.random);
    }
    case "failed":
      return onFailed(step, event);
    case "stop":
      return onStop(step);
    case "start":
      return unreachable(event as never);
  }
}

function onTick(step: WatchStep, { random }: WatchEvent): WatchStep {
  const { pass, nextMs, time } = step.state;
  if (pass.kind !== "idle") return step;
  return time.steadyMs >= nextMs ? beginFetch(step) : scheduleNext(step, random);
}

function onFetched(step: WatchStep, event: Extract<WatchEvent, { kind: "fetched" }>): WatchStep {
  const { state } = step;
  assert(state.pass.kind === "fetching", "a manifest comes when it was asked for");
  if (state.isStopping) return stopped(step);
  const { manifest, visors, intervalMs } = event;
  const isSame =
    state.manifest?.digest === manifest.digest &&
    state.manifest.changedBy === manifest.changedBy &&
    state.intervalMs === intervalMs;
  // A hint about something else: nobody need be asked before it is time.
  if (isSame && state.time.steadyMs < state.nextMs && state.trouble === undefined)
    return scheduleNext(
      watchStep({ ...state, pass: { kind: "idle" }, manifest }, step.effects),
      event.random,
    );
  const known = takeManifest(recover(step, ["source", "manifest"]), manifest);
  const named = watchStep(
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

function onPlanned(step: WatchStep, event: Extract<WatchEvent, { kind: "planned" }>): WatchStep {
  const { pass, epoch, isStopping } = step.state;
  assert(pass.kind === "planning", "a plan comes when it was asked for");
  if (isStopping) return stopped(step);
  if (pass.epoch !== epoch) {
    const again = withLogLine(step, {
      level: "info",
      decision: "discarded",
      message: "what was read before the clock jumped does not count: read again",
    });
    return withEffects(watchStep({ ...again.state, pass: { ...pass, epoch } }, again.effects), {
      kind: "plan",
      visors: pass.visors,
    });
  }
  const decided = decide(recover(step, ["plan"]), event.facts, event.random);
  return decided.state.pass.kind === "applying"
    ? decided
    : nextGroup(decided, pass.rest, event.random);
}

/** Goes on with the visors that failed lately, or ends the pass. */
function nextGroup(
  step: WatchStep,
  rest: readonly (readonly string[])[],
  random: number,
): WatchStep {
  if (step.state.isStopping) return stopped(step);
  const [visors, ...others] = rest;
  if (visors === undefined) return endPass(step, random);
  const { epoch } = step.state;
  return withEffects(
    watchStep(
      { ...step.state, pass: { kind: "planning", epoch, visors, rest: others, isFirst: false } },
      step.effects,
    ),
    { kind: "plan", visors },
  );
}

function onFailed(step: WatchStep, event: Extract<WatchEvent, { kind: "failed" }>): WatchStep {
  const { what, message, random } = event;
  if (step.state.isStopping) return stopped(step);
  if (what === "apply") {
    const { pass } = step.state;
    assert(pass.kind === "applying", "an apply fails while it is made");
    return nextGroup(settleRefusal(step, message, "failed"), pass.rest, random);
  }
  const { trouble, time } = step.state;
  const isSame = trouble?.what === what;
  const next = {
    what,
    message,
    failures: isSame ? trouble.failures + 1 : 1,
    sinceMs: isSame ? trouble.sinceMs : time.wallMs,
  };
  const told = putFleetFinding(step, "trouble", what, message);
  return endPass(watchStep({ ...told.state, trouble: next }, told.effects), random);
}

/** Says that something works again. */
function recover(
  step: WatchStep,
  what: readonly NonNullable<WatchState["trouble"]>["what"][],
): WatchStep {
  const { trouble, ...state } = step.state;
  if (trouble === undefined || !what.includes(trouble.what)) return step;
  const told = putFleetFinding(watchStep(state, step.effects), "trouble", trouble.what, undefined);
  return withLogLine(told, {
    level: "info",
    decision: "recovered",
    message: `the ${trouble.what} works again after ${counted(trouble.failures, "failure")}`,
  });
}

function onStop(step: WatchStep): WatchStep {
  const stopping = watchStep({ ...step.state, isStopping: true }, step.effects);
  // Reading may be left at any moment; a write is finished and recorded first.
  return step.state.pass.kind === "applying" ? stopping : stopped(stopping);
}

function stopped(step: WatchStep): WatchStep {
  const said = withLogLine(watchStep({ ...step.state, pass: { kind: "idle" } }, step.effects), {
    level: "info",
    decision: "stopped",
    message: "stopped watching",
  });
  return withEffects(said, { kind: "exit" });
}

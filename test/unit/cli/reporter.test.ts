import { describe, expect, it } from "vitest";
import { BackgroundWork } from "../../../src/cli/shell/background-work.ts";
import { plan } from "../../../src/cli/plan/plan.ts";
import { type Reporter, reporterOf, reportRequestOf } from "../../../src/cli/shell/screen.ts";
import type { World } from "../../../src/cli/shell/world.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { readGiven } from "../../support/read-given.ts";
import { keyAt } from "../../support/reconcile-builders.ts";

interface Stage {
  readonly reporter: Reporter;
  readonly clock: ManualClock;
  readonly out: () => string;
  readonly err: () => string;
}

async function stage(
  argv: readonly string[],
  isTerminal: boolean,
  env: Record<string, string> = {},
): Promise<Stage> {
  let out = "";
  let err = "";
  const clock = new ManualClock();
  const world: World = {
    terminal: {
      out: (text) => (out += text),
      err: (text) => (err += text),
      data: (text) => (out += text),
      redraw: (line) => (err += `\r\u001b[K${line}`),
      outIsTerminal: isTerminal,
      errIsTerminal: isTerminal,
      inIsTerminal: isTerminal,
      columns: 80,
      ask: async () => "",
      askHidden: async () => "",
      readInput: async () => new Uint8Array(),
      inputEnds: async () => undefined,
    },
    env,
    folder: "/desk",
    files: new MemoryFiles(),
    clock,
    monoMs: () => clock.now(),
    random: (size) => new Uint8Array(size),
    dial: async () => await Promise.reject(new Error("nobody")),
    watchFolder: async () => await Promise.reject(new Error("nothing")),
    beside: new BackgroundWork(clock),
    stopSoftly: () => new AbortController().signal,
  };
  const given = await readGiven(plan, argv, env);
  return {
    reporter: reporterOf(reportRequestOf(given), world),
    clock,
    out: () => out,
    err: () => err,
  };
}

/** Two visors, of which one answers after 300 ms and the other hangs. */
async function observe({ reporter, clock }: Stage, waitMs: number): Promise<void> {
  await reporter.during(2, "visors", async () => {
    for (const index of [0, 1]) {
      reporter.emit({
        type: "observe_start",
        level: "info",
        message: "reading",
        visor: keyAt(index),
      });
    }
    clock.advance(300);
    reporter.emit({ type: "observe_complete", level: "info", message: "read", visor: keyAt(0) });
    clock.advance(waitMs);
    await Promise.resolve();
  });
}

describe("progress", () => {
  it("shows count, rate and the slowest visor after half a second, and wipes itself", async () => {
    const on = await stage([], true);
    await observe(on, 700);
    expect(on.err()).toContain("1 of 2 visors, ");
    expect(on.err()).toMatch(/slowest 02c6047f…9ee5 \d/);
    expect(on.err().endsWith("\r\u001b[K")).toBe(true);
    expect(on.out()).toBe("");
  });

  it("5.1: names visors and says what is left", async () => {
    const on = await stage([], true);
    on.reporter.named({ [keyAt(1)]: "shop-1" });
    await observe(on, 700);
    expect(on.err()).toMatch(/1 of 2 visors, 1 left, .*slowest shop-1 \d/);
  });

  it.each([
    { name: "short work", isTerminal: true, env: {}, waitMs: 100 },
    { name: "no terminal", isTerminal: false, env: {}, waitMs: 5_000 },
    { name: "CI", isTerminal: true, env: { CI: "true" }, waitMs: 5_000 },
    { name: "a dumb terminal", isTerminal: true, env: { TERM: "dumb" }, waitMs: 5_000 },
  ])("is silent for $name", async ({ isTerminal, env, waitMs }) => {
    const on = await stage([], isTerminal, env);
    await observe(on, waitMs);
    expect(on.err()).toBe("");
  });
});

describe("events", () => {
  it("are JSON lines: the version first, a heartbeat while nothing happens", async () => {
    const on = await stage(["--events"], true);
    await observe(on, 25_000);
    const events = on
      .out()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; message: string; ts: string });
    expect(events.map(({ type }) => type)).toEqual([
      "version",
      "observe_start",
      "observe_start",
      "observe_complete",
      "heartbeat",
    ]);
    expect(events[0]?.message).toBe("fleet.skywire/events/v1");
    expect(events.every(({ ts }) => !Number.isNaN(Date.parse(ts)))).toBe(true);
    expect(on.err()).toBe("");
  });
});

describe("what nobody asked for and everybody must know", () => {
  const told = {
    type: "diagnostic",
    level: "warn",
    message: "settings.log_level: it is not in /etc/skywire.conf",
    visor: keyAt(1),
  } as const;

  it("A6: is told on standard error, by the visor's name, also without --verbose", async () => {
    const { reporter, err, out } = await stage([], false);
    reporter.named({ [keyAt(1)]: "shop" });
    reporter.emit(told);
    expect(err()).toBe("note: shop: settings.log_level: it is not in /etc/skywire.conf\n");
    expect(out()).toBe("");
  });

  it("A6: is one of the events where these are asked for", async () => {
    const { reporter, err, out } = await stage(["--events"], false);
    reporter.emit(told);
    expect(err()).toBe("");
    expect(out()).toContain('"type":"diagnostic"');
  });
});

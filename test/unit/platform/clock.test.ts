// Timers that are longer than the system's own.
import { afterEach, describe, expect, it, vi } from "vitest";
import { nodeClock } from "../../../src/platform/index.ts";

const DAY_MS = 86_400_000;

afterEach(() => vi.useRealTimers());

describe("a long time", () => {
  it("4.5: is waited for whole, also where one timer of the system is too short", () => {
    vi.useFakeTimers();
    let ran = 0;
    nodeClock.after(100 * DAY_MS, () => (ran += 1));
    vi.advanceTimersByTime(99 * DAY_MS);
    expect(ran).toBe(0);
    vi.advanceTimersByTime(2 * DAY_MS);
    expect(ran).toBe(1);
  });

  it("4.5: is not waited for once it is cancelled", () => {
    vi.useFakeTimers();
    let ran = 0;
    const cancel = nodeClock.after(100 * DAY_MS, () => (ran += 1));
    vi.advanceTimersByTime(50 * DAY_MS);
    cancel();
    vi.advanceTimersByTime(60 * DAY_MS);
    expect(ran).toBe(0);
  });
});

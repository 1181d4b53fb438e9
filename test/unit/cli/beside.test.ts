import { describe, expect, it } from "vitest";
import { BackgroundWork } from "../../../src/cli/shell/background-work.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("work beside a command", () => {
  it("keeps no command waiting when there is none", async () => {
    const clock = new ManualClock();
    await new BackgroundWork(clock).end();
    expect(clock.pending).toBe(0);
  });

  it("is waited for while it is quick", async () => {
    const beside = new BackgroundWork(new ManualClock());
    let isDone = false;
    void beside.begin(async () => {
      await Promise.resolve();
      isDone = true;
    });
    await beside.end();
    expect(isDone).toBe(true);
  });

  it("is given up soon after the command is done", async () => {
    const clock = new ManualClock();
    const beside = new BackgroundWork(clock);
    let isGivenUp = false;
    void beside.begin(
      (signal) =>
        new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => {
            isGivenUp = true;
            resolve();
          }),
        ),
    );
    const ended = beside.end();
    clock.advance(1_499);
    expect(isGivenUp).toBe(false);
    clock.advance(1);
    await ended;
    expect(isGivenUp).toBe(true);
  });

  it("is nobody's error when it fails, and its own for who waits", async () => {
    const beside = new BackgroundWork(new ManualClock());
    const result = beside.begin(() => Promise.reject(new Error("a relay")));
    await beside.end();
    await expect(result).rejects.toThrow("a relay");
  });
});

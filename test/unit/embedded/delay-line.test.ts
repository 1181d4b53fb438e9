import { expect, test } from "vitest";
import { DelayLine } from "../../../src/skywire/embedded/delay-line.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("what is handed in while something runs does not hold up what is due before it", () => {
  const clock = new ManualClock();
  const line = new DelayLine(clock, 25);
  const startMs = clock.now();
  const ranAfterMs: Record<string, number> = {};
  const note = (name: string): void => {
    ranAfterMs[name] = clock.now() - startMs;
  };
  line.schedule(() => {
    note("first");
    line.schedule(() => note("handed in by the first"));
  });
  clock.advance(5);
  line.schedule(() => note("second"));
  for (let ms = 0; ms < 60; ms += 1) clock.advance(1);
  expect(ranAfterMs).toEqual({ first: 25, second: 30, "handed in by the first": 50 });
});

import { ManualClock } from "./manual-clock.ts";

/** Turns of the event loop after which nothing but time can be waited for. */
const QUIET_TURNS = 30;

/**
 * Runs `work` on a clock that moves only when nothing else happens, and says how long it took there, ms.
 */
export async function onDrivenClock<Result>(
  work: (clock: ManualClock) => Promise<Result>,
  stepMs = 250,
): Promise<{ readonly result: Result; readonly tookMs: number }> {
  const clock = new ManualClock();
  let isOver = false;
  const running = work(clock).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (let turn = 0; turn < QUIET_TURNS && !isOver; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    if (!isOver) clock.advance(stepMs);
  }
  return { result: await running, tookMs: clock.now() };
}

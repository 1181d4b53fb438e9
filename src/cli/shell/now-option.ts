// The time to go by, where `--now` gives one.
import { usage } from "./usage.ts";
import type { Given } from "./arguments.ts";
import type { World } from "./world.ts";

/** `--now`, if it was given. @throws FleetError cli/usage (exit 64) */
export function nowOf(given: Given, world: World): number | undefined {
  const text = given.text("now");
  if (text === undefined) return undefined;
  const nowMs = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(nowMs)) return nowMs;
  throw usage(
    `--now takes a time in UTC, not ${JSON.stringify(text)}`,
    `write it as ${new Date(world.clock.now()).toISOString()}`,
  );
}

// What all visors of one embedded fleet share: time, chance and the scale of waits.
import type { Clock, Random, VisorKey } from "../../core/index.ts";
import type { EmbeddedVisor } from "./embedded-visor.ts";

/** What all visors of one embedded fleet share. */
export interface EmbeddedWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** 1 is real time; 0.1 makes everything that a visor takes its time for ten times as fast. */
  readonly timeScale: number;
  visorOf(key: string): EmbeddedVisor | undefined;
  readonly keys: readonly VisorKey[];
}

/** A whole number below `limit` from the fleet's randomness. */
export function randomBelow(world: EmbeddedWorld, limit: number): number {
  const bytes = world.random(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % limit;
}

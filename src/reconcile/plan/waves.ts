// The order across visors.
import type { VisorKey } from "../../core/index.ts";

/**
 * The order across visors: all others at once, then each other controller by itself, the local visor last.
 * A mistake in trust then shows on a visor that nobody comes through before it reaches one that somebody does.
 */
export function wavesOf(
  visors: readonly VisorKey[],
  acting: VisorKey,
  controllers: readonly VisorKey[],
): readonly (readonly VisorKey[])[] {
  const others = visors.filter((key) => key !== acting && !controllers.includes(key));
  const away = visors.filter((key) => key !== acting && controllers.includes(key));
  const waves = [others, ...away.map((key) => [key]), visors.filter((key) => key === acting)];
  return waves.filter((wave) => wave.length > 0);
}

// Takes the visors of a plan wave by wave: all of a wave at once, as far as there are places.
import type { Plan, PlanVisor } from "../../model/index.ts";
import { leftOver, type VisorResult } from "./apply-visor.ts";
import type { Halt } from "./halt.ts";

/**
 * Carries out the waves in their order; the next one begins when every visor of the one before has ended. Gives the
 * results in the order of waves.
 * @throws what ended the run, once all that was under way has ended
 */
export async function runWaves(
  plan: Pick<Plan, "visors" | "waves">,
  halt: Halt,
  run: (visor: PlanVisor) => Promise<VisorResult>,
): Promise<readonly VisorResult[]> {
  const byKey = new Map(plan.visors.map((visor) => [visor.key, visor]));
  const results: VisorResult[] = [];
  for (const wave of plan.waves) {
    const visors = wave.flatMap((key) => byKey.get(key) ?? []);
    const done = await Promise.all(
      visors.map(async (visor) => {
        try {
          return await run(visor);
        } catch (error) {
          halt.fail(error);
          return leftOver(visor);
        }
      }),
    );
    halt.assertWhole();
    results.push(...done);
  }
  return results;
}

// How chapters of the demo begin: with visors that run, a key, and a manifest that is applied.
import type { DemoStage } from "./demo-stage.ts";

/** The owner's manifest, in the folder of the stage. */
export const MANIFEST = "fleet/fleet.yaml";

/** Visors, a key and the sample manifest, all applied, in one line of output. */
export async function beginApplied(stage: DemoStage, visors: number): Promise<void> {
  const what = `${visors} visors of our own on this machine, a key, and a manifest that is applied`;
  await stage.quietly(what, async () => {
    await stage.startFleet(visors);
    await stage.run(["keygen"], { exit: 0 });
    await stage.write(MANIFEST, await stage.run(["embedded", "sample"], { exit: 0 }));
    await stage.run(["apply", "--yes"], { exit: 0, says: [" 0 failed, 0 unreachable"] });
  });
}

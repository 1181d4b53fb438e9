import { expect, it } from "vitest";
import {
  DEFAULT_RPC_ADDRESS,
  createVisorReader,
  type VisorTarget,
} from "../../../src/skywire/visor/index.ts";
import { realClock } from "../../support/clocks.ts";
import { KEYS, scriptedVisor } from "../../support/scripted-visor.ts";
import { visorWorld } from "../../support/visor-world.ts";

const VISORS = 10_000;
const IN_FLIGHT = 64;
const MIB = 1024 * 1024;
const FAR: VisorTarget = { key: KEYS.far, route: { kind: "bridge", scheme: "dmsg", port: 65 } };

it(`reads ${VISORS} visors in bounded memory`, { timeout: 120_000 }, async () => {
  const apps = Array.from({ length: 9 }, (_, index) => ({
    name: `app-${index}`,
    args: ["app", `app-${index}`],
  }));
  const far = scriptedVisor({ key: KEYS.far, apps, keepsRequests: false });
  const { dial } = visorWorld(scriptedVisor({ key: KEYS.local }), new Map([[KEYS.far, far]]), {
    keepsConnections: false,
  });
  const reader = createVisorReader({ dial, clock: realClock, rpcAddress: DEFAULT_RPC_ADDRESS });
  let left = VISORS;
  let seen = 0;
  let peakBytes = 0;
  const beforeBytes = process.memoryUsage().heapUsed;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const reading = await reader.read(FAR);
      if (reading.kind === "seen") seen += 1;
      if (left % 250 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  expect(seen).toBe(VISORS);
  expect(peakBytes - beforeBytes).toBeLessThan(192 * MIB);
});

import { join } from "node:path";
import { BackgroundWork } from "../../src/cli/shell/background-work.ts";
import { run } from "../../src/cli/run-here.ts";
import {
  dialTcp,
  nodeClock,
  nodeFiles,
  nodeMonoMs,
  nodeRandom,
  nodeWatchFolder,
} from "../../src/platform/index.ts";
import { memoryTerminal } from "./cli-world.ts";

/** How a command line in a real folder ended. */
export interface RanInFolder {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** How often it began to ask a visor or a relay. */
  readonly dials: number;
}

/** Runs a command line in a real folder, with a home of its own in it and nobody at the terminal. */
export async function runInFolder(
  folder: string,
  ...argv: readonly string[]
): Promise<RanInFolder> {
  let [out, err, dials] = ["", "", 0];
  const code = await run(argv, {
    terminal: memoryTerminal({
      out: (text) => (out += text),
      err: (text) => (err += text),
      answers: [],
      input: { text: "" },
    }),
    env: { FLEET_HOME: join(folder, ".home") },
    folder,
    files: nodeFiles,
    clock: nodeClock,
    monoMs: nodeMonoMs,
    random: nodeRandom,
    dial: async (address, options) => {
      dials += 1;
      return await dialTcp(address, options);
    },
    watchFolder: nodeWatchFolder,
    beside: new BackgroundWork(nodeClock),
    stopSoftly: () => new AbortController().signal,
  });
  return { code, out, err, dials };
}

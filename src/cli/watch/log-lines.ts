// The decisions of a watch as lines on standard output, for people or as JSON.
import type { WatchLogLine } from "../../watch/index.ts";
import type { World } from "../shell/world.ts";
import { outLine } from "../shell/print.ts";

/** Writes decisions to standard output: a line each, of JSON or of text. */
export function logWriter(isJson: boolean, world: World): (line: WatchLogLine) => void {
  let lastPass = "";
  return (line) => {
    const ts = new Date(world.clock.now()).toISOString();
    if (isJson) return world.terminal.out(`${JSON.stringify({ ts, ...line })}\n`);
    // A person wants to see that something changed, not that nothing did.
    if (line.decision === "pass") {
      if (line.message === lastPass) return;
      lastPass = line.message;
    }
    const culprit = line.culprit === undefined ? "" : ` (${line.culprit})`;
    const again =
      line.againMs === undefined ? "" : `; again in ${Math.round(line.againMs / 1_000)} s`;
    outLine(world, `${ts} ${line.level} ${line.message}${culprit}${again}`);
  };
}

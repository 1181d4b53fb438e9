// Whether there are colours, moving lines, and somebody who can be asked.
import { ansiPaint, type Paint, plainPaint } from "../../view/index.ts";
import type { World } from "./world.ts";

/** The look of standard output. */
export function outPaint(world: World): Paint {
  return hasColour(world, world.terminal.outIsTerminal) ? ansiPaint : plainPaint;
}

/** The look of standard error. */
export function errPaint(world: World): Paint {
  return hasColour(world, world.terminal.errIsTerminal) ? ansiPaint : plainPaint;
}

/** True when somebody sits at the keyboard and may be asked. CI never is. */
export function canAsk(world: World): boolean {
  return world.terminal.inIsTerminal && world.terminal.errIsTerminal && !isSet(world.env["CI"]);
}

/** True when moving progress lines make sense. */
export function canShowProgress(world: World): boolean {
  return world.terminal.errIsTerminal && !isSet(world.env["CI"]) && world.env["TERM"] !== "dumb";
}

/** NO_COLOR wins over FORCE_COLOR, which wins over what the stream is. */
function hasColour(world: World, isTerminal: boolean): boolean {
  if ((world.env["NO_COLOR"] ?? "") !== "") return false;
  if (isSet(world.env["FORCE_COLOR"])) return true;
  return isTerminal && world.env["TERM"] !== "dumb";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

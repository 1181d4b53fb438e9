// What every command prints goes through here: the last place at which a stranger's text can be made safe.
import { ansiPaint, printable, screenText } from "../../view/index.ts";
import { errPaint, outPaint } from "./terminal-look.ts";
import type { World } from "./world.ts";

/**
 * A world whose terminal gets no character that a reader cannot see, but ends of lines, tabs and the codes of our own
 * painter. Data for another program stays as it is, unless it goes to a screen.
 */
export function withScreen(world: World): World {
  const { terminal } = world;
  const forOut = (text: string): string => screenText(text, outPaint(world) === ansiPaint);
  const forErr = (text: string): string => screenText(text, errPaint(world) === ansiPaint);
  return {
    ...world,
    terminal: {
      outIsTerminal: terminal.outIsTerminal,
      errIsTerminal: terminal.errIsTerminal,
      inIsTerminal: terminal.inIsTerminal,
      get columns() {
        return terminal.columns;
      },
      out: (text) => terminal.out(forOut(text)),
      err: (text) => terminal.err(forErr(text)),
      data: (text) => terminal.data(terminal.outIsTerminal ? forOut(text) : text),
      redraw: (line) => terminal.redraw(printable(line)),
      ask: (question, signal) => terminal.ask(printable(question), signal),
      askHidden: (question) => terminal.askHidden(printable(question)),
      readInput: (options) => terminal.readInput(options),
      inputEnds: (signal) => terminal.inputEnds(signal),
    },
  };
}

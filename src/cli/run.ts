// One command line from its words to its exit code, in any world: this process, or a test's.
import { type ExitCode, FleetError } from "../core/index.ts";
import { errorDocument, errorText } from "../view/index.ts";
import { readCommandLine } from "./command-line.ts";
import type { Given } from "./shell/arguments.ts";
import type { Command } from "./shell/command.ts";
import { TOOL } from "./shell/program-name.ts";
import { withScreen } from "./shell/screen.ts";
import { errPaint } from "./shell/terminal-look.ts";
import type { World } from "./shell/world.ts";

/** Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try. */
export async function run(argv: readonly string[], around: World): Promise<ExitCode> {
  const { isPlain, isJson, asked } = await readCommandLine(argv, around.env);
  const world = withScreen(isPlain ? { ...around, env: { ...around.env, NO_COLOR: "1" } } : around);
  try {
    if (asked.kind === "fault") throw asked.error;
    if (asked.kind === "command") return await runToTheEnd(asked.command, asked.given, world);
    world.terminal.out(asked.text);
    return 0;
  } catch (error) {
    if (isJson) world.terminal.out(`${JSON.stringify(errorDocument(error))}\n`);
    world.terminal.err(errorText(error, TOOL, errPaint(world)));
    return error instanceof FleetError ? error.exit : 1;
  }
}

/** Runs a command, and waits a little for what it began beside. */
async function runToTheEnd(command: Command, given: Given, world: World): Promise<ExitCode> {
  try {
    return await command.run(given, world);
  } finally {
    await world.beside.end();
  }
}

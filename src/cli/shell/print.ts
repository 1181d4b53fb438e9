// How a command prints one document, one line of its result, or one line beside it.
import { printable } from "../../view/index.ts";
import type { World } from "./world.ts";

/** Prints one document for `--json`, indented. */
export function printJson(world: World, document: unknown): void {
  world.terminal.out(`${JSON.stringify(document, null, 2)}\n`);
}

/** Prints a sentence of the result. Whatever names and texts of others stand in it, it stays one line. */
export function outLine(world: Pick<World, "terminal">, sentence: string): void {
  world.terminal.out(`${printable(sentence)}\n`);
}

/** Says something beside the result. Whatever names and texts of others stand in it, it stays one line. */
export function errLine(world: Pick<World, "terminal">, sentence: string): void {
  world.terminal.err(`${printable(sentence)}\n`);
}

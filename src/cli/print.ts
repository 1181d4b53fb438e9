import type { World } from "./world.ts";

/** Prints one document for `--json`, indented. */
export function printJson(world: World, document: unknown): void {
  world.terminal.out(`${JSON.stringify(document, null, 2)}\n`);
}

// The folder of pins, which remember how far each feed was seen, so that an older state is noticed.
import { join } from "node:path";
import { homeFolders } from "../../platform/index.ts";
import type { World } from "../shell/world.ts";

const PINS_FOLDER = "pins";

/** Where the newest states of others' feeds that were seen here are pinned. */
export function pinsFolderOf(world: World): string {
  return join(homeFolders(world.env).state, PINS_FOLDER);
}

import { join, resolve } from "node:path";
import type { FeedKey } from "../../ledger/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { Given } from "./arguments.ts";
import type { World } from "./world.ts";

const SECRET_FILE = "operator.json";
const LEDGERS_FOLDER = "ledgers";

/** Where the operator's secret is looked for. */
export function secretFileOf(given: Given, world: World): string {
  const named = given.text("operator-secret-file");
  return named === undefined
    ? join(homeFolders(world.env).config, SECRET_FILE)
    : resolve(world.folder, named);
}

/** Where the ledger of a feed is kept on this machine. */
export function ledgerFolderOf(feed: FeedKey, world: World): string {
  return join(homeFolders(world.env).state, LEDGERS_FOLDER, feed);
}

// Where this machine's key and ledgers are kept.
import { join, resolve } from "node:path";
import type { FeedKey } from "../../ledger/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { Given } from "./arguments.ts";
import type { World } from "./world.ts";

const SECRET_FILE = "operator.json";
const LEDGERS_FOLDER = "ledgers";

/** The file that the operator's secret is in. */
export interface KeyFileChoice {
  /** Absolute. */
  readonly path: string;
  /** The user named it: it must be there, and its mode is its own business. */
  readonly isNamed: boolean;
}

/** The key file of `--operator-secret-file`, or this machine's own. */
export function keyFileOf(given: Given, world: World): KeyFileChoice {
  const named = given.text("operator-secret-file");
  return {
    path:
      named === undefined
        ? join(homeFolders(world.env).config, SECRET_FILE)
        : resolve(world.folder, named),
    isNamed: named !== undefined,
  };
}

/** Where the ledger of a feed is kept on this machine. */
export function ledgerFolderOf(feed: FeedKey, world: World): string {
  return join(homeFolders(world.env).state, LEDGERS_FOLDER, feed);
}

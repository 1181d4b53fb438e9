// Opens visors for writing; only an apply is handed one.
import type { VisorAccess } from "./connection.ts";
import { Explorer } from "./reader.ts";
import { readingError, type ReadingWants } from "./reading.ts";
import type { VisorTarget } from "./target.ts";
import { ConnectedSession } from "./connected-session.ts";
import type { WriteSession } from "./write-session.ts";

/** Opens visors for writing. Only an apply is given one. */
export interface VisorWriter {
  /**
   * Opens a connection of its own to a visor, passes the gates, checks its key and reads it.
   * @throws FleetError as of `readingError` when the visor cannot be read as it must be
   */
  open(target: VisorTarget, wants?: ReadingWants): Promise<WriteSession>;
}

/** Makes a writer. */
export function createVisorWriter(access: VisorAccess): VisorWriter {
  const explorer = new Explorer(access);
  return {
    open: async (target, wants = {}) => {
      const opened = await explorer.open(target, wants, true);
      if (opened.connection === undefined)
        throw readingError(access.rpcAddress, target, opened.reading);
      return new ConnectedSession(opened.reading, opened.connection);
    },
  };
}

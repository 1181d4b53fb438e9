// What a command may touch of the world around it.
import type { Clock, Dial, Files, Random } from "../../core/index.ts";
import type { Terminal, WatchFolder } from "../../platform/index.ts";
import type { BackgroundWork } from "./background-work.ts";

/** Everything a command may touch. Tests hand in their own. */
export interface World {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder, absolute. */
  readonly folder: string;
  readonly files: Files;
  readonly clock: Clock;
  /** Milliseconds of a clock that only runs forward: it parts from `clock` when somebody sets that one. */
  readonly monoMs: () => number;
  readonly random: Random;
  readonly dial: Dial;
  /** How many files and connections this process may have open; undefined where nothing tells. */
  readonly openFilesMax?: () => number | undefined;
  readonly watchFolder: WatchFolder;
  /** What a command does beside its own work, such as bringing the ledger to relays that were down. */
  readonly beside: BackgroundWork;
  /**
   * From now on the first ^C or SIGTERM aborts the signal instead of ending the process, so that what is under
   * way can be finished. Commands that only read never ask for it: they may end anywhere.
   */
  readonly stopSoftly: () => AbortSignal;
}

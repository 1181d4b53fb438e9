// Being told that a file in a folder changed.

/** Something that looks at a folder until it is closed. */
export interface FolderWatch {
  close(): Promise<void>;
}

/**
 * Watches the files that stand directly in a folder. `changed` is called for every event, with no word of what
 * happened: editors write by renaming, and links are switched by replacing them, so whoever cares looks again.
 * The folder may be missing at first.
 */
export type WatchFolder = (folder: string, changed: () => void) => Promise<FolderWatch>;

/** Watches a folder of this machine. What cannot be watched is quiet: the caller looks every now and then anyway. */
export const nodeWatchFolder: WatchFolder = async (folder, changed) => {
  const { watch } = await import("chokidar");
  const watcher = watch(folder, { depth: 0, ignoreInitial: true, persistent: true });
  watcher.on("all", () => changed());
  watcher.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    watcher.once("ready", () => resolve());
  });
  return { close: async () => await watcher.close() };
};

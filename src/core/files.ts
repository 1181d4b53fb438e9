/**
 * Durable storage as a port. Paths are absolute. Every failure is a FleetError with a `files/*`
 * code: files/full, files/read-only, files/denied, files/exists, files/not-a-file, files/failed.
 */
export interface Files {
  /** The whole file, or `undefined` when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces a file in one step and makes it durable: temporary file, fsync, rename, fsync of the folder. */
  replace(path: string, bytes: Uint8Array, options?: { readonly mode?: number }): Promise<void>;
  /** Makes a new file, failing with files/exists when there is one. Durable. */
  create(path: string, bytes: Uint8Array, options?: { readonly mode?: number }): Promise<void>;
  /**
   * Opens a file for adding bytes at its end; makes it when it is missing. With `syncsEach` every append is durable
   * when it resolves, as if a sync had followed it.
   */
  openAppend(
    path: string,
    options?: { readonly mode?: number; readonly syncsEach?: boolean },
  ): Promise<AppendFile>;
  /** Opens a file for reading parts of it, or `undefined` when there is none. */
  openRead(path: string): Promise<ReadFile | undefined>;
  /** Cuts a file to `size` bytes, durably. */
  truncate(path: string, size: number): Promise<void>;
  /** Names in a folder, sorted; empty when the folder is missing. */
  list(path: string): Promise<readonly string[]>;
  /** Makes a folder and its parents, mode 0700 for those it makes. */
  makeFolder(path: string): Promise<void>;
  /**
   * Gives a file or a folder another name in one step, durably. Fails with files/exists when the new name is
   * taken by a file or by a folder that is not empty.
   */
  move(from: string, to: string): Promise<void>;
  /** Removes one file; nothing when it is missing. */
  remove(path: string): Promise<void>;
  /** Size in bytes, permission bits and modification time (unix ms), or `undefined` when missing. */
  stat(path: string): Promise<FileFacts | undefined>;
  /** The path with every link followed, or `undefined` when missing. */
  realPath(path: string): Promise<string | undefined>;
}

/** What {@link Files.stat} tells. */
export interface FileFacts {
  readonly size: number;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly isFolder: boolean;
  /** Another one when another file has taken the name, or this one was changed; only to be compared. */
  readonly identity: string;
}

/** A file open for appending. Nothing is durable before `sync` resolved, unless it was opened with `syncsEach`. */
export interface AppendFile {
  /** Adds bytes at the end with one write. */
  append(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file open for reading at any place. What is appended later can be read too. */
export interface ReadFile {
  /** Bytes the file had when it was opened. */
  readonly size: number;
  /** The bytes from `offset` (0 and up), at most `size` of them: fewer where the file ends before. */
  read(offset: number, size: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

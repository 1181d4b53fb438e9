// Storage as a port: what may be done with files, and the codes of what can go wrong.

/**
 * Durable storage as a port. Paths are absolute. Every failure is a FleetError with a `files/*`
 * code: files/full, files/read-only, files/denied, files/exists, files/not-a-file, files/too-large, files/no-writer,
 * files/no-reader, files/changed, files/failed.
 */
export interface Files {
  /**
   * The whole file, or `undefined` when there is none. What is larger than `bytesMax` (256 MiB when not given) fails
   * with files/too-large before more than that is read; a pipe that stays silent fails with files/no-writer.
   */
  read(path: string, options?: { readonly bytesMax?: number }): Promise<Uint8Array | undefined>;
  /**
   * Replaces a file of ours in one step and makes it durable: temporary file, fsync, rename, fsync of the folder. What
   * a person named is written with {@link Files.write}.
   */
  replace(path: string, bytes: Uint8Array, options?: { readonly mode?: number }): Promise<void>;
  /**
   * Writes what a person named, whatever it is: through links, into a device, into a pipe that is read
   * (else files/no-reader). A file is replaced in one step and keeps its mode, owner and group; one with several
   * names, or mounted by itself, is written where it stands; with `isAppended` bytes are put behind what it holds.
   * With `expected` it must be a file that holds just that, else nothing is written and it fails with
   * files/changed. `mode` is for a file that is not there yet.
   */
  write(
    path: string,
    bytes: Uint8Array,
    options?: {
      readonly mode?: number;
      readonly expected?: Uint8Array;
      readonly isAppended?: boolean;
    },
  ): Promise<void>;
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
  /** It has no name any more: another file took it, and this one is still mounted or open somewhere. */
  readonly isNameless?: boolean;
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

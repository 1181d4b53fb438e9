// One process of a run: its files and connections, each use of which is an effect that it may die at.
import type { AppendFile, ByteStream, Dial, Files } from "../../src/core/index.ts";
import { type MemoryFiles, SimulatedCrash } from "../support/memory-files.ts";
import type { VirtualClock } from "./virtual-time.ts";

/** What else may befall the files of a process. */
export interface DiskBent {
  /** Planted: a sync says that it is done, and nothing is. */
  readonly syncsNothing?: boolean;
}

/**
 * A process that can be killed at any of its effects: a file written, synced, moved or removed, a connection opened,
 * bytes sent or received. Once it is dead nothing of it happens any more, and its connections are closed.
 */
export class SimProcess {
  readonly files: Files;
  readonly dial: Dial;
  effects = 0;
  /** What it died of, if it did. */
  diedAt: string | undefined;
  readonly #clock: VirtualClock;
  readonly #crashAt: number | undefined;
  readonly #streams = new Set<ByteStream>();

  constructor(
    disk: MemoryFiles,
    dial: Dial,
    clock: VirtualClock,
    {
      crashAt,
      bent = {},
    }: { readonly crashAt?: number | undefined; readonly bent?: DiskBent } = {},
  ) {
    this.#clock = clock;
    this.#crashAt = crashAt;
    this.files = this.#filesOf(disk, bent);
    this.dial = async (address, options) => {
      this.#effect(`dial ${address.port}`);
      return this.#streamOf(await dial(address, options));
    };
  }

  get isDead(): boolean {
    return this.diedAt !== undefined;
  }

  /** True when this effect may happen; false when the process is dead, or dies of it. */
  #happens(what: string): boolean {
    this.#clock.activity += 1;
    if (this.isDead) return false;
    const at = this.effects;
    this.effects += 1;
    if (this.#crashAt === undefined || at < this.#crashAt) return true;
    this.diedAt = what;
    for (const stream of this.#streams) stream.destroy();
    return false;
  }

  #effect(what: string): void {
    if (!this.#happens(what)) throw new SimulatedCrash(what);
  }

  #filesOf(disk: MemoryFiles, { syncsNothing = false }: DiskBent): Files {
    const before =
      <Words extends readonly unknown[], Result>(
        name: string,
        run: (...words: Words) => Promise<Result>,
      ) =>
      async (...words: Words): Promise<Result> => {
        this.#effect(`${name} ${String(words[0])}`);
        return await run(...words);
      };
    return {
      read: async (path, options) => {
        this.#clock.activity += 1;
        return await disk.read(path, options);
      },
      openRead: (path) => disk.openRead(path),
      list: (path) => disk.list(path),
      stat: (path) => disk.stat(path),
      realPath: (path) => disk.realPath(path),
      makeFolder: (path) => disk.makeFolder(path),
      replace: before("replace", (...words: Parameters<Files["replace"]>) =>
        disk.replace(...words),
      ),
      write: before("write", (...words: Parameters<Files["write"]>) => disk.write(...words)),
      create: before("create", (...words: Parameters<Files["create"]>) => disk.create(...words)),
      truncate: before("truncate", (path: string, size: number) => disk.truncate(path, size)),
      move: before("move", (from: string, to: string) => disk.move(from, to)),
      remove: before("remove", (path: string) => disk.remove(path)),
      openAppend: async (path, options = {}): Promise<AppendFile> => {
        this.#effect(`open ${path}`);
        const { syncsEach, ...rest } = options;
        const file = await disk.openAppend(path, rest);
        const sync = async (): Promise<void> => {
          this.#effect(`sync ${path}`);
          if (!syncsNothing) await file.sync();
        };
        return {
          append: async (bytes) => {
            this.#effect(`append ${path}`);
            await file.append(bytes);
            if (syncsEach === true) await sync();
          },
          sync,
          close: () => file.close(),
        };
      },
    };
  }

  #streamOf(stream: ByteStream): ByteStream {
    this.#streams.add(stream);
    return {
      listen: (listener) =>
        stream.listen({
          data: (chunk) => {
            if (this.#happens("receive")) listener.data(chunk);
          },
          end: () => {
            if (!this.isDead) listener.end();
          },
          closed: (error) => {
            this.#clock.activity += 1;
            this.#streams.delete(stream);
            listener.closed(error);
          },
        }),
      write: (chunk) => {
        if (this.#happens("send")) stream.write(chunk);
      },
      end: () => stream.end(),
      destroy: () => stream.destroy(),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      get backlogBytes() {
        return stream.backlogBytes;
      },
    };
  }
}

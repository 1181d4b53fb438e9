import { concatBytes, equalBytes, type Files, FleetError, sha256, toHex } from "../core/index.ts";
import type { CxoObject, ObjectStore, SentRoot } from "../skywire/cxo/index.ts";
import { type DiskRecord, encodeRecord, OBJECT_OFFSET, OBJECT_OVERHEAD } from "./disk-record.ts";
import { scanSegment } from "./disk-scan.ts";
import { DiskSegments } from "./disk-segments.ts";
import { KeptRoots } from "./kept-roots.ts";
import { ObjectIndex, type ObjectPlace } from "./object-index.ts";
import type { KeptRoot, RelayStore } from "./relay-store.ts";

/** Bytes at which a segment is full. */
const SEGMENT_SIZE_MAX: number = 64 * 1024 * 1024;
/** Bytes of objects that wait for one write. */
const WRITE_SIZE: number = 1024 * 1024;

/** Where damage was found; nothing of it is ever served. */
export interface StoreDamage {
  readonly segment: number;
  readonly offset: number;
}

/** How a relay's store on disk is opened. */
export interface DiskStoreOptions {
  readonly files: Files;
  /** Its own folder, absolute. One process at a time may have it open. */
  readonly folder: string;
  readonly segmentBytesMax?: number;
  readonly onDamage?: (damage: StoreDamage) => void;
}

interface Waiting {
  readonly object: CxoObject;
  readonly feed: Uint8Array;
  readonly record: Uint8Array;
}

/**
 * A relay's store in append-only segments. Every record has its own hash; objects are hashed again when
 * they are read. Objects come before what points to them, and a Root is written after all its objects are
 * durable; so what stands before any place is complete, and after a crash the end is cut there.
 *
 * Damage in the middle is found when the store is opened. Objects behind it are still given, but count
 * as incomplete (`has`), and Roots behind it as unproven, until they are filled anew.
 */
export class DiskRelayStore implements RelayStore {
  readonly #options: DiskStoreOptions;
  readonly #segments: DiskSegments;
  readonly #index = new ObjectIndex();
  readonly #roots = new KeptRoots();
  readonly #usedByFeed = new Map<string, number>();
  #waiting = new Map<string, Waiting>();
  #writing = new Map<string, Waiting>();
  #waitingBytes = 0;
  /** Counts failed writes: a filling that began before one does not go on. */
  #failures = 0;
  #turn: Promise<void> = Promise.resolve();

  private constructor(options: DiskStoreOptions, segments: DiskSegments) {
    this.#options = options;
    this.#segments = segments;
  }

  /**
   * Opens a store, made when it is missing, and reads it once through.
   * @throws FleetError files/*, relay/store
   */
  static async open(options: DiskStoreOptions): Promise<DiskRelayStore> {
    const segments = await DiskSegments.open(options.files, options.folder);
    const store = new DiskRelayStore(options, segments);
    await store.#cutTornEnd();
    await store.#read();
    return store;
  }

  /** Objects in the store. */
  get objectCount(): number {
    return this.#index.size + this.#waiting.size + this.#writing.size;
  }

  async has(hash: Uint8Array): Promise<boolean> {
    if (this.#unwritten(hash) !== undefined) return true;
    for (const place of this.#index.places(hash)) {
      if (place.isProven && (await this.#readAt(place, hash)) !== undefined) return true;
    }
    return false;
  }

  async get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    const unwritten = this.#unwritten(hash);
    if (unwritten !== undefined) return unwritten;
    for (const place of this.#index.places(hash)) {
      const bytes = await this.#readAt(place, hash);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  fill(feed: Uint8Array): ObjectStore {
    const failures = this.#failures;
    return {
      has: (hash) => this.has(hash),
      get: (hash) => this.get(hash),
      put: async (object) => {
        if (this.#failures !== failures) throw lostWrites();
        await this.#put(object, feed);
      },
    };
  }

  async keepRoot(sent: SentRoot): Promise<void> {
    await this.#inTurn(async () => {
      await this.#flush();
      // A failed write since the last object of the filling has taken that with it.
      if (!(await this.has(sha256(sent.value)))) throw lostWrites();
      await this.#segments.sync();
      await this.#append(encodeRecord({ kind: "root", sent }));
      await this.#segments.sync();
      this.#roots.add(sent, true);
    });
  }

  lastRoots(): Promise<readonly KeptRoot[]> {
    return Promise.resolve(this.#roots.newest());
  }

  usedBytes(feed?: Uint8Array): number {
    if (feed !== undefined) return this.#usedByFeed.get(toHex(feed)) ?? 0;
    return [...this.#usedByFeed.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Makes what was put durable and lets the files go. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#flush();
      await this.#segments.sync();
    });
    await this.#segments.close();
  }

  async #put(object: CxoObject, feed: Uint8Array): Promise<void> {
    if (this.#unwritten(object.hash) !== undefined) return;
    for (const place of this.#index.places(object.hash)) {
      if ((await this.#readAt(place, object.hash)) === undefined) continue;
      this.#index.prove(object.hash, place);
      return;
    }
    const record = encodeRecord({ kind: "object", feed, bytes: object.bytes });
    this.#waiting.set(toHex(object.hash), { object, feed, record });
    this.#waitingBytes += record.length;
    this.#account(feed, record.length);
    if (this.#waitingBytes >= WRITE_SIZE) await this.#inTurn(() => this.#flush());
  }

  #unwritten(hash: Uint8Array): Uint8Array | undefined {
    if (this.#waiting.size === 0 && this.#writing.size === 0) return undefined;
    const name = toHex(hash);
    return (this.#waiting.get(name) ?? this.#writing.get(name))?.object.bytes;
  }

  async #readAt(place: ObjectPlace, hash: Uint8Array): Promise<Uint8Array | undefined> {
    const file = await this.#segments.reader(place.segment);
    const bytes = await file?.read(place.offset, place.size);
    if (bytes !== undefined && equalBytes(sha256(bytes), hash)) return bytes;
    this.#options.onDamage?.(place);
    return undefined;
  }

  /** Writes one after the other; a failure is its caller's alone. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    this.#writing = this.#waiting;
    this.#waiting = new Map();
    this.#waitingBytes = 0;
    const written = [...this.#writing.values()];
    try {
      const from = await this.#append(concatBytes(...written.map(({ record }) => record)));
      let offset = from + OBJECT_OFFSET;
      for (const { object, record } of written) {
        const size = object.bytes.length;
        this.#index.add(object.hash, {
          segment: this.#segments.last,
          offset,
          size,
          isProven: true,
        });
        offset += record.length;
      }
    } catch (error) {
      this.#failures += 1;
      for (const { feed, record } of [...written, ...this.#waiting.values()])
        this.#account(feed, -record.length);
      this.#waiting.clear();
      this.#waitingBytes = 0;
      throw error;
    } finally {
      this.#writing = new Map();
    }
  }

  /** @returns where the bytes begin in the last segment */
  async #append(bytes: Uint8Array): Promise<number> {
    const sizeMax = this.#options.segmentBytesMax ?? SEGMENT_SIZE_MAX;
    if (this.#segments.last === 0 || this.#segments.size >= sizeMax) await this.#segments.rotate();
    const from = this.#segments.size;
    await this.#segments.append(bytes);
    return from;
  }

  #account(feed: Uint8Array, bytes: number): void {
    const name = toHex(feed);
    this.#usedByFeed.set(name, (this.#usedByFeed.get(name) ?? 0) + bytes);
  }

  // What was not durable when the power went may be torn; before a Root that was kept nothing is.
  async #cutTornEnd(): Promise<void> {
    const file = await this.#segments.reader(this.#segments.last);
    if (file === undefined) return;
    let torn: number | undefined;
    for await (const step of scanSegment(file, file.size)) {
      if (step.kind === "gap") torn ??= step.offset;
      else if (torn !== undefined && step.record.kind === "root") return;
    }
    if (torn !== undefined) await this.#segments.cut(torn);
  }

  async #read(): Promise<void> {
    let isWhole = true;
    for (let segment = 1; segment <= this.#segments.last; segment += 1) {
      const file = await this.#segments.reader(segment);
      const isLast = segment === this.#segments.last;
      if (file === undefined) {
        isWhole = this.#damaged(segment, 0);
        continue;
      }
      const size = isLast ? this.#segments.size : file.size;
      for await (const step of scanSegment(file, size)) {
        if (step.kind === "gap") isWhole = this.#damaged(segment, step.offset);
        else this.#take(step.record, { segment, offset: step.offset }, isWhole);
      }
    }
  }

  #damaged(segment: number, offset: number): false {
    this.#options.onDamage?.({ segment, offset });
    return false;
  }

  #take(record: DiskRecord, { segment, offset }: StoreDamage, isProven: boolean): void {
    if (record.kind === "root") {
      this.#roots.add(record.sent, isProven);
      return;
    }
    const size = record.bytes.length;
    this.#index.add(sha256(record.bytes), {
      segment,
      offset: offset + OBJECT_OFFSET,
      size,
      isProven,
    });
    this.#account(record.feed, size + OBJECT_OVERHEAD);
  }
}

function lostWrites(): FleetError {
  return new FleetError("relay/store", "objects of this Root were lost by a failed write", {
    next: "make room on the relay's disk, then publish again",
  });
}

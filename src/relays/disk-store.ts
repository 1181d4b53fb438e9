// A relay's store on disk: records in segments, found by an index in memory, damage never served.
import { byteKey, equalBytes, type Files, FleetError, sha256 } from "../core/index.ts";
import type { CxoObject, ObjectStore, SentRoot } from "../skywire/cxo/index.ts";
import {
  type DiskRecord,
  encodeRecords,
  OBJECT_OFFSET,
  OBJECT_OVERHEAD,
  recordSize,
} from "./disk-record.ts";
import { scanDiskSegment } from "./disk-scan.ts";
import { DiskSegments } from "./disk-segments.ts";
import { KeptRoots } from "./kept-roots.ts";
import { ObjectIndex, type DiskPlace } from "./object-index.ts";
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

type ObjectRecord = DiskRecord & { readonly kind: "object" };

interface Waiting {
  readonly hash: Uint8Array;
  readonly record: ObjectRecord;
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
  #used = 0;
  #waiting = new Map<string, Waiting>();
  #writing = new Map<string, Waiting>();
  #waitingBytes = 0;
  /** Counts failed writes: a filling that began before one does not go on. */
  #failures = 0;
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

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
    try {
      await store.#cutTornEnd();
      await store.#read();
      return store;
    } catch (error) {
      await segments.close();
      throw error;
    }
  }

  /** Objects in the store. */
  get objectCount(): number {
    return this.#index.size + this.#waiting.size + this.#writing.size;
  }

  async has(hash: Uint8Array): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#unwritten(hash) !== undefined) return true;
    for (const place of this.#index.places(hash)) {
      if (place.isProven && (await this.#readAt(place, hash)) !== undefined) return true;
    }
    return false;
  }

  async get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isClosed) return undefined;
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
      put: (object) =>
        this.#failures === failures ? this.#put(object, feed) : Promise.reject(lostWrites()),
    };
  }

  async keepRoot(sent: SentRoot): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#isClosed) throw closed();
      await this.#flush();
      // A failed write since the last object of the filling has taken that with it.
      if (!(await this.has(sha256(sent.value)))) throw lostWrites();
      await this.#segments.sync();
      await this.#append(encodeRecords([{ kind: "root", sent }]));
      await this.#segments.sync();
      this.#roots.add(sent, true);
    });
  }

  lastRoots(): Promise<readonly KeptRoot[]> {
    return Promise.resolve(this.#roots.newest());
  }

  usedBytes(feed?: Uint8Array): number {
    return feed === undefined ? this.#used : (this.#usedByFeed.get(byteKey(feed)) ?? 0);
  }

  /** Makes what was put durable and lets the files go. From then on it takes and gives nothing. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      try {
        await this.#flush();
        await this.#segments.sync();
      } finally {
        await this.#segments.close();
      }
    });
  }

  async #put(object: CxoObject, feed: Uint8Array): Promise<void> {
    if (this.#isClosed) throw closed();
    if (this.#unwritten(object.hash) !== undefined) return;
    for (const place of this.#index.places(object.hash)) {
      if ((await this.#readAt(place, object.hash)) === undefined) continue;
      this.#index.prove(object.hash, place);
      return;
    }
    const { hash, bytes } = object;
    const record: ObjectRecord = { kind: "object", feed, bytes };
    this.#waiting.set(byteKey(hash), { hash, record });
    this.#waitingBytes += recordSize(record);
    this.#account(record, 1);
    if (this.#waitingBytes >= WRITE_SIZE) await this.#inTurn(() => this.#flush());
  }

  #unwritten(hash: Uint8Array): Uint8Array | undefined {
    if (this.#waiting.size === 0 && this.#writing.size === 0) return undefined;
    const name = byteKey(hash);
    return (this.#waiting.get(name) ?? this.#writing.get(name))?.record.bytes;
  }

  async #readAt(place: DiskPlace, hash: Uint8Array): Promise<Uint8Array | undefined> {
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
      let offset = await this.#append(encodeRecords(written.map(({ record }) => record)));
      for (const { hash, record } of written) {
        this.#index.add(hash, {
          segment: this.#segments.last,
          offset: offset + OBJECT_OFFSET,
          size: record.bytes.length,
          isProven: true,
        });
        offset += recordSize(record);
      }
    } catch (error) {
      this.#failures += 1;
      for (const { record } of [...written, ...this.#waiting.values()]) this.#account(record, -1);
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

  #account({ feed, bytes }: ObjectRecord, sign: 1 | -1): void {
    const name = byteKey(feed);
    const more = sign * (bytes.length + OBJECT_OVERHEAD);
    this.#usedByFeed.set(name, (this.#usedByFeed.get(name) ?? 0) + more);
    this.#used += more;
  }

  // What was not durable when the power went may be torn; before a Root that was kept nothing is.
  async #cutTornEnd(): Promise<void> {
    const file = await this.#segments.reader(this.#segments.last);
    if (file === undefined) return;
    let torn: number | undefined;
    for await (const step of scanDiskSegment(file, file.size)) {
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
      for await (const step of scanDiskSegment(file, size)) {
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
    this.#account(record, 1);
  }
}

function closed(): FleetError {
  return new FleetError("relay/store", "the relay's store is closed", {
    next: "publish again when the relay runs",
  });
}

function lostWrites(): FleetError {
  return new FleetError("relay/store", "objects of this Root were lost by a failed write", {
    next: "make room on the relay's disk, then publish again",
  });
}

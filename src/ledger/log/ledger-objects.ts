// A ledger's objects by their hash, for who publishes them.
import {
  equalBytes,
  type Files,
  FleetError,
  fromHex,
  type ReadFile,
  sha256,
} from "../../core/index.ts";
import type { ObjectStore, SentRoot } from "../../skywire/cxo/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { LEDGER_NONCE } from "./head.ts";
import { FRAME_BODY, FRAME_TYPES, frameAt, isFrame, streamFrames } from "./store/frame.ts";
import { HashIndex, type ObjectPlace } from "./store/hash-index.ts";
import { HashList } from "./store/block-hashes.ts";
import { checkHeader, parseCommit, segmentName } from "./store/segment.ts";
import { listSegments } from "./store/read-store.ts";

/** A ledger's objects by their hash, to publish them. Every object is hashed again when it is read. */
export interface LedgerObjects extends ObjectStore {
  /** Refuses: a ledger takes no objects. @throws FleetError ledger/read-only */
  put(): Promise<never>;
  /** The hash of the feed's own Root of a number, `undefined` where that Root is not here. */
  rootHashAt(seq: bigint): Promise<Uint8Array | undefined>;
  /** The newest Root of the feed that is here and has this number or a lower one, as it was signed. */
  rootUpTo(seq: bigint): Promise<SentRoot | undefined>;
  /** Lets the files go. */
  close(): Promise<void>;
}

/**
 * The objects of a ledger or a replica. Nothing is read before the first question; then all segments
 * once, and later only what came behind them.
 *
 * Its methods throw FleetError ledger/version, ledger/other-key, files/*.
 */
export function ledgerObjects(options: {
  readonly files: Files;
  /** The ledger's own folder, absolute. */
  readonly folder: string;
  readonly feed: FeedKey;
}): LedgerObjects {
  return new FolderObjects(options);
}

class FolderObjects implements LedgerObjects {
  readonly #options: Parameters<typeof ledgerObjects>[0];
  readonly #index = new HashIndex();
  readonly #seqs: bigint[] = [];
  /** Where the commits of `#seqs` stand. */
  readonly #commits: ObjectPlace[] = [];
  readonly #roots = new HashList();
  readonly #open = new Map<number, ReadFile>();
  /** Behind the last commit that was read. */
  #next = { segment: 1, offset: 0 };
  #reading: Promise<void> | undefined;

  constructor(options: Parameters<typeof ledgerObjects>[0]) {
    this.#options = options;
  }

  async has(hash: Uint8Array): Promise<boolean> {
    return (await this.get(hash)) !== undefined;
  }

  async get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    const found = await this.#find(hash);
    if (found !== undefined) return found;
    await this.#catchUp();
    return this.#find(hash);
  }

  async put(): Promise<never> {
    throw new FleetError("ledger/read-only", "a ledger takes no objects of others");
  }

  async rootHashAt(seq: bigint): Promise<Uint8Array | undefined> {
    const at = await this.#lastUpTo(seq);
    return this.#seqs[at] === seq ? this.#roots.at(at).slice() : undefined;
  }

  async rootUpTo(seq: bigint): Promise<SentRoot | undefined> {
    const place = this.#commits[await this.#lastUpTo(seq)];
    if (place === undefined) return undefined;
    const file = await this.#file(place.segment);
    const bytes = await file?.read(place.offset, place.sizeBytes);
    const frame = frameAt(bytes ?? new Uint8Array(), 0);
    const commit = frame === undefined ? undefined : parseCommit(frame, place.segment);
    if (commit === undefined) return undefined;
    const { root: value, signature } = commit;
    return {
      feed: fromHex(this.#options.feed),
      nonce: LEDGER_NONCE,
      seq: commit.seq,
      value,
      signature,
    };
  }

  /** Where in `#seqs` the last number up to `seq` stands; -1 when all are higher. */
  async #lastUpTo(seq: bigint): Promise<number> {
    if (seq > (this.#seqs.at(-1) ?? -1n)) await this.#catchUp();
    let [low, high] = [0, this.#seqs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#seqs[middle] ?? 0n) <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #find(hash: Uint8Array): Promise<Uint8Array | undefined> {
    for (const place of this.#index.places(hash)) {
      const bytes = await this.#readAt(place);
      if (equalBytes(sha256(bytes), hash)) return bytes;
    }
    return undefined;
  }

  async #readAt({ segment, offset, sizeBytes }: ObjectPlace): Promise<Uint8Array> {
    const file = await this.#file(segment);
    const frame = await file?.read(offset, sizeBytes);
    return frame?.subarray(FRAME_BODY.from, -FRAME_BODY.behind) ?? new Uint8Array();
  }

  /** What is asked while it is read waits for the same reading. */
  #catchUp(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { files, folder } = this.#options;
    for (const { number, size } of await listSegments(files, folder)) {
      const from = number === this.#next.segment ? this.#next.offset : 0;
      if (number < this.#next.segment || from >= size) continue;
      const file = await this.#file(number);
      if (file === undefined) continue;
      this.#next = { segment: number, offset: from };
      for await (const batch of streamFrames(file, from, size)) {
        for (const item of batch) {
          if (!isFrame(item)) continue;
          const { type, body, from: offset, to } = item;
          if (type === FRAME_TYPES.header && offset === 0) checkHeader(body, this.#options.feed);
          if (type === FRAME_TYPES.object)
            this.#index.add(sha256(body), { segment: number, offset, sizeBytes: to - offset });
          const commit = type === FRAME_TYPES.commit ? parseCommit(item, number) : undefined;
          if (commit === undefined) continue;
          this.#next = { segment: number, offset: to };
          if (commit.seq <= (this.#seqs.at(-1) ?? -1n)) continue;
          this.#seqs.push(commit.seq);
          this.#commits.push({ segment: number, offset, sizeBytes: to - offset });
          this.#roots.push(fromHex(commit.rootHash));
        }
      }
    }
  }

  async #file(segment: number): Promise<ReadFile | undefined> {
    const open = this.#open.get(segment);
    if (open !== undefined) return open;
    const { files, folder } = this.#options;
    const file = await files.openRead(`${folder}/${segmentName(segment)}`);
    if (file === undefined) return undefined;
    const twice = this.#open.get(segment);
    if (twice !== undefined) {
      await file.close();
      return twice;
    }
    this.#open.set(segment, file);
    return file;
  }
}

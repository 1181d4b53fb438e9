// Verifies a store that has no damage, in one pass that holds little of it.
import {
  equalBytes,
  FleetError,
  fromHex,
  hasCode,
  type OperatorKey,
  sha256,
  toHex,
  utf8,
} from "../../core/index.ts";
import { BLANK_HASH, decodeRootOf, type Root, verifyRoot } from "../../skywire/cxo/index.ts";
import { formatCheckpoint, leafHash, parseNote, TreeFrontier } from "../../tlog/index.ts";
import {
  claimedIndex,
  decodeEntry,
  entrySignatures,
  type Frame,
  GrownLists,
  HashList,
  LEDGER_REGISTRY,
  ledgerNoteKey,
  listSegments,
  type Log,
  missingError,
  originOf,
  parsePayload,
  type Pin,
  readLog,
  readPin,
  RecordReader,
  type ScanResult,
  scanSegment,
  type StoredCommit,
  StoreScanner,
  toMs,
  verifyGenesis,
} from "../log/index.ts";
import { SignatureQueue } from "./signature-queue.ts";
import { degreeOf } from "./verify-tree.ts";
import {
  type CheckedItem,
  notSigned,
  omittedRoots,
  OTHER_COPIES,
  sealedContent,
  UNKNOWN_OWNER,
  type VerifyOptions,
  type VerifyReport,
} from "./report.ts";

/**
 * Verifies a ledger front to back in bounded memory, but for 32 bytes of each entry. It accepts nothing that the check of every detail
 * does not accept, and says the same of it; `undefined` when anything at all is unusual.
 * @throws FleetError ledger/missing, files/*
 */
export async function verifySound(options: VerifyOptions): Promise<VerifyReport | undefined> {
  const { files, folder, feed } = options;
  const { pin, isTorn, damage } = await readPin(files, folder);
  const segments = await listSegments(files, folder);
  if (segments.length === 0) throw missingError(folder, feed);
  if (pin === undefined || isTorn || damage !== undefined) return undefined;
  const pass = new SoundPass(options, pin);
  try {
    const scanner = new StoreScanner(feed, pass);
    for (const segment of segments)
      await scanSegment(files, folder, scanner, segment, { isLast: segment === segments.at(-1) });
    const scan = scanner.finish();
    return await pass.finish(scan);
  } catch (error) {
    // A deeply nested payload can exhaust the stack of the parser.
    const isOdd = error instanceof RangeError || error instanceof FleetError;
    if (!isOdd || hasCode(error, "files/")) throw error;
    return undefined;
  } finally {
    await pass.settle();
  }
}

const odd = (what: string): FleetError => new FleetError("ledger/malformed", what);

class SoundPass {
  readonly #options: VerifyOptions;
  readonly #pin: Pin;
  readonly #feed: Uint8Array;
  readonly #queue: SignatureQueue;
  /** Of all entries: a list that is written anew is built from them. */
  readonly #hashes = new HashList();
  readonly #lists = new GrownLists((index) => this.#hashes.at(index).slice());
  readonly #tree = new TreeFrontier();
  /** Hashes of the objects of this commit that are no entries, and the last two of these objects. */
  #others: Uint8Array[] = [];
  #beforeLast: Uint8Array = new Uint8Array();
  #lastOther: Uint8Array = new Uint8Array();
  #reader: RecordReader | undefined;
  #operator: OperatorKey | undefined;
  /** Who signed the last entry. */
  #lastWriter: OperatorKey | undefined;
  #entryTime = 0n;
  #before: (StoredCommit & { readonly time: bigint; readonly size: number }) | undefined;
  #commits = 0;
  #omitted = 0n;
  #checkpoints = 0;
  #sealed = 0;
  #isPinned = false;
  #isExpected: boolean;
  #isFrom: boolean;

  constructor(options: VerifyOptions, pin: Pin) {
    this.#options = options;
    this.#pin = pin;
    this.#feed = fromHex(options.feed);
    this.#queue = new SignatureQueue(options.verifyMany);
    this.#isExpected = options.expected === undefined;
    this.#isFrom = options.from === undefined;
  }

  object({ body }: Frame): void {
    if (claimedIndex(body) === this.#hashes.length) return this.#entry(body);
    this.#others.push(sha256(body));
    this.#beforeLast = this.#lastOther;
    this.#lastOther = body;
  }

  commit(commit: StoredCommit): void {
    const { seq, rootHash } = commit;
    const root = decodeRootOf(commit.root, this.#feed);
    this.#checkPlace(root, commit);
    const logHash = this.#others.pop();
    const log = readLog(root, (hash) =>
      logHash !== undefined && equalBytes(hash, logHash) ? this.#lastOther : undefined,
    );
    this.#checkList(log);
    this.#checkCheckpoint(log);
    if (seq === this.#pin.seq) {
      if (rootHash !== this.#pin.rootHash) throw odd("another commit than the pinned one");
      this.#isPinned = true;
    }
    const { expected } = this.#options;
    if (seq === expected?.seq) this.#isExpected = rootHash === expected.root;
    this.#before = { ...commit, time: root.time, size: this.#hashes.length };
    this.#commits += 1;
    this.#others = [];
  }

  damage(): void {
    throw odd("damage");
  }

  async pause(): Promise<void> {
    this.#options.onProgress?.(this.#hashes.length, Number(this.#pin.size));
    await this.#queue.drain();
  }

  /** Waits for what is under way, whatever comes of it. */
  async settle(): Promise<void> {
    await this.#queue.settle();
  }

  async finish(scan: ScanResult): Promise<VerifyReport | undefined> {
    const newest = this.#before;
    const { damage, damageOmitted, tail, isReplica } = scan;
    const isClean = damage.length === 0 && damageOmitted === 0 && tail === undefined;
    if (!isClean || newest === undefined || this.#operator === undefined) return undefined;
    if (!this.#isPinned || !this.#isExpected || !this.#isFrom) return undefined;
    if (this.#omitted > 0n && !isReplica) return undefined;
    const { trusted } = this.#options;
    if (trusted !== undefined && !trusted.includes(this.#operator)) return undefined;
    this.#reader?.end();
    verifyRoot(newest.root, newest.signature, this.#feed);
    if (!(await this.#queue.finish())) return undefined;
    return {
      ok: true,
      feed: this.#options.feed,
      head: {
        seq: Number(newest.seq),
        root: newest.rootHash,
        size: newest.size,
        timeMs: toMs(newest.time),
      },
      operator: this.#operator,
      checked: this.#checked(scan),
      notChecked: this.#notChecked(),
      faults: [],
      faultsOmitted: 0,
    };
  }

  #entry(bytes: Uint8Array): void {
    const place = this.#hashes.length;
    this.#reader ??= this.#begin(bytes);
    const writer = this.#reader.writer.operator;
    const { entry, items } = entrySignatures(bytes, this.#options.feed, writer);
    if (entry.index !== BigInt(place) || entry.time <= this.#entryTime)
      throw odd("an entry in another place");
    const hash = sha256(bytes);
    const record = this.#reader.next({ entry, hash: toHex(hash) });
    if (record?.sealed === true) this.#sealed += 1;
    this.#entryTime = entry.time;
    this.#lastWriter = writer;
    this.#hashes.push(hash);
    this.#tree.append(leafHash(bytes));
    const { from } = this.#options;
    if (place >= (from?.size ?? 0)) this.#queue.addEntry(items);
    if (place + 1 === from?.size) this.#isFrom = toHex(this.#tree.root()) === from.root;
  }

  #begin(bytes: Uint8Array): RecordReader {
    const entry = decodeEntry(bytes);
    if (entry.kind !== "genesis") throw odd("no genesis");
    const genesis = verifyGenesis(parsePayload("genesis", entry.payload), this.#options.feed);
    this.#operator = genesis.ed25519;
    return RecordReader.of(genesis, undefined);
  }

  #checkPlace({ seq, prev, time }: Root, commit: StoredCommit): void {
    const before = this.#before;
    const gap = seq - (before?.seq ?? -1n) - 1n;
    const expected = before === undefined ? BLANK_HASH : fromHex(before.rootHash);
    const isNext = gap === 0n && equalBytes(prev, expected);
    if (seq !== commit.seq || gap < 0n || (gap === 0n && !isNext)) throw odd("a Root out of place");
    if (time <= (before?.time ?? 0n)) throw odd("a time that goes back");
    this.#omitted += gap;
    if (gap > 0n && before !== undefined) verifyRoot(before.root, before.signature, this.#feed);
  }

  // The very objects that appending makes, in their order; so the newest list is there as a whole. One that was
  // written anew at another degree has all its nodes in its commit. Its top stands right before the log.
  #checkList({ size, entries }: Log): void {
    const degree = degreeOf(this.#beforeLast);
    if (degree === undefined) throw odd("a commit without the top of its list");
    const built = this.#lists.list(degree, this.#hashes.length).finish();
    const expected = this.#commits === 0 ? [{ hash: LEDGER_REGISTRY.ref }] : [];
    const hashes = [...expected, ...built.objects].map(({ hash }) => hash);
    const isSame =
      hashes.length === this.#others.length &&
      hashes.every((hash, at) => equalBytes(hash, this.#others[at] ?? BLANK_HASH));
    if (size === 0n || BigInt(this.#hashes.length) !== size || !equalBytes(built.hash, entries))
      throw odd("a list of other entries");
    if (!isSame) throw odd("other objects than a commit has");
  }

  #checkCheckpoint({ checkpoint }: Log): void {
    if (checkpoint.length === 0) {
      if (this.#checkpoints > 0) throw odd("a checkpoint was taken away");
      return;
    }
    const { feed } = this.#options;
    const next = this.#reader?.writer.operator;
    const root = this.#tree.root();
    const origin = originOf(feed);
    const text = formatCheckpoint({ origin, size: this.#hashes.length, root, extensions: [] });
    const { text: named, signatures } = parseNote(checkpoint);
    const [signature, ...more] = signatures;
    const signer = [next, this.#lastWriter].find(
      (key) => key !== undefined && ledgerNoteKey(feed, key).id === signature?.keyId,
    );
    const isOwn = signature?.name === origin && more.length === 0 && text === named;
    if (signature === undefined || signer === undefined || !isOwn)
      throw odd("a checkpoint of another form");
    this.#queue.add({ key: signer, message: utf8(text), signature: signature.signature });
    this.#checkpoints += 1;
  }

  #checked(scan: ScanResult): readonly CheckedItem[] {
    const { expected, from, trusted } = this.#options;
    const all: readonly (CheckedItem & { readonly isNot?: boolean })[] = [
      { what: "objects in the store", count: scan.objects },
      { what: "the pin is reached", count: 1 },
      { what: "the head that was given is reached", count: 1, isNot: expected === undefined },
      { what: "Roots in one chain", count: this.#commits },
      { what: "signature of the newest Root", count: 1 },
      { what: "lists that only grew", count: this.#commits },
      { what: "genesis: three keys that vouch for each other", count: 1 },
      {
        what: "the key of the genesis is our own or listed",
        count: 1,
        isNot: trusted === undefined,
      },
      { what: "the tree that was given is reached", count: 1, isNot: from === undefined },
      {
        what: "checkpoints: tree and signature",
        count: this.#checkpoints,
        isNot: this.#checkpoints === 0,
      },
      { what: "entries: hash, place, time, signature", count: this.#queue.entries },
    ];
    return all.filter(({ isNot }) => isNot !== true).map(({ what, count }) => ({ what, count }));
  }

  #notChecked(): readonly string[] {
    const { from, trusted } = this.#options;
    const omitted = this.#omitted > 0n ? [omittedRoots(this.#omitted)] : [];
    const whose = trusted === undefined ? [UNKNOWN_OWNER] : [];
    const signatures = from === undefined ? [] : [notSigned(from)];
    const sealed = this.#sealed > 0 ? [sealedContent(this.#sealed)] : [];
    return [...omitted, ...whose, ...signatures, ...sealed, OTHER_COPIES];
  }
}

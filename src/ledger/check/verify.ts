// Verifies one ledger from its files and public keys alone.
import {
  assert,
  equalBytes,
  FleetError,
  fromHex,
  type OperatorKey,
  toHex,
} from "../../core/index.ts";
import {
  BLANK_HASH,
  decodeRootOf,
  fetchObject,
  type GetObject,
  REFS_DEGREE,
  verifyRoot,
} from "../../skywire/cxo/index.ts";
import {
  type CheckpointWriters,
  decodeEntry,
  entrySignatures,
  GrownLists,
  type Log,
  parsePayload,
  readLog,
  RecordReader,
  type StoredCommit,
  TreeCheck,
  type VerifiedGenesis,
  verifyEntry,
  verifyGenesis,
} from "../log/index.ts";
import { type LoadedStore, loadStore } from "./loaded-store.ts";
import {
  notSigned,
  OTHER_COPIES,
  omittedRoots,
  sealedContent,
  UNKNOWN_OWNER,
  verifySound,
} from "./verify-sound.ts";
import type { CheckedItem, LedgerFault, VerifyOptions, VerifyReport } from "./report.ts";
import { degreeOf, leavesOf } from "./verify-tree.ts";

/** After so many faults the rest is counted, not listed. */
const FAULTS_MAX = 1000;

/**
 * Checks a whole ledger with public keys only, changing nothing, in bounded memory, but for 32 bytes of
 * each entry, while nothing is wrong: every record's hash, the chain of all
 * Roots and the signature over it, that each Root's list is the beginning of the newest one, every entry's
 * place, time and signature, and that nothing is missing up to the pinned head. Damage is named in
 * the report, never thrown.
 * @throws FleetError ledger/missing, ledger/other-key, ledger/version
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  return (await verifySound(options)) ?? (await verifyInDetail(options));
}

/** Checks a ledger as {@link verifyLedger} does and names every fault; holds all of it in memory. */
export async function verifyInDetail(options: VerifyOptions): Promise<VerifyReport> {
  const view = await loadStore(options.files, options.folder, options.feed);
  return new Verification(options, view).run();
}

interface CheckedCommit {
  readonly commit: StoredCommit;
  readonly log: Log;
  readonly timeMs: number;
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #view: LoadedStore;
  readonly #get: GetObject;
  readonly #faults: LedgerFault[] = [];
  readonly #checked: CheckedItem[] = [];
  readonly #notChecked: string[] = [];
  #faultsOmitted = 0;
  #operator: OperatorKey | undefined;
  #genesis: VerifiedGenesis | undefined;

  constructor(options: VerifyOptions, view: LoadedStore) {
    this.#options = options;
    this.#view = view;
    this.#get = (hash) => view.objects.get(toHex(hash));
  }

  run(): VerifyReport {
    this.#checkStore();
    this.#checkHead();
    const commits = this.#checkRoots();
    const newest = commits.at(-1);
    if (newest !== undefined) this.#checkEntries(newest, commits);
    return {
      ok: this.#faults.length === 0,
      feed: this.#options.feed,
      head: newest === undefined ? undefined : headOf(newest),
      operator: this.#operator,
      checked: this.#checked,
      notChecked: this.#notChecked,
      faults: this.#faults,
      faultsOmitted: this.#faultsOmitted,
    };
  }

  #checkStore(): void {
    const { scan, commits, pin, pinDamage, isPinTorn } = this.#view;
    for (const { file, from, to, what } of scan.damage) {
      this.#fault("ledger/damaged", `${file}, bytes ${from} to ${to}: ${what}`, {
        place: { file, from, to },
      });
    }
    if (isPinTorn && pin !== undefined) {
      this.#notChecked.push(
        `completeness beyond commit ${pin.seq}: the pin after it was cut while it was written`,
      );
    }
    if (pinDamage !== undefined) this.#fault("ledger/pin", `the file of pins is bad: ${pinDamage}`);
    if (commits.length === 0) this.#fault("ledger/damaged", "the store holds no whole commit");
    this.#count("objects in the store", scan.objects);
    const { tail } = scan;
    if (tail === undefined || tail.from === tail.to) return;
    const what = `${tail.to - tail.from} bytes at the end belong to no commit`;
    if (pin === undefined)
      this.#fault(
        "ledger/damaged",
        `${what}, and there is no pin to tell a torn write from damage`,
      );
    else
      this.#notChecked.push(
        `${what}: a write that was cut before it was recorded; the next apply removes them`,
      );
  }

  #checkHead(): void {
    const { pin, pinDamage } = this.#view;
    const { expected } = this.#options;
    if (pin !== undefined) this.#checkReaches(pin.seq, pin.rootHash, "the pin", pin.size);
    if (expected !== undefined)
      this.#checkReaches(expected.seq, expected.root, "the head that was given", undefined);
    if (pin === undefined && expected === undefined && pinDamage === undefined) {
      this.#notChecked.push(
        "completeness of the tail not checked: there is no pin and no head was given",
      );
    }
  }

  #checkReaches(seq: bigint, root: string, what: string, size: bigint | undefined): void {
    const { commits } = this.#view;
    const found = commits.find((commit) => commit.seq === seq);
    if (found === undefined) {
      const upTo = size === undefined ? "" : `, up to entry ${size - 1n}`;
      const last = commits.at(-1)?.seq ?? -1n;
      this.#fault(
        "ledger/rolled-back",
        `commits after ${last} are missing: ${what} names commit ${seq}${upTo}`,
        { commit: Number(seq) },
      );
    } else if (found.rootHash !== root) {
      this.#fault("ledger/diverged", `commit ${seq} is another one than ${what} names`, {
        commit: Number(seq),
      });
    } else {
      this.#count(`${what} is reached`, 1);
    }
  }

  // The signature of a Root covers those before it: each names the hash of the one before. In a copy
  // Roots may be left out; then the one before the gap stands for itself.
  #checkRoots(): readonly CheckedCommit[] {
    const sound: CheckedCommit[] = [];
    const { commits } = this.#view;
    let lastTime = 0n;
    let left = 0n;
    for (const [at, commit] of commits.entries()) {
      const before = commits[at - 1];
      const checked = this.#attempt({ commit: Number(commit.seq) }, () =>
        this.#checkRoot(commit, before, lastTime),
      );
      const gap = this.#view.scan.isReplica ? commit.seq - (before?.seq ?? -1n) - 1n : 0n;
      if (gap > 0n) left += gap;
      if (gap > 0n && before !== undefined) this.#checkSignature(before);
      if (checked === undefined) continue;
      lastTime = checked.time;
      sound.push(checked);
    }
    this.#count("Roots in one chain", sound.length);
    if (left > 0n) this.#notChecked.push(omittedRoots(left));
    const newest = commits.at(-1);
    if (newest !== undefined && this.#checkSignature(newest))
      this.#count("signature of the newest Root", 1);
    return sound;
  }

  #checkSignature({ seq, root, signature }: StoredCommit): boolean {
    const feed = fromHex(this.#options.feed);
    const isSigned = this.#attempt({ commit: Number(seq) }, () => {
      verifyRoot(root, signature, feed);
      return true;
    });
    return isSigned === true;
  }

  #checkRoot(
    commit: StoredCommit,
    before: StoredCommit | undefined,
    lastTime: bigint,
  ): CheckedCommit & { readonly time: bigint } {
    const root = decodeRootOf(commit.root, fromHex(this.#options.feed));
    const { prev, seq, time } = root;
    const expected = before === undefined ? BLANK_HASH : fromHex(before.rootHash);
    const isNext = seq === (before?.seq ?? -1n) + 1n;
    const isBehindGap = this.#view.scan.isReplica && seq > (before?.seq ?? -1n) && !isNext;
    if (seq !== commit.seq || (!isBehindGap && !equalBytes(prev, expected))) {
      throw new FleetError(
        "ledger/chain",
        `the Root of commit ${commit.seq} does not follow the one before it`,
      );
    }
    if (time <= lastTime)
      throw new FleetError("ledger/chain", `the time of commit ${commit.seq} does not go forward`);
    return { commit, log: readLog(root, this.#get), time, timeMs: Number(time / 1_000_000n) };
  }

  #checkEntries(newest: CheckedCommit, commits: readonly CheckedCommit[]): void {
    const { log, commit } = newest;
    const leaves = leavesOf(log, this.#get, ({ from, to }) => {
      const message = `the list that names entries ${from} to ${to - 1} is missing or changed`;
      this.#fault("ledger/missing-list", message, { entry: from, commit: Number(commit.seq) });
    });
    if (leaves === undefined)
      return this.#fault("ledger/log", "the list of entries cannot be read", {
        commit: Number(commit.seq),
      });
    this.#checkGrowth(leaves, commits);
    this.#checkGenesis(leaves[0]);
    const reader =
      this.#genesis === undefined ? undefined : RecordReader.of(this.#genesis, undefined);
    const tally = { signatures: 0, sealed: 0, lastTime: 0n, isWhole: true };
    const trees = new TreeCheck(this.#options.feed);
    const waiting = [...commits];
    for (const [index, hash] of leaves.entries()) {
      this.#options.onProgress?.(index, leaves.length);
      const last = reader?.writer.operator;
      if (hash === undefined) tally.isWhole = false;
      else this.#attempt({ entry: index }, () => this.#checkEntry(index, hash, reader, tally));
      if (!tally.isWhole || hash === undefined || reader === undefined || last === undefined)
        continue;
      trees.entry(this.#get(hash) ?? hash);
      this.#checkFrom(index, leaves.length, trees);
      const { operator: next } = reader.writer;
      while (Number(waiting[0]?.log.size ?? Infinity) <= index + 1)
        this.#checkTree(waiting.shift(), trees, { last, next });
    }
    this.#noteFrom(leaves.length);
    if (trees.count > 0) this.#count("checkpoints: tree and signature", trees.count);
    if (reader !== undefined && tally.isWhole)
      this.#attempt({ entry: leaves.length - 1 }, () => reader.end());
    this.#count("entries: hash, place, time, signature", tally.signatures);
    if (tally.sealed > 0) this.#notChecked.push(sealedContent(tally.sealed));
    this.#notChecked.push(OTHER_COPIES);
  }

  #checkEntry(
    index: number,
    hash: Uint8Array,
    reader: RecordReader | undefined,
    tally: Tally,
  ): void {
    const bytes = this.#get(hash);
    if (bytes === undefined) {
      tally.isWhole = false;
      throw new FleetError("ledger/missing-entry", `entry ${index} is missing or changed`);
    }
    const place = decodeEntry(bytes);
    if (place.index !== BigInt(index))
      throw new FleetError("ledger/reordered", `entry ${place.index} stands at place ${index}`);
    const { lastTime } = tally;
    tally.lastTime = place.time;
    if (place.time <= lastTime)
      throw new FleetError("ledger/reordered", `the time of entry ${index} does not go forward`);
    if (this.#operator === undefined) return;
    const writer = reader?.writer.operator ?? this.#operator;
    const isVerified = index >= (this.#options.from?.size ?? 0);
    const entry = isVerified
      ? verifyEntry(bytes, this.#options.feed, writer)
      : entrySignatures(bytes, this.#options.feed, writer).entry;
    if (isVerified) tally.signatures += 1;
    // Behind a missing entry the parts of a payload cannot be told any more.
    if (reader === undefined || !tally.isWhole) return;
    const record = reader.next({ entry, hash: toHex(hash) });
    if (record?.sealed === true) tally.sealed += 1;
  }

  #checkFrom(index: number, size: number, trees: TreeCheck): void {
    const { from } = this.#options;
    if (from === undefined || from.size > size || index !== from.size - 1) return;
    if (toHex(trees.root()) === from.root)
      return this.#count("the tree that was given is reached", 1);
    this.#fault(
      "ledger/diverged",
      `the first ${from.size} entries are not those of the tree that was given`,
      { entry: index },
    );
  }

  #noteFrom(size: number): void {
    const { from } = this.#options;
    if (from === undefined) return;
    if (from.size <= size) this.#notChecked.push(notSigned(from));
    else
      this.#fault(
        "ledger/rolled-back",
        `the ledger has ${size} entries, and the tree that was given ${from.size}`,
      );
  }

  #checkTree(
    checked: CheckedCommit | undefined,
    trees: TreeCheck,
    writers: CheckpointWriters,
  ): void {
    if (checked === undefined) return;
    const { commit, log } = checked;
    this.#attempt({ commit: Number(commit.seq) }, () => trees.commit(log, writers));
  }

  #checkGenesis(hash: Uint8Array | undefined): void {
    this.#attempt({ entry: 0 }, () => {
      if (hash === undefined)
        throw new FleetError("ledger/genesis", "the genesis entry is missing");
      const entry = decodeEntry(fetchObject(hash, this.#get));
      if (entry.kind !== "genesis")
        throw new FleetError("ledger/genesis", "the first entry is no genesis");
      const genesis = verifyGenesis(parsePayload("genesis", entry.payload), this.#options.feed);
      this.#operator = genesis.ed25519;
      this.#genesis = genesis;
      this.#count("genesis: three keys that vouch for each other", 1);
    });
    const { trusted } = this.#options;
    if (trusted === undefined) this.#notChecked.push(UNKNOWN_OWNER);
    else if (this.#operator !== undefined && !trusted.includes(this.#operator)) {
      this.#fault(
        "ledger/not-trusted",
        `the ledger was made by ${this.#operator}, which the manifest does not list`,
        { entry: 0 },
      );
    } else this.#count("the key of the genesis is our own or listed", 1);
  }

  // Each list is the beginning of the newest: nothing was dropped, moved or replaced between commits.
  #checkGrowth(
    leaves: readonly (Uint8Array | undefined)[],
    commits: readonly CheckedCommit[],
  ): void {
    const firstLost = leaves.indexOf(undefined);
    const known = firstLost < 0 ? leaves.length : firstLost;
    const lists = new GrownLists((index) => leaves[index] ?? BLANK_HASH);
    let before = 0;
    let degree = REFS_DEGREE;
    let grown = 0;
    for (const { log, commit } of commits) {
      const size = Number(log.size);
      const isKnown = size <= known;
      const isGrown = size >= before && size <= leaves.length;
      before = size;
      degree = this.#degreeOf(log, degree);
      const isSame = (): boolean => equalBytes(lists.list(degree, size).finish().hash, log.entries);
      if (!isGrown || (isKnown && !isSame())) {
        this.#fault(
          "ledger/rewritten",
          `the list of commit ${commit.seq} is not the beginning of the newest one`,
          { commit: Number(commit.seq) },
        );
        return;
      }
      if (!isKnown) return;
      grown += 1;
    }
    this.#count("lists that only grew", grown);
  }

  // A list that was written anew has another degree, and the same entries. Of a top that is lost its hash is left.
  #degreeOf({ entries }: Log, before: number): number {
    const top = this.#get(entries);
    return (top === undefined ? undefined : degreeOf(top)) ?? before;
  }

  #attempt<T>(about: Pick<LedgerFault, "entry" | "commit">, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      const { code, message } = asFleetError(error);
      const what = about.entry === undefined ? `commit ${about.commit}` : `entry ${about.entry}`;
      const named = message.includes(what) ? message : `${what}: ${message}`;
      this.#fault(
        code.startsWith("ledger/") ? (code as LedgerFault["code"]) : "ledger/malformed",
        named,
        about,
      );
      return undefined;
    }
  }

  #fault(code: LedgerFault["code"], message: string, about: Partial<LedgerFault> = {}): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ code, message, ...about });
    else this.#faultsOmitted += 1;
  }

  #count(what: string, count: number): void {
    this.#checked.push({ what, count });
  }
}

interface Tally {
  signatures: number;
  sealed: number;
  lastTime: bigint;
  /** No entry was missing so far. */
  isWhole: boolean;
}

function headOf({ commit, log, timeMs }: CheckedCommit): NonNullable<VerifyReport["head"]> {
  return { seq: Number(commit.seq), root: commit.rootHash, size: Number(log.size), timeMs };
}

function asFleetError(error: unknown): FleetError {
  // A deeply nested payload can exhaust the stack of the parser; that is the payload's fault.
  if (error instanceof RangeError)
    return new FleetError("ledger/payload", "the payload nests too deep", { cause: error });
  assert(
    error instanceof FleetError,
    `verification ends only in coded errors, not in ${String(error)}`,
  );
  return error;
}
